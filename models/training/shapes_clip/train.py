"""Trains shapes-clip; see the README beside this package."""

import argparse

import numpy as np
import torch
from torch import nn

from shapes_training import Training, UsualTraining, training_options

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


def train_step(training: Training, batch: Batch) -> dict[str, float]:
    """The loss before the step, and the share of pictures whose likeliest text is not false."""
    network = training.network
    pictures = batch.pictures.contiguous(memory_format=torch.channels_last)
    with training.precision():
        logits = network(pictures, batch.token_ids, batch.mask)
    loss = contrastive_loss(logits.float(), batch.truth)
    training.descend(loss)
    best = batch.truth.gather(1, logits.argmax(dim=1, keepdim=True))
    right = (best != FALSE).float().mean().item()
    return {"loss": loss.item(), "right": right, "scale": network.scale().item()}


def new_network() -> ShapesClip:
    return ShapesClip().to(memory_format=torch.channels_last)


def train(options: argparse.Namespace) -> None:
    training = Training(options, 13, new_network, weight_decay=2e-2, betas=(0.9, 0.98))
    samples = all_samples(options.cache, options.groups)
    print(f"{len(samples)} pictures", flush=True)
    batches = training_batches(samples, options.batch, training.rng)
    training.run(lambda: train_step(training, next(batches)))


def main() -> None:
    train(training_options(__doc__, USUAL))


if __name__ == "__main__":
    main()
