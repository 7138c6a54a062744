"""What Detectron2 does with boxes: anchors, moves, and features of what is in them."""

import math

import torch
from torchvision.ops import roi_align

from .detectron2_settings import POOLED_LEVELS

# Boxes never grow by more than this at once.
SCALE_CLAMP = math.log(1000 / 16)
CANONICAL_SIDE, CANONICAL_LEVEL = 224, 4


def anchors_of(
    features: torch.Tensor, stride: int, sides: tuple[float, ...], ratios: tuple[float, ...]
) -> torch.Tensor:
    """Boxes [places × anchors, 4] around the corner of each cell; the sides are those of a square of that area."""
    cells = []
    for side in sides:
        for ratio in ratios:
            width = math.sqrt(side**2 / ratio)
            cells.append([-width / 2, -width * ratio / 2, width / 2, width * ratio / 2])
    height, width = features.shape[-2:]
    rows, columns = torch.arange(height) * stride, torch.arange(width) * stride
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    corners = torch.stack((x, y, x, y), dim=-1).reshape(-1, 1, 4)
    return (corners + torch.tensor(cells)).reshape(-1, 4)


def move_boxes(boxes: torch.Tensor, deltas: torch.Tensor, weights: tuple[float, ...]) -> torch.Tensor:
    """`Box2BoxTransform.apply_deltas`. @param deltas [N, boxes × 4] @return [N, boxes, 4]"""
    sides = (boxes[:, 2:] - boxes[:, :2])[:, None]
    centers = boxes[:, None, :2] + 0.5 * sides
    steps = deltas.reshape(deltas.shape[0], -1, 4) / torch.tensor(weights)
    moved = centers + steps[..., :2] * sides
    grown = torch.exp(steps[..., 2:].clamp(max=SCALE_CLAMP)) * sides
    return torch.cat((moved - 0.5 * grown, moved + 0.5 * grown), dim=-1)


def clip(boxes: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    height, width = size
    x = boxes[..., 0::2].clamp(min=0).clamp(max=width)
    y = boxes[..., 1::2].clamp(min=0).clamp(max=height)
    return torch.stack((x[..., 0], y[..., 0], x[..., 1], y[..., 1]), dim=-1)


def pool(pyramid: list[torch.Tensor], boxes: torch.Tensor, cells: int, sampling_ratio: int) -> torch.Tensor:
    """`ROIPooler`: each box from the level where it is about as large as ImageNet's pictures were in training."""
    sides = ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sqrt()
    levels = torch.floor(CANONICAL_LEVEL + torch.log2(sides / CANONICAL_SIDE + 1e-8))
    levels = levels.clamp(POOLED_LEVELS[0], POOLED_LEVELS[-1])
    regions = torch.cat((torch.zeros_like(boxes[:, :1]), boxes), dim=1)
    here = [torch.nonzero(levels == level)[:, 0] for level in POOLED_LEVELS]
    parts = [
        roi_align(features, regions[rows], (cells, cells), 1 / 2**level, sampling_ratio, True)
        for level, features, rows in zip(POOLED_LEVELS, pyramid, here)
    ]
    # Back in the order of the boxes. Written into their places, a single one would be traced as a shape of its own.
    places = torch.cat(here)
    order = torch.zeros_like(places).scatter(0, places, torch.arange(places.shape[0]))
    return torch.cat(parts)[order]


def at_most(limit: int, values: torch.Tensor):
    """The number of values, or the limit; while a graph is traced, both are kept."""
    count = values.shape[0]
    return count.clamp(max=limit) if isinstance(count, torch.Tensor) else min(count, limit)
