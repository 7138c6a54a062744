"""Masks of boxes come into the picture as the libraries do it, written with NumPy for the answers of graphs."""

from typing import Literal

import numpy as np
from PIL import Image

THRESHOLD = 0.5


def paste_masks(
    cells: np.ndarray, boxes: np.ndarray, picture: Image.Image, pasting: Literal["torchvision", "detectron2"]
) -> np.ndarray:
    """@param cells [things, 1, cells, cells], 0 to 1 @param boxes in pixels of the picture @return bool masks"""
    masks = np.zeros((len(boxes), picture.height, picture.width), bool)
    for mask, one, box in zip(masks, cells[:, 0], boxes):
        padded = np.pad(one.astype(np.float32), 1)
        spans = SPANS[pasting]
        rows = spans(box[1], box[3], one.shape[0], picture.height)
        columns = spans(box[0], box[2], one.shape[1], picture.width)
        values = look_up(look_up(padded, rows[1], 0), columns[1], 1)
        mask[rows[0], columns[0]] = values >= THRESHOLD
    return masks


def look_up(cells: np.ndarray, positions: np.ndarray, axis: int) -> np.ndarray:
    """Bilinearly, on one axis; 0 is the middle of the first cell."""
    size = cells.shape[axis]
    held = np.clip(positions, 0, size - 1)
    near = np.floor(held).astype(int)
    share = np.expand_dims((held - near).astype(np.float32), 1 - axis)
    return cells.take(near, axis) * (1 - share) + cells.take(np.minimum(near + 1, size - 1), axis) * share


def torchvision_span(start: np.float32, end: np.float32, cells: int, picture: int):
    """`paste_mask_in_image`: on whole pixels. @return the pixels, and where among padded cells they are"""
    half = np.float32(end - start) * np.float32(0.5) * np.float32((cells + 2) / cells)
    center = np.float32(end + start) * np.float32(0.5)
    first, last = int(center - half), int(center + half)
    length = max(last - first + 1, 1)
    pixels = np.arange(max(first, 0), max(min(last + 1, picture), max(first, 0)))
    return pixels_slice(pixels), (pixels - first + 0.5) * ((cells + 2) / length) - 0.5


def detectron2_span(start: np.float32, end: np.float32, cells: int, picture: int):
    """`_do_paste_mask`: the middle of each pixel in the very box."""
    first, last = max(int(np.floor(start)), 0), min(int(np.ceil(end)), picture)
    pixels = np.arange(first, max(last, first))
    return pixels_slice(pixels), (pixels + 0.5 - start) / (end - start) * cells - 0.5 + 1


def pixels_slice(pixels: np.ndarray) -> slice:
    return slice(int(pixels[0]), int(pixels[-1]) + 1) if len(pixels) else slice(0, 0)


SPANS = {"torchvision": torchvision_span, "detectron2": detectron2_span}
