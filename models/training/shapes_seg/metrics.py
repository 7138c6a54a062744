"""How well predicted class maps agree with the ground truth."""

import numpy as np


class ConfusionMatrix:
    """Pixels counted by true class (rows) and predicted class (columns)."""

    def __init__(self, classes: int):
        self.counts = np.zeros((classes, classes), dtype=np.int64)

    def add(self, truth: np.ndarray, predicted: np.ndarray) -> None:
        """Counts one pair of class maps of the same shape."""
        classes = len(self.counts)
        pairs = truth.astype(np.int64).ravel() * classes + predicted.ravel()
        self.counts += np.bincount(pairs, minlength=classes**2).reshape(classes, classes)

    def intersection_over_union(self) -> np.ndarray:
        """Per class, [classes]; not-a-number for a class that never occurs."""
        hits = np.diag(self.counts).astype(np.float64)
        union = self.counts.sum(axis=0) + self.counts.sum(axis=1) - hits
        return np.divide(hits, union, out=np.full_like(hits, np.nan), where=union > 0)

    def mean_intersection_over_union(self) -> float:
        return float(np.nanmean(self.intersection_over_union()))

    def pixel_accuracy(self) -> float:
        return float(np.trace(self.counts) / self.counts.sum())
