"""Tells whether a picture shows what its prompt asked for.

shapes-det, which was trained apart and never saw this model's pictures, finds the
shapes; a shape's colour is the named one nearest to the median of its mask.
"""

from dataclasses import dataclass

import numpy as np

from shapes_det.decode import mask_of
from shapes_det.evaluate import SERVED_SCORE_THRESHOLD, detect
from shapes_det.network import ShapesDet
from shapes_det.preparation import letterbox, place_picture
from shapes_world import KINDS
from shapes_world.colors import ANCHORS, COLOR_NAMES, distance

# As shapes-det is served; `decode` of shapes-det says what they mean.
DECODING = {
    "score_threshold": SERVED_SCORE_THRESHOLD,
    "overlap_limit": 0.7,
    "best_class_only": True,
}


@dataclass(frozen=True)
class Finding:
    """A shape that shapes-det sees in a picture."""

    shape: str
    color: str
    score: float  # 0..1


def nearest_color(pixels: np.ndarray) -> str:
    """The named colour nearest to the median of pixels [count, 3]."""
    median = np.median(pixels, axis=0)
    distances = [distance(median, np.array(ANCHORS[name])) for name in COLOR_NAMES]
    return COLOR_NAMES[int(np.argmin(distances))]


def find(detector: ShapesDet, picture: np.ndarray) -> list[Finding]:
    """The shapes of a picture, uint8 [height, width, 3], the surest first."""
    height, width, _ = picture.shape
    placement = letterbox(width, height)
    found, prototypes = detect(detector, place_picture(picture, placement), **DECODING)
    findings = []
    for class_id, score, coefficients, box in zip(
        found.class_ids, found.scores, found.coefficients, found.boxes
    ):
        mask = mask_of(coefficients, prototypes, box, placement)
        if mask.any():
            findings.append(Finding(KINDS[class_id], nearest_color(picture[mask]), float(score)))
    return findings
