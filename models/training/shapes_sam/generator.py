"""Everything in a picture: the automatic mask generator of segment-anything, without crops.

Only as much of it as figures need; the service has its own.
"""

from dataclasses import dataclass

import numpy as np

from shapes_det.decode import suppress

from .masks import Predictor, enlarge, stability
from .prompts import box_of


@dataclass(frozen=True)
class GeneratorOptions:
    """With the defaults of segment-anything."""

    points_per_side: int = 32
    points_per_batch: int = 64
    pred_iou_thresh: float = 0.88
    stability_score_thresh: float = 0.95
    stability_score_offset: float = 1.0
    box_nms_thresh: float = 0.7


# The defaults in model.json, chosen on scenes of Split.VALIDATION: shapes are
# large, the network thinks less of its masks than they are worth, and it gives
# parts of shapes beside the whole ones.
SERVED = GeneratorOptions(points_per_side=16, pred_iou_thresh=0.8, box_nms_thresh=0.35)


@dataclass(frozen=True)
class FoundMask:
    mask: np.ndarray  # bool [height, width]
    box: np.ndarray  # float64 [4]: edges, in picture pixels
    predicted_iou: float
    stability_score: float
    point: np.ndarray  # float64 [2], which it was found with


def point_grid(points_per_side: int, width: int, height: int) -> np.ndarray:
    """Points row by row over a picture: float64 [points, 2]."""
    offset = 1 / (2 * points_per_side)
    side = np.linspace(offset, 1 - offset, points_per_side)
    x, y = np.meshgrid(side, side)
    return np.stack([x.ravel(), y.ravel()], axis=1) * [width, height]


def good_masks(
    predictor: Predictor, points: np.ndarray, options: GeneratorOptions
) -> list[FoundMask]:
    """Of the masks for some points, each a prompt, those that are fit and stable."""
    answer = predictor.ask_points(points)
    found = []
    for index, candidate in (answer.fits > options.pred_iou_thresh).nonzero().tolist():
        enlarged = enlarge(answer.logits[index, candidate][None], predictor.placement)
        stable = float(stability(enlarged, options.stability_score_offset))
        if stable < options.stability_score_thresh:
            continue
        mask = (enlarged[0] > 0).numpy()
        fit = float(answer.fits[index, candidate])
        found.append(FoundMask(mask, box_of(mask), fit, stable, points[index]))
    return found


def generate(
    predictor: Predictor, options: GeneratorOptions = GeneratorOptions()
) -> list[FoundMask]:
    """All masks of a picture, best first."""
    placement = predictor.placement
    size = placement.picture_width, placement.picture_height
    points = point_grid(options.points_per_side, *size)
    found: list[FoundMask] = []
    for start in range(0, len(points), options.points_per_batch):
        batch = points[start : start + options.points_per_batch]
        found += good_masks(predictor, batch, options)
    if not found:
        return []
    # Boxes are compared as segment-anything has them: the last pixel instead of the edge.
    boxes = np.stack([one.box - [0, 0, 1, 1] for one in found])
    scores = np.array([one.predicted_iou for one in found])
    return [found[index] for index in suppress(boxes, scores, options.box_nms_thresh)]
