"""Crops of a region, as the service makes them for the embedding of each region."""

import numpy as np
from PIL import Image, ImageFilter

from .preparation import MEAN

Box = tuple[int, int, int, int]  # x0, y0, x1, y1, edges exclusive, pixels
# What normalises to zero, as nearly as bytes can say it.
MEAN_COLOR = tuple(round(255 * level) for level in MEAN)


def box_of(mask: np.ndarray) -> Box | None:
    """The box around what is true in bool [height, width]."""
    y, x = np.nonzero(mask)
    if len(x) == 0:
        return None
    return int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1


def masked_crop(
    picture: np.ndarray, mask: np.ndarray, box: Box, fill: tuple[int, int, int] = MEAN_COLOR
) -> np.ndarray:
    """The box, with one colour everywhere outside the mask."""
    x0, y0, x1, y1 = box
    inside = mask[y0:y1, x0:x1, None]
    return np.where(inside, picture[y0:y1, x0:x1], np.array(fill, dtype=np.uint8))


def context_crop(picture: np.ndarray, box: Box, margin: float) -> np.ndarray:
    """The box with `margin` of its width and height more on each side, nothing hidden."""
    x0, y0, x1, y1 = box
    height, width, _ = picture.shape
    across, down = round(margin * (x1 - x0)), round(margin * (y1 - y0))
    return picture[max(y0 - down, 0) : y1 + down, max(x0 - across, 0) : min(x1 + across, width)]


def roughened(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A mask as a segmenter finds it: of few cells, blunt, a little too large or too small.

    bool [height, width], both ways.
    """
    height, width = mask.shape
    cells = int(rng.integers(96, 257))  # along the longest edge
    scale = min(cells / max(width, height), 1)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    coarse = Image.fromarray(mask.astype(np.uint8) * 255).resize(size, Image.Resampling.BOX)
    blurred = coarse.filter(ImageFilter.GaussianBlur(0.3 + 0.9 * rng.random()))
    fine = np.asarray(blurred.resize((width, height), Image.Resampling.BILINEAR))
    return fine > 255 * (0.3 + 0.4 * rng.random())
