"""Trains the autoencoder of shapes-sd; see the README beside this package."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from shapes_training import Training, UsualTraining, training_options

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


def train_step(training: Training, drawn: np.ndarray) -> dict[str, float]:
    """The loss before the step."""
    pictures = picture_input(torch.from_numpy(drawn))
    with training.precision():
        found = training.network(pictures)
    loss = reconstruction_loss(found, pictures)
    training.descend(loss)
    return {"loss": loss.item()}


def train(options: argparse.Namespace) -> None:
    training = Training(options, 10, Autoencoder)
    batches = picture_batches(options.cache, options.groups, options.batch, training.rng)
    training.run(lambda: train_step(training, next(batches)))


def main() -> None:
    train(training_options(__doc__, USUAL))


if __name__ == "__main__":
    main()
