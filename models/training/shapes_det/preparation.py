"""How a picture becomes the network's input, in training and in service."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch

INPUT_SIZE = 256  # pixels, width and height of the served input
PADDING = 114  # grey level around a letterboxed picture


@dataclass(frozen=True)
class Letterbox:
    """Where a picture lies on a square input; all sizes in pixels."""

    picture_width: int
    picture_height: int
    resized_width: int
    resized_height: int
    left: int  # padding left of the resized picture
    top: int  # padding above it
    size: int  # width and height of the input

    @property
    def scale(self) -> np.ndarray:
        """Input pixels per picture pixel for x0, y0, x1, y1: float64 [4]."""
        across = self.resized_width / self.picture_width
        down = self.resized_height / self.picture_height
        return np.array([across, down, across, down])

    @property
    def offset(self) -> np.ndarray:
        """The padding that x0, y0, x1, y1 are moved by: float64 [4]."""
        return np.array([self.left, self.top, self.left, self.top], dtype=np.float64)

    def boxes_to_input(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes [count, 4] in picture pixels as boxes in input pixels."""
        return boxes * self.scale + self.offset

    def boxes_to_picture(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes [count, 4] in input pixels as boxes in picture pixels, clipped.

        Both sides are taken for scaled by the same, unrounded factor, as they
        are by ultralytics (`scale_boxes`) and so by the service: far from the
        top left corner that is up to half a pixel of the input off.
        """
        scale = min(self.size / self.picture_width, self.size / self.picture_height)
        edges = [self.picture_width, self.picture_height] * 2
        return np.clip((boxes - self.offset) / scale, 0, edges)


def letterbox(width: int, height: int, size: int = INPUT_SIZE) -> Letterbox:
    """The picture as large as fits, in the middle; an odd rest goes right and below.

    Edges are rounded to whole pixels, halves to even.
    """
    scale = min(size / width, size / height)
    resized_width = max(round(width * scale), 1)
    resized_height = max(round(height * scale), 1)
    left, top = (size - resized_width) // 2, (size - resized_height) // 2
    return Letterbox(width, height, resized_width, resized_height, left, top, size)


def place(
    pixels: np.ndarray, placement: Letterbox, padding: int, resampler: int
) -> np.ndarray:
    """uint8 [h, w] or [h, w, 3] resized and padded to [size, size(, 3)]."""
    resized_size = placement.resized_width, placement.resized_height
    resized = cv2.resize(pixels, resized_size, interpolation=resampler)
    shape = (placement.size, placement.size, *pixels.shape[2:])
    placed = np.full(shape, padding, dtype=np.uint8)
    rows = slice(placement.top, placement.top + placement.resized_height)
    columns = slice(placement.left, placement.left + placement.resized_width)
    placed[rows, columns] = resized
    return placed


def place_picture(picture: np.ndarray, placement: Letterbox) -> np.ndarray:
    """uint8 [h, w, 3] to the network's input, uint8 [size, size, 3]."""
    return place(picture, placement, PADDING, cv2.INTER_LINEAR)


def scaled(pictures: torch.Tensor) -> torch.Tensor:
    """uint8 [batch, h, w, 3] to the network's input, float32 [batch, 3, h, w]."""
    return (pictures.permute(0, 3, 1, 2).float() / 255).contiguous()
