"""Trains shapes-clip; see the README beside this package."""

import argparse
import time

import numpy as np
import torch
from torch import nn

from shapes_training import (
    AveragedWeights,
    UsualTraining,
    begin,
    learning_rate,
    save_checkpoint,
    training_options,
)

from .batches import Batch, all_samples, training_batches
from .losses import contrastive_loss
from .network import ShapesClip
from .statements import FALSE

USUAL = UsualTraining(
    groups=40,
    group_scenes=512,
    steps=1200,
    batch=256,
    rate=2e-3,
    save_every=100,
    averaging=0.995,
)


def train_step(
    network: nn.Module, optimizer: torch.optim.Optimizer, batch: Batch, bfloat16: bool
) -> tuple[float, float]:
    """The loss before the step, and the share of pictures whose likeliest text is not false."""
    pictures = batch.pictures.contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        logits = network(pictures, batch.token_ids, batch.mask)
    loss = contrastive_loss(logits.float(), batch.truth)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    best = batch.truth.gather(1, logits.argmax(dim=1, keepdim=True))
    return loss.item(), float((best != FALSE).float().mean())


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    network = ShapesClip().to(memory_format=torch.channels_last)
    averaged = AveragedWeights(network, decay=options.averaging)
    optimizer = torch.optim.AdamW(network.parameters(), betas=(0.9, 0.98), weight_decay=2e-2)
    done, rng = begin(options, 13, network, averaged, optimizer)
    samples = all_samples(options.cache, options.groups)
    print(f"{len(samples)} pictures", flush=True)
    batches = training_batches(samples, options.batch, rng)
    taken_losses, started = [], time.monotonic()
    for step in range(done, options.steps):
        optimizer.param_groups[0]["lr"] = learning_rate(step, options.steps, options.rate)
        taken_losses.append(train_step(network, optimizer, next(batches), options.bfloat16))
        averaged.update(network, step)
        taken = step + 1
        if taken % 50 == 0:
            loss, right = np.mean(taken_losses, axis=0)
            seconds = time.monotonic() - started
            print(
                f"step {taken} loss {loss:.4f} right {right:.3f}"
                f" scale {network.scale().item():.1f} {seconds:.0f} s",
                flush=True,
            )
            taken_losses.clear()
        if taken % options.save_every == 0 or taken == options.steps:
            save_checkpoint(options.checkpoint, taken, network, averaged, optimizer)


def main() -> None:
    train(training_options(__doc__, USUAL))


if __name__ == "__main__":
    main()
