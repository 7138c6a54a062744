"""Average precision of detections, as COCO measures it but at every recall."""

import numpy as np

# Intersections over union at which a detection counts as right.
THRESHOLDS = np.linspace(0.5, 0.95, 10)


def match(overlaps: np.ndarray, threshold: float) -> np.ndarray:
    """Which detections are right: bool [detections].

    `overlaps` [detections, truths] of one class of one picture, best scores
    first.  Each takes the truth that it covers best among those still free.
    """
    free = np.ones(overlaps.shape[1], dtype=bool)
    right = np.zeros(len(overlaps), dtype=bool)
    for index, row in enumerate(overlaps):
        candidates = np.where(free, row, -1.0)
        if candidates.size > 0 and candidates.max() >= threshold:
            free[candidates.argmax()] = False
            right[index] = True
    return right


def average_precision(scores: np.ndarray, right: np.ndarray, truths: int) -> float:
    """Area under precision over recall, with precision made to fall only."""
    if truths == 0:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(right[order])
    precision = hits / np.arange(1, len(hits) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(hits / truths, prepend=0.0)
    return float((falling * steps).sum())


class DetectionScores:
    """Detections of many pictures against their truth."""

    def __init__(self, classes: int):
        self.truths = np.zeros(classes, dtype=np.int64)
        self.scores: list[list[np.ndarray]] = [[] for _ in range(classes)]
        self.right: list[list[np.ndarray]] = [[] for _ in range(classes)]

    def add(
        self, overlaps: np.ndarray, scores: np.ndarray, found: np.ndarray, true: np.ndarray
    ) -> None:
        """Counts one picture.

        `overlaps` [detections, truths], `scores` and class ids `found`
        [detections], best first; class ids `true` [truths].
        """
        for class_id in range(len(self.truths)):
            mine, theirs = found == class_id, true == class_id
            self.truths[class_id] += theirs.sum()
            within = overlaps[mine][:, theirs]
            self.scores[class_id].append(scores[mine])
            self.right[class_id].append(np.stack([match(within, t) for t in THRESHOLDS]))

    def per_class(self) -> np.ndarray:
        """Average precision, float64 [classes, thresholds]."""
        return np.array(
            [
                [average_precision(np.concatenate(s), right, n) for right in np.hstack(r)]
                for s, r, n in zip(self.scores, self.right, self.truths)
            ]
        )

    def mean_at_half(self) -> float:
        """mAP50: the mean over the classes at an overlap of 0.5."""
        return float(np.nanmean(self.per_class()[:, 0]))

    def mean(self) -> float:
        """mAP50-95: the mean over the classes and all thresholds."""
        return float(np.nanmean(self.per_class()))

    def precision_and_recall(self, score: float) -> tuple[float, float]:
        """Of all detections with at least this score, at an overlap of 0.5."""
        taken = np.concatenate([s for one in self.scores for s in one]) >= score
        right = np.concatenate([r[0] for one in self.right for r in one]) & taken
        return float(right.sum() / max(taken.sum(), 1)), float(right.sum() / self.truths.sum())
