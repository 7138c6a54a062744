"""Trains shapes-seg; see the README beside this package for the command."""

import argparse

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from shapes_training import AveragedWeights, Training, UsualTraining, training_options
from shapes_world import CLASS_NAMES, Split

from .dataset import training_batches
from .evaluate import evaluate
from .network import ShapesSeg
from .preparation import normalize

USUAL = UsualTraining(
    groups=400,
    group_scenes=32,
    steps=6000,
    batch=16,
    rate=4e-3,
    save_every=500,
    check_every=500,
    check_scenes=100,
    threads=2,
)


def dice_loss(logits: Tensor, class_maps: Tensor) -> Tensor:
    """One minus the soft Dice overlap, averaged over the classes present.

    `logits` is [batch, classes, h, w], `class_maps` int64 [batch, h, w].
    """
    classes = logits.shape[1]
    predicted = logits.softmax(dim=1)
    truth = functional.one_hot(class_maps, classes).permute(0, 3, 1, 2).float()
    both = (predicted * truth).sum(dim=(0, 2, 3))
    truth_area = truth.sum(dim=(0, 2, 3))
    dice = (2 * both + 1) / (predicted.sum(dim=(0, 2, 3)) + truth_area + 1)
    return 1 - dice[truth_area > 0].mean()


def validate(averaged: AveragedWeights, scenes: int) -> str:
    network = ShapesSeg(len(CLASS_NAMES))
    network.load_state_dict(averaged.state)
    confusion = evaluate(network, Split.VALIDATION, range(scenes))
    per_class = " ".join(f"{iou:.3f}" for iou in confusion.intersection_over_union())
    mean = confusion.mean_intersection_over_union()
    return f"mean IoU {mean:.4f} (per class {per_class})"


def train_step(training: Training, pictures: Tensor, classes: Tensor) -> dict[str, float]:
    """The loss before the step."""
    with training.precision():
        logits = training.network(normalize(pictures))
    logits = logits.float()
    loss = functional.cross_entropy(logits, classes) + dice_loss(logits, classes)
    training.descend(loss)
    return {"loss": loss.item()}


def train(options: argparse.Namespace) -> None:
    training = Training(options, 3, lambda: ShapesSeg(len(CLASS_NAMES)))
    batches = training_batches(options.cache, options.groups, options.batch, training.rng)

    def take_step() -> dict[str, float]:
        pictures, class_maps = next(batches)
        return train_step(training, torch.from_numpy(pictures), torch.from_numpy(class_maps).long())

    training.run(take_step, lambda averaged: validate(averaged, options.check_scenes))


def main() -> None:
    train(training_options(__doc__, USUAL))


if __name__ == "__main__":
    main()
