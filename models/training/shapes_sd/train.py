"""Trains the text encoder and the denoiser of shapes-sd; see the README beside this package."""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from shapes_training import AveragedWeights, begin, learning_rate, save_checkpoint

from .diffusion import diffuse, loss_weights, random_timesteps
from .latents import encoded_groups, training_batches
from .network import ShapesSd


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder for drawn scenes")
    parser.add_argument("--checkpoint", type=Path, required=True, help="file to write")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    parser.add_argument("--groups", type=int, default=75, help="of 1024 scenes each")
    parser.add_argument("--steps", type=int, default=14_000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    parser.add_argument("--averaging", type=float, default=0.999, help="of weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bfloat16", action="store_true", help="faster where supported")
    parser.add_argument("--save-every", type=int, default=250, help="steps")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    train(options)


if __name__ == "__main__":
    main()
