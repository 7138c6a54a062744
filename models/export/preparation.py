"""Makes a picture into a graph's input as a manifest's `preparation` says, and as the service does it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from .export_failure import ExportFailure

# Of Pillow: what every decoder reads alike. The others, 16 bits and inks, each turns into RGB in its own way.
PLAIN_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX")
FILTERS = {"pil-bilinear": Image.BILINEAR, "pil-bicubic": Image.BICUBIC, "pil-lanczos": Image.LANCZOS}
MAX_PIXELS = 50_000_000


@dataclass(frozen=True)
class Prepared:
    """A picture as the graph takes it, and how large it is in there, without padding."""

    feed: np.ndarray  # float32 [1, 3, height, width]
    resized: tuple[int, int]  # width, height


def read_picture(path: Path) -> Image.Image:
    """As it is displayed, in RGB."""
    if not path.is_file():
        raise ExportFailure(f"{path} does not exist; expected a picture")
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ExportFailure(
                    f"{path} has {picture.width} × {picture.height} pixels; expected {MAX_PIXELS} at most"
                )
            if picture.mode not in PLAIN_MODES:
                raise ExportFailure(
                    f"{path} has pixels of the kind {picture.mode}, which not every decoder reads alike;"
                    " expected RGB or grey of 8 bits"
                )
            return ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, Image.DecompressionBombError) as error:
        raise ExportFailure(f"{path} is no picture that can be read: {error}") from None


def prepare(picture: Image.Image, preparation: dict[str, Any]) -> Prepared:
    """Resizes, pads and normalizes; only what manifests written here ask for."""
    width, height = resized_size(picture.size, preparation)
    filter_ = FILTERS.get(preparation.get("resampler", ""), Image.BILINEAR)
    resized = picture if picture.size == (width, height) else picture.resize((width, height), filter_)
    pixels = np.asarray(resized, np.float32)
    if preparation.get("channel_order") == "bgr":
        pixels = pixels[:, :, ::-1]
    values = pixels * np.float32(preparation.get("scale", 1 / 255))
    mean = np.asarray(preparation.get("mean", [0, 0, 0]), np.float32)
    std = np.asarray(preparation.get("std", [1, 1, 1]), np.float32)
    values = (values - mean) / std
    if preparation["resize"] == "letterbox":
        # Segment Anything pads after normalizing, with zeros.
        padding = ((0, preparation["height"] - height), (0, preparation["width"] - width), (0, 0))
        values = np.pad(values, padding)
    feed = np.ascontiguousarray(values.transpose(2, 0, 1)[None], np.float32)
    return Prepared(feed, (width, height))


def resized_size(size: tuple[int, int], preparation: dict[str, Any]) -> tuple[int, int]:
    """Width and height of the resized picture, without padding."""
    resize = preparation["resize"]
    if resize == "none":
        return size
    if resize == "stretch":
        return preparation["width"], preparation["height"]
    if resize == "letterbox":
        scale = min(preparation["width"] / size[0], preparation["height"] / size[1])
        return int(size[0] * scale + 0.5), int(size[1] * scale + 0.5)
    rounding = preparation.get("shortest_edge_rounding", "torchvision")
    shortest, longest = preparation["shortest_edge"], preparation.get("longest_edge")
    return ROUNDINGS[rounding](size, shortest, longest)


Size = tuple[int, int]


def torchvision_size(size: Size, shortest: int, longest: int | None) -> Size:
    """`_compute_resized_output_size` of torchvision's transforms."""
    short, long = min(size), max(size)
    new_short, new_long = shortest, int(shortest * long / short)
    if longest is not None and new_long > longest:
        new_short, new_long = int(longest * new_short / new_long), longest
    return (new_short, new_long) if size[0] <= size[1] else (new_long, new_short)


def transformers_size(size: Size, shortest: int, longest: int | None) -> Size:
    """`get_size_with_aspect_ratio` of transformers' DETR."""
    short, long = min(size), max(size)
    exact = None
    if longest is not None and long / short * shortest > longest:
        exact = longest * short / long
        shortest = round(exact)
    if short == shortest:
        return size
    other = int((exact if exact is not None else shortest) * long / short)
    return (shortest, other) if size[0] < size[1] else (other, shortest)


def detectron2_size(size: Size, shortest: int, longest: int | None) -> Size:
    """`ResizeShortestEdge.get_output_shape` of Detectron2."""
    scale = shortest / min(size)
    width, height = size[0] * scale, size[1] * scale
    if longest is not None and max(width, height) > longest:
        scale = longest / max(width, height)
        width, height = width * scale, height * scale
    return int(width + 0.5), int(height + 0.5)


ROUNDINGS = {
    "torchvision": torchvision_size,
    "transformers": transformers_size,
    "detectron2": detectron2_size,
}
