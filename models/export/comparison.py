"""How far two answers are apart."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .answers import Answer, ClassMap, Detections, PromptedMasks, Similarities, softmax

# Shares of pixels that may have another class, or lie on the other side of a mask's edge: where two logits are as
# good as equal, the last bit decides.
MAP_SHARE = 1e-3
MASK_SHARE = 1e-2
# Two rows are of one thing when their boxes overlap so much.
SAME_THING = 0.5


@dataclass(frozen=True)
class Tolerance:
    numbers: float  # of logits, scores and probabilities
    box_pixels: float


@dataclass(frozen=True)
class Figure:
    """One line of a comparison."""

    name: str
    maximum: float
    limit: float
    l2: float | None = None  # the Euclidean length of all differences
    unit: str = ""

    @property
    def is_within(self) -> bool:
        # Nothing compares with what is no number.
        return bool(self.maximum <= self.limit)


def compare(reference: Answer, other: Answer, tolerance: Tolerance) -> list[Figure]:
    """@return a figure for each thing that answers of this kind have; none where nothing was found by either"""
    return COMPARISONS[type(reference)](reference, other, tolerance)


def compare_class_maps(a: ClassMap, b: ClassMap, tolerance: Tolerance) -> list[Figure]:
    share = float(np.mean(a.class_ids != b.class_ids))
    return [
        numbers("logits", a.logits, b.logits, tolerance.numbers),
        numbers("distribution", softmax(a.logits), softmax(b.logits), tolerance.numbers),
        Figure("map", share, MAP_SHARE, unit="of the pixels have another class"),
    ]


def compare_detections(a: Detections, b: Detections, tolerance: Tolerance) -> list[Figure]:
    pairs = pair_up(a, b)
    left, right = np.array([i for i, _ in pairs], int), np.array([j for _, j in pairs], int)
    alone = len(a.scores) + len(b.scores) - 2 * len(pairs)
    if len(a.scores) == len(b.scores) == 0:
        return []
    figures = [
        Figure(
            "things", float(alone), 0, unit=f"of {len(a.scores)} and {len(b.scores)} are in one answer alone"
        ),
        numbers("boxes", a.boxes[left], b.boxes[right], tolerance.box_pixels, "pixels"),
        numbers("scores", a.scores[left], b.scores[right], tolerance.numbers),
    ]
    if a.masks is not None and b.masks is not None:
        figures.append(mask_figure(a.masks[left], b.masks[right]))
    return figures


def compare_masks(a: PromptedMasks, b: PromptedMasks, tolerance: Tolerance) -> list[Figure]:
    figures = (
        []
        if b.logits.size == 0
        else [
            numbers("mask logits", a.logits, b.logits, tolerance.numbers),
            numbers("distribution", _sigmoid(a.logits), _sigmoid(b.logits), tolerance.numbers),
        ]
    )
    return [
        *figures,
        numbers("predicted fit", a.predictions, b.predictions, tolerance.numbers),
        mask_figure(a.masks.reshape(-1, *a.masks.shape[2:]), b.masks.reshape(-1, *b.masks.shape[2:])),
    ]


def compare_similarities(a: Similarities, b: Similarities, tolerance: Tolerance) -> list[Figure]:
    texts = [numbers("texts' embeddings", a.texts, b.texts, tolerance.numbers)] if b.texts.size else []
    return [
        numbers("picture's embedding", a.picture, b.picture, tolerance.numbers),
        *texts,
        numbers("logits", a.logits, b.logits, tolerance.numbers),
        numbers("distribution", softmax(a.logits, 1), softmax(b.logits, 1), tolerance.numbers),
    ]


COMPARISONS: dict[type, Callable[..., list[Figure]]] = {
    ClassMap: compare_class_maps,
    Detections: compare_detections,
    PromptedMasks: compare_masks,
    Similarities: compare_similarities,
}


def numbers(name: str, a: np.ndarray, b: np.ndarray, limit: float, unit: str = "") -> Figure:
    if a.shape != b.shape:
        shapes = f"shapes {list(a.shape)} and {list(b.shape)}"
        return Figure(name, float("nan"), limit, unit=shapes)
    difference = np.asarray(a, np.float64) - np.asarray(b, np.float64)
    maximum = float(np.abs(difference).max()) if difference.size else 0.0
    return Figure(name, maximum, limit, float(np.sqrt((difference**2).sum())), unit)


def mask_figure(a: np.ndarray, b: np.ndarray) -> Figure:
    """The worst of all masks: pixels in one alone, as a share of those in either."""
    if a.shape != b.shape:
        return numbers("masks", a, b, MASK_SHARE)
    worst = 0.0
    for left, right in zip(a, b):
        either = np.count_nonzero(left | right)
        worst = max(worst, np.count_nonzero(left ^ right) / either if either else 0.0)
    return Figure("masks", worst, MASK_SHARE, unit="of a mask's pixels are in one answer alone")


def pair_up(a: Detections, b: Detections) -> list[tuple[int, int]]:
    """Rows of the same thing, best first: equal scores may stand in another order."""
    free = set(range(len(b.scores)))
    pairs = []
    for i in np.argsort(-a.scores, kind="stable"):
        candidates = [j for j in free if b.class_ids[j] == a.class_ids[i]]
        overlaps = [(overlap(a.boxes[i], b.boxes[j]), j) for j in candidates]
        best = max(overlaps, default=(0.0, -1))
        if best[0] >= SAME_THING:
            pairs.append((int(i), best[1]))
            free.discard(best[1])
    return pairs


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two boxes; those without an area overlap what is equal to them."""
    if np.array_equal(a, b):
        return 1.0
    shared = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod()
    areas = (a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod()
    return float(shared / (areas - shared)) if areas > shared else 0.0


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -80, 80)))
