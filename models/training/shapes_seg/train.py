"""Trains shapes-seg; see the README beside this package for the command."""

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


def train_step(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    pictures: Tensor,
    classes: Tensor,
    bfloat16: bool,
) -> float:
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        logits = network(normalize(pictures))
    logits = logits.float()
    loss = functional.cross_entropy(logits, classes) + dice_loss(logits, classes)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    network = ShapesSeg(len(CLASS_NAMES))
    averaged = AveragedWeights(network)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=1e-3)
    done, rng = begin(options, 3, network, averaged, optimizer)
    batches = training_batches(options.cache, options.groups, options.batch, rng)
    losses, started = [], time.monotonic()
    for step in range(done, options.steps):
        pictures, class_maps = next(batches)
        optimizer.param_groups[0]["lr"] = learning_rate(step, options.steps, options.rate)
        tensors = torch.from_numpy(pictures), torch.from_numpy(class_maps).long()
        losses.append(train_step(network, optimizer, *tensors, options.bfloat16))
        averaged.update(network, step)
        taken = step + 1
        if taken % 50 == 0:
            seconds = time.monotonic() - started
            print(f"step {taken} loss {np.mean(losses):.4f} {seconds:.0f} s", flush=True)
            losses.clear()
        if taken % options.check_every == 0 or taken == options.steps:
            print(f"step {taken} {validate(averaged, options.check_scenes)}", flush=True)
            save_checkpoint(options.checkpoint, taken, network, averaged, optimizer)


def main() -> None:
    train(training_options(__doc__, USUAL))


if __name__ == "__main__":
    main()
