"""Trains the text encoder and the denoiser of shapes-sd; see the README beside this package."""

import argparse

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from shapes_training import Training, UsualTraining, training_options

from .diffusion import diffuse, loss_weights, random_timesteps
from .latents import encoded_groups, training_batches
from .network import ShapesSd

USUAL = UsualTraining(
    groups=75,
    group_scenes=1024,
    steps=14_000,
    batch=32,
    rate=1e-3,
    save_every=250,
    averaging=0.999,
)


def train_step(training: Training, latents: Tensor, token_ids: Tensor) -> dict[str, float]:
    """The loss before the step."""
    timesteps = random_timesteps(len(latents))
    noisy, velocity = diffuse(latents, timesteps, torch.randn_like(latents))
    with training.precision():
        found = training.network(noisy, timesteps, token_ids)
    errors = functional.mse_loss(found, velocity, reduction="none").mean(dim=(1, 2, 3))
    loss = (errors * loss_weights(timesteps)).mean()
    training.descend(loss)
    return {"loss": loss.item()}


def train(options: argparse.Namespace) -> None:
    training = Training(options, 11, ShapesSd, weight_decay=1e-2, betas=(0.9, 0.98))
    scenes = encoded_groups(options.cache, options.groups)
    print(f"{len(scenes.latents)} scenes", flush=True)
    batches = training_batches(scenes, options.batch, training.rng)
    training.run(lambda: train_step(training, *next(batches)))


def main() -> None:
    train(training_options(__doc__, USUAL))


if __name__ == "__main__":
    main()
