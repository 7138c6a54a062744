"""Trains shapes-det; see the README beside this package for the command."""

import argparse

import cv2
import numpy as np
import torch
from torch import nn

from shapes_training import AveragedWeights, Training, UsualTraining, training_options
from shapes_world import KINDS, Split

from .dataset import Batch, training_batches
from .evaluate import evaluate
from .losses import detection_loss
from .network import ShapesDet
from .preparation import scaled

USUAL = UsualTraining(
    groups=320,
    group_scenes=32,
    steps=4000,
    batch=16,
    rate=3e-3,
    save_every=500,
    check_every=500,
    check_scenes=100,
)


def validate(averaged: AveragedWeights, scenes: int) -> str:
    network = ShapesDet(len(KINDS))
    network.load_state_dict(averaged.state)
    evaluation = evaluate(network, Split.VALIDATION, range(scenes))
    parts = []
    for name, scores in vars(evaluation).items():
        per_class = " ".join(f"{ap[0]:.3f}" for ap in scores.per_class())
        parts.append(f"{name} mAP50 {scores.mean_at_half():.4f} ({per_class})")
        parts.append(f"mAP50-95 {scores.mean():.4f}")
    return " ".join(parts)


def train_step(training: Training, batch: Batch) -> dict[str, float]:
    """The parts of the loss before the step."""
    with training.precision():
        found = training.network(scaled(torch.from_numpy(batch.pictures)))
    truth = map(torch.from_numpy, (batch.boxes, batch.class_ids, batch.instance_maps))
    loss, parts = detection_loss(found, *truth)
    training.descend(loss)
    return parts


def train(options: argparse.Namespace) -> None:
    training = Training(options, 5, lambda: ShapesDet(len(KINDS)), largest_gradient=10.0)
    batches = training_batches(options.cache, options.groups, options.batch, training.rng)
    training.run(
        lambda: train_step(training, next(batches)),
        lambda averaged: validate(averaged, options.check_scenes),
    )


def main() -> None:
    options = training_options(__doc__, USUAL)
    cv2.setNumThreads(options.threads)
    train(options)


if __name__ == "__main__":
    main()
