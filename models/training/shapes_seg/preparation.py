"""How a picture becomes the network's input, in training and in service."""

import numpy as np
import torch
from PIL import Image

SHORTEST_EDGE = 256  # pixels, of a served picture
MEAN = (0.485, 0.456, 0.406)  # ImageNet's, for RGB in 0..1
STD = (0.229, 0.224, 0.225)


def served_size(width: int, height: int, shortest: int = SHORTEST_EDGE) -> tuple[int, int]:
    """Width and height with the shortest edge at `shortest`, aspect kept.

    The longer edge is rounded down, as torchvision does.
    """
    if width <= height:
        return shortest, int(shortest * height / width)
    return int(shortest * width / height), shortest


def resize_picture(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """uint8 [h, w, 3] resized with Pillow's anti-aliased bilinear filter."""
    resized = Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(resized)


def resize_class_map(class_map: np.ndarray, width: int, height: int) -> np.ndarray:
    """uint8 [h, w] resized: each pixel gets the class that fills most of it.

    How much a class fills is weighed as `resize_picture` weighs colours, so
    that edges lie where they lie in the resized picture.
    """
    fills = []
    for class_id in range(int(class_map.max()) + 1):
        member = Image.fromarray((class_map == class_id).astype(np.float32))
        fills.append(np.asarray(member.resize((width, height), Image.Resampling.BILINEAR)))
    return np.argmax(fills, axis=0).astype(np.uint8)


def normalize(pictures: torch.Tensor) -> torch.Tensor:
    """uint8 [batch, h, w, 3] to the network's input, float32 [batch, 3, h, w]."""
    scaled = pictures.permute(0, 3, 1, 2).float() / 255
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    std = torch.tensor(STD).view(1, 3, 1, 1)
    return ((scaled - mean) / std).contiguous()
