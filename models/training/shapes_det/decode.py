"""The network's answer as boxes and masks of the picture.

Masks are enlarged to the picture's size before they are cut at a half, which
ultralytics calls retina masks.
"""

from dataclasses import dataclass

import numpy as np

from .preparation import Letterbox

MAX_BEFORE_SUPPRESSION = 1000  # candidates, best first
MAX_DETECTIONS = 300


@dataclass(frozen=True)
class Detections:
    """What was found on one picture, best first."""

    boxes: np.ndarray  # float64 [count, 4] in input pixels
    scores: np.ndarray  # float64 [count]
    class_ids: np.ndarray  # int64 [count]
    coefficients: np.ndarray  # float64 [count, 32]


def overlap(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Intersection over union of one box [4] with others [count, 4]."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    both = np.clip(high - low, 0, None).prod(axis=1)
    union = (box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) - both
    return both / np.maximum(union, 1e-9)


def suppress(boxes: np.ndarray, scores: np.ndarray, limit: float) -> np.ndarray:
    """Greedy non-maximum suppression: indices of the boxes kept, best first.

    A box goes if it overlaps a better one by more than `limit`.
    """
    left = np.argsort(-scores, kind="stable")
    kept = []
    while len(left) > 0:
        best, rest = left[0], left[1:]
        kept.append(best)
        left = rest[overlap(boxes[best], boxes[rest]) <= limit]
    return np.array(kept, dtype=np.int64)


def decode(
    output0: np.ndarray,
    classes: int,
    score_threshold: float,
    overlap_limit: float,
    best_class_only: bool,
) -> Detections:
    """Detections from `output0` [4 + classes + 32, N] of one picture.

    A candidate is a pair of a cell and a class whose score is above the
    threshold, or only the best such class of each cell.  Classes do not
    suppress one another.
    """
    rows = output0.astype(np.float64)
    middle, size = rows[:2].T, rows[2:4].T
    boxes = np.concatenate([middle - size / 2, middle + size / 2], axis=1)
    class_scores = rows[4 : 4 + classes]
    likely = class_scores > score_threshold
    if best_class_only:
        likely &= np.arange(classes)[:, None] == class_scores.argmax(axis=0)
    class_ids, cells = np.nonzero(likely)
    scores = rows[4 + class_ids, cells]
    best = np.argsort(-scores, kind="stable")[:MAX_BEFORE_SUPPRESSION]
    class_ids, cells, scores = class_ids[best], cells[best], scores[best]
    kept: list[np.ndarray] = [np.zeros(0, dtype=np.int64)]
    for class_id in range(classes):
        mine = np.flatnonzero(class_ids == class_id)
        kept.append(mine[suppress(boxes[cells[mine]], scores[mine], overlap_limit)])
    order = np.sort(np.concatenate(kept))[:MAX_DETECTIONS]
    coefficients = rows[4 + classes :, cells[order]].T
    return Detections(boxes[cells[order]], scores[order], class_ids[order], coefficients)


def mask_of(
    coefficients: np.ndarray, output1: np.ndarray, box: np.ndarray, placement: Letterbox
) -> np.ndarray:
    """One detection's mask, bool [picture_height, picture_width].

    `output1` is [32, h, w]; `box` is in input pixels.  The mixed prototypes are
    enlarged bilinearly (pixel centres at halves), so that the part that shows
    the picture fills the picture; what lies in the padding does not count.  A
    pixel is in where the result is positive and its left and upper edges lie in
    the box (ultralytics' `crop_mask`).
    """
    logits = np.tensordot(coefficients, output1, axes=1)
    grid = placement.size / logits.shape[0]  # input pixels per prototype pixel
    (across, down), (left, top) = placement.scale[:2], placement.offset[:2]
    x, y = np.arange(placement.picture_width), np.arange(placement.picture_height)
    columns = _shown(placement.left, placement.resized_width, grid)
    rows = _shown(placement.top, placement.resized_height, grid)
    enlarged = bilinear(
        logits[rows, columns],
        ((y + 0.5) * down + top) / grid - 0.5 - rows.start,
        ((x + 0.5) * across + left) / grid - 0.5 - columns.start,
    )
    x0, y0, x1, y1 = placement.boxes_to_picture(box[None])[0]
    inside = ((y >= y0) & (y < y1))[:, None] & ((x >= x0) & (x < x1))[None, :]
    return (enlarged > 0) & inside


def _shown(start: int, length: int, grid: float) -> slice:
    """The prototype pixels whose middle shows the picture, not its padding."""
    first = int(np.ceil(start / grid - 0.5))
    return slice(first, max(int(np.floor((start + length) / grid - 0.5)), first) + 1)


def bilinear(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """`values` [h, w] at fractional `rows` and `columns`, edges repeated."""
    down, across = (_weights(p, n) for p, n in zip((rows, columns), values.shape))
    return down @ values @ across.T


def _weights(positions: np.ndarray, count: int) -> np.ndarray:
    """How much each of `count` values adds at each position: [positions, count]."""
    distance = np.abs(np.clip(positions, 0, count - 1)[:, None] - np.arange(count))
    return np.clip(1 - distance, 0, None)
