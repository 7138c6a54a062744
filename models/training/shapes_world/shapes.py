"""The four kinds of shape: their outlines and how they cover pixels.

Coordinates are in pixels, x to the right and y down; the centre of the first
pixel is at (0.5, 0.5).  To get the same pixels on every machine, everything
that comes out of a trigonometric function or a division is rounded to a grid
of 1/64 pixel before it decides about a pixel.
"""

from dataclasses import dataclass

import numpy as np

KINDS = ("circle", "square", "triangle", "star")
CLASS_NAMES = ("background", *KINDS)
CLASS_IDS = {name: class_id for class_id, name in enumerate(CLASS_NAMES)}
# Rotations, in radians, at which shapes stand as they are usually drawn.
UPRIGHT = {
    "circle": 0.0,
    "square": np.pi / 4,
    "triangle": -np.pi / 2,
    "star": -np.pi / 2,
}

# Scanlines per pixel row; along a scanline the coverage is exact.
SCANLINES = 8
GRID = 64.0


@dataclass(frozen=True)
class Shape:
    """One flat shape of a scene."""

    kind: str  # one of KINDS
    color: str  # one of colors.COLOR_NAMES
    rgb: tuple[float, float, float]  # the fill, 0..255
    center: tuple[float, float]  # x, y of the circumscribed circle, pixels
    radius: float  # of the circumscribed circle, pixels
    rotation: float  # radians
    slenderness: float  # 0..1: how narrow a triangle or a star's arms are

    @property
    def class_id(self) -> int:
        return CLASS_IDS[self.kind]


def _on_grid(values: np.ndarray) -> np.ndarray:
    return np.round(values * GRID) / GRID


def outline(shape: Shape) -> np.ndarray:
    """The corners of a square, triangle or star: [corners, 2] x and y."""
    if shape.kind == "square":
        angles, radii = np.arange(4) * (np.pi / 2), np.ones(4)
    elif shape.kind == "triangle":
        half_base = np.pi / 3 - 0.25 * shape.slenderness
        angles, radii = np.array([0.0, np.pi - half_base, np.pi + half_base]), np.ones(3)
    elif shape.kind == "star":
        angles = np.arange(10) * (np.pi / 5)
        inner = 0.52 - 0.16 * shape.slenderness
        radii = np.where(np.arange(10) % 2 == 0, 1.0, inner)
    else:
        raise ValueError(f"a {shape.kind} has no corners")
    directions = np.stack(
        [np.cos(angles + shape.rotation), np.sin(angles + shape.rotation)], axis=1
    )
    return _on_grid(np.asarray(shape.center) + shape.radius * radii[:, None] * directions)


def area(shape: Shape) -> float:
    """The shape's whole area in pixels, hidden and cut-off parts included."""
    if shape.kind == "circle":
        return float(np.pi * shape.radius**2)
    x, y = outline(shape).T
    return float(abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2)


def _circle_crossings(shape: Shape, lines: np.ndarray) -> np.ndarray:
    half = np.sqrt(np.maximum(shape.radius**2 - (lines - shape.center[1]) ** 2, 0.0))
    return np.stack([shape.center[0] - half, shape.center[0] + half], axis=1)


def _polygon_crossings(corners: np.ndarray, lines: np.ndarray) -> np.ndarray:
    (x1, y1), (x2, y2) = corners.T, np.roll(corners, -1, axis=0).T
    line = lines[:, None]
    crossed = (y1 <= line) != (y2 <= line)
    height = np.where(y1 == y2, 1.0, y2 - y1)
    x = x1 + (line - y1) * ((x2 - x1) / height)
    # Edges that a line misses sort to the end, where they pair up to nothing.
    return np.sort(np.where(crossed, x, corners[:, 0].max() + 1), axis=1)


def crossings(shape: Shape, lines: np.ndarray) -> np.ndarray:
    """Where horizontal `lines` enter and leave the shape.

    `lines` is [lines] of y; the answer is [lines, 2 * spans] of x: enter,
    leave, enter, leave, ... in rising order, empty spans included.
    """
    if shape.kind == "circle":
        return _on_grid(_circle_crossings(shape, lines))
    return _on_grid(_polygon_crossings(outline(shape), lines))


def coverage(
    shape: Shape, width: int, height: int
) -> tuple[slice, slice, np.ndarray] | None:
    """How much of each pixel the shape covers.

    Gives the rows and columns of the shape's bounding box in a picture of
    `width` x `height` pixels and the coverage inside it, float32 [rows,
    columns] in 0..1; None if the shape lies outside the picture.
    """
    (cx, cy), reach = shape.center, shape.radius + 1
    top, bottom = max(int(cy - reach), 0), min(int(cy + reach) + 1, height)
    left, right = max(int(cx - reach), 0), min(int(cx + reach) + 1, width)
    if top >= bottom or left >= right:
        return None
    rows = bottom - top
    lines = top + (np.arange(rows * SCANLINES) + 0.5) / SCANLINES
    edges = crossings(shape, lines).astype(np.float32)
    pixel = np.arange(left, right, dtype=np.float32)
    covered = np.zeros((rows * SCANLINES, right - left), dtype=np.float32)
    for enter, leave in zip(edges[:, 0::2].T, edges[:, 1::2].T):
        if np.any(leave > enter):
            start = np.maximum(pixel, enter[:, None])
            covered += np.clip(np.minimum(pixel + 1, leave[:, None]) - start, 0, 1)
    per_pixel = covered.reshape(rows, SCANLINES, -1).sum(axis=1) / SCANLINES
    return slice(top, bottom), slice(left, right), np.minimum(per_pixel, 1)
