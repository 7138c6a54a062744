"""Files from which a training goes on after an interruption."""

from pathlib import Path

import torch
from torch import nn

from .averaged_weights import AveragedWeights


def save_checkpoint(
    path: Path, step: int, network: nn.Module, averaged: AveragedWeights,
    optimizer: torch.optim.Optimizer,
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    torch.save(
        {
            "step": step,
            "network": network.state_dict(),
            "averaged": averaged.state,
            "optimizer": optimizer.state_dict(),
        },
        unfinished,
    )
    unfinished.replace(path)


def resume(
    path: Path, network: nn.Module, averaged: AveragedWeights,
    optimizer: torch.optim.Optimizer,
) -> int:
    """Brings all three to where the checkpoint was written; returns the steps done."""
    saved = torch.load(path)
    network.load_state_dict(saved["network"])
    optimizer.load_state_dict(saved["optimizer"])
    averaged.state = saved["averaged"]
    return saved["step"]
