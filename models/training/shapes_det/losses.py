"""How far the network's answers are from the truth."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from .assignment import Assignment, assign
from .network import Predictions

CLASS_GAIN, BOX_GAIN, MASK_GAIN = 1.0, 4.0, 3.0
MASKS_PER_PICTURE = 40  # at most; the rest of the cells train without


def complete_overlap(first: Tensor, second: Tensor) -> Tensor:
    """CIoU of paired boxes [P, 4]: 1 where they agree, less without bound.

    Intersection over union, less the distance of the centres and the
    difference in aspect (Zheng et al., "Enhancing Geometric Factors", 2020).
    """
    low = torch.maximum(first[:, :2], second[:, :2])
    high = torch.minimum(first[:, 2:], second[:, 2:])
    both = (high - low).clamp(min=0).prod(dim=1)
    size1, size2 = first[:, 2:] - first[:, :2], second[:, 2:] - second[:, :2]
    union = size1.prod(dim=1) + size2.prod(dim=1) - both
    overlap = both / union.clamp(min=1e-6)
    hull_low = torch.minimum(first[:, :2], second[:, :2])
    hull = torch.maximum(first[:, 2:], second[:, 2:]) - hull_low
    middle1, middle2 = ((box[:, :2] + box[:, 2:]) / 2 for box in (first, second))
    apart = (middle1 - middle2).square().sum(dim=1)
    slants = [torch.atan(s[:, 0] / s[:, 1].clamp(min=1e-6)) for s in (size1, size2)]
    aspect = 4 / math.pi**2 * (slants[0] - slants[1]).square()
    with torch.no_grad():
        weight = aspect / (1 - overlap + aspect).clamp(min=1e-6)
    return overlap - apart / hull.square().sum(dim=1).clamp(min=1e-6) - weight * aspect


def class_loss(found: Predictions, cells: Assignment, total: Tensor) -> Tensor:
    targets = torch.zeros_like(found.class_logits)
    targets[cells.picture, cells.cell, cells.class_id] = cells.target_score
    loss = functional.binary_cross_entropy_with_logits(
        found.class_logits, targets, reduction="sum"
    )
    return loss / total


def box_loss(found: Predictions, cells: Assignment, boxes: Tensor, total: Tensor) -> Tensor:
    predicted = found.boxes[cells.picture, cells.cell]
    truth = boxes[cells.picture, cells.instance]
    return ((1 - complete_overlap(predicted, truth)) * cells.target_score).sum() / total


def inside_boxes(boxes: Tensor, height: int, width: int) -> Tensor:
    """Which pixels' centres lie in each box [P, 4]: float32 [P, height, width]."""
    x = torch.arange(width)[None, None, :] + 0.5
    y = torch.arange(height)[None, :, None] + 0.5
    x0, y0, x1, y1 = boxes[:, :, None, None].unbind(dim=1)
    return ((x > x0) & (x < x1) & (y > y0) & (y < y1)).float()


def picture_mask_loss(
    coefficients: Tensor, prototypes: Tensor, masks: Tensor, boxes: Tensor
) -> Tensor:
    """Sum over P cells of one picture: mean cross entropy within the true box.

    `coefficients` [P, 32], `prototypes` [32, h, w], `masks` [P, h, w] in 0..1,
    `boxes` [P, 4] in prototype pixels.
    """
    logits = torch.einsum("pc,chw->phw", coefficients, prototypes)
    # Half a pixel more each way, so that small boxes hold some pixels.
    half = torch.tensor([-0.5, -0.5, 0.5, 0.5])
    inside = inside_boxes(boxes + half, *masks.shape[1:])
    loss = functional.binary_cross_entropy_with_logits(logits, masks, reduction="none")
    return ((loss * inside).sum(dim=(1, 2)) / inside.sum(dim=(1, 2)).clamp(min=1)).sum()


def mask_loss(
    found: Predictions, cells: Assignment, boxes: Tensor, instance_maps: Tensor
) -> Tensor:
    """Mean over some of the cells of each picture; `instance_maps` uint8 [batch, H, W]."""
    total, counted = found.prototypes.sum() * 0, 0
    shrink = instance_maps.shape[-1] // found.prototypes.shape[-1]
    for picture, prototypes in enumerate(found.prototypes):
        mine = torch.nonzero(cells.picture == picture).flatten()
        mine = mine[torch.randperm(len(mine))[:MASKS_PER_PICTURE]]
        if len(mine) == 0:
            continue
        instance = cells.instance[mine]
        present, which = instance.unique(return_inverse=True)
        # How much of each prototype pixel a shape fills.
        owned = (instance_maps[picture] == (present + 1)[:, None, None]).float()
        masks = functional.avg_pool2d(owned[:, None], shrink)[:, 0][which]
        coefficients = found.coefficients[picture, cells.cell[mine]]
        truth = boxes[picture, instance] / shrink
        total = total + picture_mask_loss(coefficients, prototypes, masks, truth)
        counted += len(mine)
    return total / max(counted, 1)


def detection_loss(
    found: Predictions, boxes: Tensor, class_ids: Tensor, instance_maps: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch, and its parts for the log.

    `boxes` float32 [batch, M, 4] in input pixels, `class_ids` int64 [batch, M]
    with -1 for none, `instance_maps` uint8 [batch, H, W].
    """
    cells = assign(found, boxes, class_ids)
    total = cells.target_score.sum().clamp(min=1)
    parts = {
        "class": CLASS_GAIN * class_loss(found, cells, total),
        "box": BOX_GAIN * box_loss(found, cells, boxes, total),
        "mask": MASK_GAIN * mask_loss(found, cells, boxes, instance_maps),
    }
    return sum(parts.values()), {name: part.item() for name, part in parts.items()}
