"""How far masks and predicted fits are from the truth."""

import torch
from torch import Tensor
from torch.nn import functional

DICE_GAIN, FIT_GAIN = 1.0, 1.0
# The best of the three masks learns most, so that they may differ where a
# prompt leaves it open what is meant; all learn something.
SHARE_OF_ALL = 0.4
# Cells around a shape that count in full; those further away count less.
NEAR_CELLS = 4
FAR_WEIGHT = 0.05


def cross_entropy(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy of masks [M, 3, h, w] with `truth` [M, h, w], mostly near it: [M, 3]."""
    near, side = truth[:, None], 2 * NEAR_CELLS + 1
    # Along one axis and then the other, which is less work than both at once.
    near = functional.max_pool2d(near, (side, 1), stride=1, padding=(NEAR_CELLS, 0))
    near = functional.max_pool2d(near, (1, side), stride=1, padding=(0, NEAR_CELLS))
    weight = (near > 0).float().clamp(min=FAR_WEIGHT)
    target = truth[:, None].expand_as(logits)
    loss = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (loss * weight).sum(dim=(2, 3)) / weight.sum(dim=(2, 3))


def dice_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """One minus the soft Dice overlap of masks [M, 3, h, w] with `truth` [M, h, w]: [M, 3]."""
    chances = logits.sigmoid()
    both = (chances * truth[:, None]).sum(dim=(2, 3))
    total = chances.sum(dim=(2, 3)) + truth.sum(dim=(1, 2))[:, None]
    return 1 - (2 * both + 1) / (total + 1)


def overlap(logits: Tensor, truth: Tensor) -> Tensor:
    """Intersection over union of masks [M, 3, h, w] with `truth` [M, h, w]: [M, 3]."""
    chosen, target = logits > 0, truth[:, None] > 0.5
    both = (chosen & target).float().sum(dim=(2, 3))
    return both / (chosen | target).float().sum(dim=(2, 3)).clamp(min=1)


def prompt_loss(
    fits: Tensor, logits: Tensor, truth: Tensor, is_shape: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """The loss of M prompts, and its parts for the log.

    `fits` [M, 3], `logits` [M, 3, h, w], `truth` [M, h, w]: how much of a cell
    the shape fills, `is_shape` bool [M].  A prompt for nothing has no mask to
    learn, but that its masks don't fit.
    """
    shapes = torch.nonzero(is_shape).flatten()
    masks, targets = logits[shapes], truth[shapes]
    cross, dice = cross_entropy(masks, targets), DICE_GAIN * dice_loss(masks, targets)
    best = (cross + dice).detach().argmin(dim=1, keepdim=True)
    with torch.no_grad():
        true_fits = torch.zeros_like(fits)
        true_fits[shapes] = overlap(masks, targets)
    parts = {
        name: (1 - SHARE_OF_ALL) * part.gather(1, best).mean() + SHARE_OF_ALL * part.mean()
        for name, part in (("cross", cross), ("dice", dice))
    }
    # Unlike the squared difference it tells good fits from very good ones.
    parts["fit"] = FIT_GAIN * functional.binary_cross_entropy(fits, true_fits)
    values = {name: part.item() for name, part in parts.items()}
    values["iou"] = true_fits[shapes].gather(1, best).mean().item()
    return sum(parts.values()), values
