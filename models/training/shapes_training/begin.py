"""Where a training begins: at its first step, or at that of its checkpoint."""

import argparse

import numpy as np
import torch
from torch import nn

from .averaged_weights import AveragedWeights
from .checkpoint import resume


def begin(
    options: argparse.Namespace, stream: int, network: nn.Module, averaged: AveragedWeights,
    optimizer: torch.optim.Optimizer,
) -> tuple[int, np.random.Generator]:
    """The steps done, and random numbers that none before them had.

    `options` has `seed`, `resume` and `checkpoint`; `stream` tells the random
    numbers of one training from those of others.
    """
    done, seeds = 0, [options.seed, stream]
    if options.resume and options.checkpoint.exists():
        done = resume(options.checkpoint, network, averaged, optimizer)
        seeds.append(done)
    print(f"{parameter_count(network)} parameters, from step {done}", flush=True)
    return done, np.random.Generator(np.random.PCG64(seeds))


def parameter_count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
