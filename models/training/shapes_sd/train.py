"""Trains the text encoder and the denoiser of shapes-sd; see the README beside this package."""

import argparse
import time

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from shapes_training import (
    AveragedWeights,
    UsualTraining,
    begin,
    learning_rate,
    save_checkpoint,
    training_options,
)

from .diffusion import diffuse, loss_weights, random_timesteps
from .latents import encoded_groups, training_batches
from .network import ShapesSd

USUAL = UsualTraining(
    groups=75,
    group_scenes=1024,
    steps=14_000,
    batch=32,
    rate=1e-3,
    save_every=250,
    averaging=0.999,
)


def train_step(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    latents: Tensor,
    token_ids: Tensor,
    bfloat16: bool,
) -> float:
    """The loss before the step."""
    timesteps = random_timesteps(len(latents))
    noisy, velocity = diffuse(latents, timesteps, torch.randn_like(latents))
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        found = network(noisy, timesteps, token_ids)
    errors = functional.mse_loss(found, velocity, reduction="none").mean(dim=(1, 2, 3))
    loss = (errors * loss_weights(timesteps)).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    network = ShapesSd()
    averaged = AveragedWeights(network, decay=options.averaging)
    optimizer = torch.optim.AdamW(network.parameters(), betas=(0.9, 0.98), weight_decay=1e-2)
    done, rng = begin(options, 11, network, averaged, optimizer)
    if done > 0:
        torch.manual_seed(options.seed + done)
    scenes = encoded_groups(options.cache, options.groups)
    print(f"{len(scenes.latents)} scenes", flush=True)
    batches = training_batches(scenes, options.batch, rng)
    losses, started = [], time.monotonic()
    for step in range(done, options.steps):
        optimizer.param_groups[0]["lr"] = learning_rate(step, options.steps, options.rate)
        losses.append(train_step(network, optimizer, *next(batches), options.bfloat16))
        averaged.update(network, step)
        taken = step + 1
        if taken % 100 == 0:
            seconds = time.monotonic() - started
            print(f"step {taken} loss {np.mean(losses):.4f} {seconds:.0f} s", flush=True)
            losses.clear()
        if taken % options.save_every == 0 or taken == options.steps:
            save_checkpoint(options.checkpoint, taken, network, averaged, optimizer)


def main() -> None:
    train(training_options(__doc__, USUAL))


if __name__ == "__main__":
    main()
