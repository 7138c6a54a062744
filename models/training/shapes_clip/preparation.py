"""How a picture becomes the network's input, in training and in service."""

import numpy as np
import torch
from PIL import Image

from shapes_seg.preparation import served_size

SIZE = 64  # pixels, width and height of the input
MEAN = (0.48145466, 0.4578275, 0.40821073)  # CLIP's, for RGB in 0..1
STD = (0.26862954, 0.26130258, 0.27577711)


def resize(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """uint8 [h, w, 3] resized with Pillow's anti-aliased bicubic filter."""
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC))


def prepare(picture: np.ndarray) -> np.ndarray:
    """uint8 [h, w, 3] to uint8 [64, 64, 3]: the shortest edge to 64, then the middle."""
    height, width, _ = picture.shape
    resized = resize(picture, *served_size(width, height, SIZE))
    top, left = ((edge - SIZE) // 2 for edge in resized.shape[:2])
    return resized[top : top + SIZE, left : left + SIZE]


def normalize(pictures: torch.Tensor) -> torch.Tensor:
    """uint8 or float [batch, h, w, 3] in 0..255 to float32 [batch, 3, h, w]."""
    scaled = pictures.permute(0, 3, 1, 2).float() / 255
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    std = torch.tensor(STD).view(1, 3, 1, 1)
    return ((scaled - mean) / std).contiguous()
