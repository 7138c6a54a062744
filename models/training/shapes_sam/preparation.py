"""How a picture becomes the encoder's input, in training and in service.

As segment-anything does it: as large as fits, at the top left, and 0 around
it after normalising.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from shapes_seg.preparation import MEAN, STD, normalize, resize_picture

INPUT_SIZE = 256  # pixels, width and height of the encoder's input

__all__ = ["INPUT_SIZE", "MEAN", "STD", "Placement", "encoder_input", "place", "placement_of"]


@dataclass(frozen=True)
class Placement:
    """How large a picture lies at the top left of the square input; in pixels."""

    picture_width: int
    picture_height: int
    resized_width: int
    resized_height: int

    @property
    def scale(self) -> np.ndarray:
        """Input pixels per picture pixel for x and y: float64 [2]."""
        across = self.resized_width / self.picture_width
        return np.array([across, self.resized_height / self.picture_height])

    def points_to_input(self, points: np.ndarray) -> np.ndarray:
        """Points [..., 2] in picture pixels as points in input pixels."""
        return points * self.scale

    def boxes_to_input(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes [..., 4] in picture pixels as boxes in input pixels."""
        return boxes * np.tile(self.scale, 2)


def placement_of(width: int, height: int) -> Placement:
    """The longest edge fills the input; halves are rounded up."""
    scale = INPUT_SIZE / max(width, height)
    resized = (max(int(edge * scale + 0.5), 1) for edge in (width, height))
    return Placement(width, height, *resized)


def place(pixels: np.ndarray, padding: int) -> np.ndarray:
    """uint8 [h, w] or [h, w, 3] at the top left of [size, size(, 3)]."""
    height, width = pixels.shape[:2]
    placed = np.full((INPUT_SIZE, INPUT_SIZE, *pixels.shape[2:]), padding, dtype=np.uint8)
    placed[:height, :width] = pixels
    return placed


def encoder_input(picture: np.ndarray, placement: Placement) -> Tensor:
    """uint8 [h, w, 3] to float32 [1, 3, size, size]."""
    width, height = placement.resized_width, placement.resized_height
    values = torch.zeros(1, 3, INPUT_SIZE, INPUT_SIZE)
    resized = resize_picture(picture, width, height)
    values[:, :, :height, :width] = normalize(torch.from_numpy(resized.copy())[None])
    return values
