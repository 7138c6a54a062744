"""Trains the autoencoder of shapes-sd; see the README beside this package."""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from shapes_training import (
    AveragedWeights,
    UsualTraining,
    begin,
    learning_rate,
    save_checkpoint,
    training_options,
)

from .autoencoder import Autoencoder, picture_input, reconstruction_loss
from .scenes import cached_group

USUAL = UsualTraining(
    groups=40,
    group_scenes=1024,
    steps=5000,
    batch=32,
    rate=1.5e-3,
    save_every=250,
)


def picture_batches(
    folder: Path, groups: int, batch: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Endless batches, uint8 [batch, size, size, 3], mirrored and turned at random."""
    while True:
        for group in rng.permutation(groups):
            pictures = cached_group(folder, int(group)).pictures
            order = rng.permutation(len(pictures))
            for start in range(0, len(order) - batch + 1, batch):
                chosen = pictures[order[start : start + batch]]
                chosen = chosen[:, :: rng.choice((1, -1)), :: rng.choice((1, -1))]
                if rng.random() < 0.5:
                    chosen = chosen.swapaxes(1, 2)
                yield np.ascontiguousarray(chosen)


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    network = Autoencoder()
    averaged = AveragedWeights(network)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=1e-3)
    done, rng = begin(options, 10, network, averaged, optimizer)
    batches = picture_batches(options.cache, options.groups, options.batch, rng)
    losses, started = [], time.monotonic()
    for step in range(done, options.steps):
        pictures = picture_input(torch.from_numpy(next(batches)))
        optimizer.param_groups[0]["lr"] = learning_rate(step, options.steps, options.rate)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
            found = network(pictures)
        loss = reconstruction_loss(found, pictures)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        averaged.update(network, step)
        losses.append(loss.item())
        taken = step + 1
        if taken % 50 == 0:
            seconds = time.monotonic() - started
            print(f"step {taken} loss {np.mean(losses):.4f} {seconds:.0f} s", flush=True)
            losses.clear()
        if taken % options.save_every == 0 or taken == options.steps:
            save_checkpoint(options.checkpoint, taken, network, averaged, optimizer)


def main() -> None:
    train(training_options(__doc__, USUAL))


if __name__ == "__main__":
    main()
