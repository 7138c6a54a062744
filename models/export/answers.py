"""What networks answer on a picture, whoever ran them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ClassMap:
    """Of a semantic segmentation."""

    logits: np.ndarray  # float32 [classes, height, width], at the network's own output size
    class_ids: np.ndarray  # int [height, width] of the picture


@dataclass(frozen=True)
class Detections:
    """One row for each thing, in pixels of the picture."""

    boxes: np.ndarray  # float32 [things, 4]: x0, y0, x1, y1
    scores: np.ndarray  # float32 [things]
    class_ids: np.ndarray  # int [things]: places in the manifest's labels
    masks: np.ndarray | None = None  # bool [things, height, width] of the picture


@dataclass(frozen=True)
class PromptedMasks:
    """Of a Segment Anything: for each prompt its candidate masks."""

    logits: np.ndarray  # float32 [prompts, masks, cells, cells], before they are enlarged
    predictions: np.ndarray  # float32 [prompts, masks]: predicted intersection over union
    masks: np.ndarray  # bool [prompts, masks, height, width] of the picture


@dataclass(frozen=True)
class Similarities:
    """Of a CLIP: how well texts fit a picture."""

    picture: np.ndarray  # float32 [1, dimensions]
    texts: np.ndarray  # float32 [texts, dimensions]
    logits: np.ndarray  # float32 [1, texts]


Answer = ClassMap | Detections | PromptedMasks | Similarities


def enlarge_logits(logits: np.ndarray, width: int, height: int) -> np.ndarray:
    """Bilinear with half-pixel centres, as `interpolate(mode="bilinear", align_corners=False)`."""
    rows = _taps(height, logits.shape[-2])
    columns = _taps(width, logits.shape[-1])
    tall = _blend(logits, rows, -2)
    return _blend(tall, columns, -1)


def _taps(pixels: int, cells: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    positions = np.maximum((np.arange(pixels, dtype=np.float32) + 0.5) * np.float32(cells / pixels) - 0.5, 0)
    near = np.minimum(positions.astype(np.int64), cells - 1)
    return near, np.minimum(near + 1, cells - 1), (positions - near).astype(np.float32)


def _blend(values: np.ndarray, taps: tuple[np.ndarray, np.ndarray, np.ndarray], axis: int) -> np.ndarray:
    near, far, share = taps
    shape = [1] * values.ndim
    shape[axis] = -1
    weights = share.reshape(shape)
    return values.take(near, axis) * (1 - weights) + values.take(far, axis) * weights


def class_map(logits: np.ndarray, width: int, height: int) -> ClassMap:
    """@param logits [classes, height, width] of any size; the class is chosen at the picture's size."""
    return ClassMap(logits, enlarge_logits(logits, width, height).argmax(0))


def softmax(logits: np.ndarray, axis: int = 0) -> np.ndarray:
    powers = np.exp(logits.astype(np.float64) - logits.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)
