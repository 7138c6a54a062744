"""Trains shapes-sam; see the README beside this package for the command."""

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


def train_step(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    prompts: Prompts,
    bfloat16: bool,
) -> dict[str, float]:
    """The parts of the loss before the step."""
    asked = [torch.from_numpy(part) for part in (prompts.points, prompts.labels, prompts.boxes)]
    ids = torch.from_numpy(prompts.instance_ids)
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        fits, logits = network(batch_input(batch), *asked)
    truth = true_masks(torch.from_numpy(batch.instance_maps), ids, logits.shape[-1])
    loss, parts = prompt_loss(
        fits.flatten(0, 1), logits.flatten(0, 1), truth.flatten(0, 1), (ids != GROUND).flatten()
    )
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return parts


def mean_parts(losses: list[dict[str, float]]) -> str:
    means = {name: np.mean([parts[name] for parts in losses]) for name in losses[0]}
    return " ".join(f"{name} {mean:.4f}" for name, mean in means.items())


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    network = ShapesSam()
    averaged = AveragedWeights(network)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=1e-3)
    done, rng = begin(options, 7, network, averaged, optimizer)
    batches = training_batches(options.cache, options.groups, options.batch, rng)
    losses, started = [], time.monotonic()
    for step in range(done, options.steps):
        batch = next(batches)
        prompts = sample_prompts(batch.instance_maps, options.prompts, rng)
        optimizer.param_groups[0]["lr"] = learning_rate(step, options.steps, options.rate)
        losses.append(train_step(network, optimizer, batch, prompts, options.bfloat16))
        averaged.update(network, step)
        taken = step + 1
        if taken % 50 == 0:
            seconds = time.monotonic() - started
            print(f"step {taken} loss {mean_parts(losses)} {seconds:.0f} s", flush=True)
            losses.clear()
        if taken % options.save_every == 0 or taken == options.steps:
            save_checkpoint(options.checkpoint, taken, network, averaged, optimizer)
        if taken % options.check_every == 0 or taken == options.steps:
            print(f"step {taken} {validate(averaged, options.check_scenes)}", flush=True)


def add_prompts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prompts", type=int, default=8, help="per picture")


def main() -> None:
    options = training_options(__doc__, USUAL, add_prompts)
    cv2.setNumThreads(options.threads)
    train(options)


if __name__ == "__main__":
    main()
