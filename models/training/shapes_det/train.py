"""Trains shapes-det; see the README beside this package for the command."""

import argparse
import time

import cv2
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


def train_step(
    network: nn.Module, optimizer: torch.optim.Optimizer, batch: Batch, bfloat16: bool
) -> dict[str, float]:
    """The parts of the loss before the step."""
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        found = network(scaled(torch.from_numpy(batch.pictures)))
    truth = map(torch.from_numpy, (batch.boxes, batch.class_ids, batch.instance_maps))
    loss, parts = detection_loss(found, *truth)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 10.0)
    optimizer.step()
    return parts


def mean_parts(losses: list[dict[str, float]]) -> str:
    means = {name: np.mean([parts[name] for parts in losses]) for name in losses[0]}
    return " ".join(f"{name} {mean:.4f}" for name, mean in means.items())


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    network = ShapesDet(len(KINDS))
    averaged = AveragedWeights(network)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=1e-3)
    done, rng = begin(options, 5, network, averaged, optimizer)
    batches = training_batches(options.cache, options.groups, options.batch, rng)
    losses, started = [], time.monotonic()
    for step in range(done, options.steps):
        batch = next(batches)
        optimizer.param_groups[0]["lr"] = learning_rate(step, options.steps, options.rate)
        losses.append(train_step(network, optimizer, batch, options.bfloat16))
        averaged.update(network, step)
        taken = step + 1
        if taken % 50 == 0:
            seconds = time.monotonic() - started
            print(f"step {taken} loss {mean_parts(losses)} {seconds:.0f} s", flush=True)
            losses.clear()
        if taken % options.check_every == 0 or taken == options.steps:
            save_checkpoint(options.checkpoint, taken, network, averaged, optimizer)
            print(f"step {taken} {validate(averaged, options.check_scenes)}", flush=True)


def main() -> None:
    options = training_options(__doc__, USUAL)
    cv2.setNumThreads(options.threads)
    train(options)


if __name__ == "__main__":
    main()
