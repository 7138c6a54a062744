"""Trains shapes-sam; see the README beside this package for the command."""

import argparse

import cv2
import numpy as np
import torch
from torch import nn

from shapes_training import AveragedWeights, Training, UsualTraining, training_options
from shapes_world import Split

from .dataset import Batch, batch_input, training_batches
from .evaluate import evaluate
from .losses import prompt_loss
from .network import ShapesSam
from .prompts import GROUND, Prompts, sample_prompts, true_masks

USUAL = UsualTraining(
    groups=120,
    group_scenes=32,
    steps=4500,
    batch=8,
    rate=2e-3,
    save_every=100,
    check_every=500,
    check_scenes=40,
)


def validate(averaged: AveragedWeights, scenes: int) -> str:
    network = ShapesSam()
    network.load_state_dict(averaged.state)
    evaluation = evaluate(network, Split.VALIDATION, range(scenes))
    return " ".join(f"{kind} {fits.mean():.4f}" for kind, fits in evaluation.overlaps().items())


def train_step(training: Training, batch: Batch, prompts: Prompts) -> dict[str, float]:
    """The parts of the loss before the step."""
    asked = [torch.from_numpy(part) for part in (prompts.points, prompts.labels, prompts.boxes)]
    ids = torch.from_numpy(prompts.instance_ids)
    with training.precision():
        fits, logits = training.network(batch_input(batch), *asked)
    truth = true_masks(torch.from_numpy(batch.instance_maps), ids, logits.shape[-1])
    loss, parts = prompt_loss(
        fits.flatten(0, 1), logits.flatten(0, 1), truth.flatten(0, 1), (ids != GROUND).flatten()
    )
    training.descend(loss)
    return parts


def train(options: argparse.Namespace) -> None:
    training = Training(options, 7, ShapesSam)
    batches = training_batches(options.cache, options.groups, options.batch, training.rng)

    def take_step() -> dict[str, float]:
        batch = next(batches)
        prompts = sample_prompts(batch.instance_maps, options.prompts, training.rng)
        return train_step(training, batch, prompts)

    training.run(take_step, lambda averaged: validate(averaged, options.check_scenes))


def add_prompts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prompts", type=int, default=8, help="per picture")


def main() -> None:
    options = training_options(__doc__, USUAL, add_prompts)
    cv2.setNumThreads(options.threads)
    train(options)


if __name__ == "__main__":
    main()
