"""Which cells of the network answer for which shape of the truth.

Task alignment (Feng et al., "TOOD: Task-aligned One-stage Object Detection",
2021): a shape goes to the cells inside its box whose present answer is best,
measured by score and overlap together.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .network import Predictions

CELLS_PER_SHAPE = 10
SCORE_POWER = 0.5
OVERLAP_POWER = 6.0


@dataclass(frozen=True)
class Assignment:
    """For the P cells that have a shape to find, all pictures together."""

    picture: Tensor  # int64 [P], index in the batch
    cell: Tensor  # int64 [P], index among the picture's cells
    instance: Tensor  # int64 [P], index among the picture's instances
    class_id: Tensor  # int64 [P]
    target_score: Tensor  # float32 [P], 0..1: what the class score should be


def pairwise_overlap(first: Tensor, second: Tensor) -> Tensor:
    """Intersection over union: [..., n, 4] and [..., m, 4] to [..., n, m]."""
    low = torch.maximum(first[..., :, None, :2], second[..., None, :, :2])
    high = torch.minimum(first[..., :, None, 2:], second[..., None, :, 2:])
    both = (high - low).clamp(min=0).prod(dim=-1)
    areas = [(b[..., 2:] - b[..., :2]).clamp(min=0).prod(dim=-1) for b in (first, second)]
    union = areas[0][..., :, None] + areas[1][..., None, :] - both
    return both / union.clamp(min=1e-6)


@torch.no_grad()
def assign(found: Predictions, boxes: Tensor, class_ids: Tensor) -> Assignment:
    """Cells for the true `boxes` [batch, M, 4] of `class_ids` [batch, M].

    A class id of -1 marks a place without an instance.
    """
    real = class_ids >= 0
    overlap = pairwise_overlap(boxes, found.boxes)  # [batch, M, N]
    scores = found.class_logits.sigmoid().transpose(1, 2)
    wanted = class_ids.clamp(min=0)[..., None].expand(-1, -1, scores.shape[2])
    alignment = scores.gather(1, wanted) ** SCORE_POWER * overlap**OVERLAP_POWER
    alignment = alignment * (_inside(found.centers, boxes) & real[..., None])
    chosen = _best_cells(alignment)
    owner_overlap, owner = overlap.masked_fill(~chosen, -1).max(dim=1)  # [batch, N]
    picture, cell = torch.nonzero(owner_overlap >= 0, as_tuple=True)
    instance = owner[picture, cell]
    # The best cell of a shape aims at its own overlap, the others at less.
    best_alignment = (alignment * chosen).amax(dim=2).clamp(min=1e-9)
    best_overlap = (overlap * chosen).amax(dim=2)
    share = alignment[picture, instance, cell] / best_alignment[picture, instance]
    target_score = share * best_overlap[picture, instance]
    return Assignment(picture, cell, instance, class_ids[picture, instance], target_score)


def _inside(centers: Tensor, boxes: Tensor) -> Tensor:
    """Whether each of N centres lies in each box: bool [batch, M, N]."""
    after = centers[None, None] - boxes[..., None, :2]
    before = boxes[..., None, 2:] - centers[None, None]
    return (torch.cat([after, before], dim=-1) > 0).all(dim=-1)


def _best_cells(alignment: Tensor) -> Tensor:
    """The best aligned cells of each shape: bool [batch, M, N]."""
    best, cells = alignment.topk(CELLS_PER_SHAPE, dim=2)
    chosen = torch.zeros_like(alignment, dtype=torch.bool)
    return chosen.scatter_(2, cells, best > 0)
