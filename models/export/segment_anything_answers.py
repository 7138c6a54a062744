"""What both kinds of Segment Anything have in common beyond their networks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from .answers import PromptedMasks, enlarge_logits
from .manifest import IMAGENET_STATISTICS

# Logits, predicted intersection over union and masks of the candidates for one prompt.
Candidates = tuple[np.ndarray, np.ndarray, np.ndarray]


def preparation_of(side: int) -> dict[str, Any]:
    """`ResizeLongestSide`, then padding right and below."""
    return {
        "resize": "letterbox",
        "width": side,
        "height": side,
        "letterbox_anchor": "top-left",
        "letterbox_rounding": "round-half-up",
        "resampler": "pil-bilinear",
        **IMAGENET_STATISTICS,
    }


def candidates_of(
    logits: np.ndarray, predictions: np.ndarray, side: int, resized: tuple[int, int], picture: Image.Image
) -> Candidates:
    """`postprocess_masks`: to the size of the input, without its padding, to that of the picture.

    @param logits [masks, cells, cells] @param resized width and height of the picture in the input
    """
    width, height = resized
    large = enlarge_logits(logits, side, side)[:, :height, :width]
    return logits, predictions, enlarge_logits(large, picture.width, picture.height) > 0


def best_first(prompts: Sequence[Candidates]) -> PromptedMasks:
    """As the service tells candidates."""
    orders = [np.argsort(-predictions, kind="stable") for _, predictions, _ in prompts]
    parts = [np.stack([part[order] for part, order in zip(column, orders)]) for column in zip(*prompts)]
    return PromptedMasks(*parts)
