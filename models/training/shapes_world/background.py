"""Backgrounds: plain, gradients and textures, in two shades of one colour."""

from dataclasses import dataclass

import numpy as np

from .colors import background_shades

BACKGROUND_KINDS = ("plain", "gradient", "checks", "stripes", "blobs", "clouds")


@dataclass(frozen=True)
class Background:
    """What lies behind the shapes of a scene."""

    kind: str  # one of BACKGROUND_KINDS
    color: str  # one of colors.COLOR_NAMES
    shades: tuple[np.ndarray, np.ndarray]  # two colours, each float32 [3]
    pixels: np.ndarray  # float32 [height, width, 3], 0..255


def _direction(rng: np.random.Generator) -> tuple[float, float]:
    """A random unit vector, rounded so that every machine has the same."""
    angle = 2 * np.pi * rng.random()
    return round(float(np.cos(angle)), 6), round(float(np.sin(angle)), 6)


def _pixel_centers(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """x as float32 [1, width] and y as float32 [height, 1]."""
    x = np.arange(width, dtype=np.float32)[None, :] + np.float32(0.5)
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    return x, y


def _gradient(width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    x, y = _pixel_centers(width, height)
    if rng.random() < 0.3:  # radial
        x, y = x / width - rng.random(), y / height - rng.random()
        return np.minimum(np.sqrt(x * x + y * y), 1)
    dx, dy = _direction(rng)
    along = dx * (x / width - 0.5) + dy * (y / height - 0.5)
    return np.clip(along + 0.5, 0, 1)


def _square_wave(position: np.ndarray, period: float) -> np.ndarray:
    """0 and 1 by turns, with anti-aliased edges; `position` in pixels."""
    within = position / period - np.floor(position / period)
    ramp = np.minimum(np.abs(within - 0.5), 0.5) - 0.25
    return np.clip(ramp * period + 0.5, 0, 1)


def _stripes(width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    x, y = _pixel_centers(width, height)
    dx, dy = _direction(rng)
    period = min(width, height) * (0.03 + 0.22 * rng.random())
    return _square_wave(dx * x + dy * y, max(period, 4.0))


def _checks(width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    x, y = _pixel_centers(width, height)
    dx, dy = (1.0, 0.0) if rng.random() < 0.5 else _direction(rng)
    period = max(min(width, height) * (0.06 + 0.34 * rng.random()), 6.0)
    across = _square_wave(dx * x + dy * y, period)
    down = _square_wave(dx * y - dy * x, period)
    return across + down - 2 * across * down


def _value_noise(
    width: int, height: int, cell: float, rng: np.random.Generator
) -> np.ndarray:
    """Smooth noise in 0..1 whose bumps are about `cell` pixels wide."""
    columns, rows = int(width / cell) + 2, int(height / cell) + 2
    knots = rng.random((rows, columns)).astype(np.float32)
    x, y = (np.arange(n, dtype=np.float32) / np.float32(cell) for n in (width, height))
    x0, y0 = x.astype(np.int64), y.astype(np.int64)
    fx, fy = x - x0, y - y0
    fx, fy = fx * fx * (3 - 2 * fx), (fy * fy * (3 - 2 * fy))[:, None]
    above = knots[y0][:, x0] * (1 - fx) + knots[y0][:, x0 + 1] * fx
    below = knots[y0 + 1][:, x0] * (1 - fx) + knots[y0 + 1][:, x0 + 1] * fx
    return above * (1 - fy) + below * fy


def _clouds(width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    cell = min(width, height) * (0.1 + 0.3 * rng.random())
    tone = np.zeros((height, width), dtype=np.float32)
    for octave, weight in enumerate((0.55, 0.3, 0.15)):
        tone += np.float32(weight) * _value_noise(
            width, height, max(cell / 2**octave, 2.0), rng
        )
    return tone


def _blobs(width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    cell = min(width, height) * (0.06 + 0.2 * rng.random())
    tone = _value_noise(width, height, max(cell, 4.0), rng)
    # Two tones, with an edge about two pixels wide.
    return np.clip((tone - 0.5) * np.float32(max(cell, 4.0)) * 0.5 + 0.5, 0, 1)


_TONES = {
    "gradient": _gradient,
    "checks": _checks,
    "stripes": _stripes,
    "blobs": _blobs,
    "clouds": _clouds,
}


def draw_background(
    kind: str, color: str, width: int, height: int, rng: np.random.Generator
) -> Background:
    """A background of `kind` in two shades of the named `color`."""
    first, second = background_shades(color, rng)
    if kind == "plain":
        tone, second = np.zeros((height, width), dtype=np.float32), first
    else:
        tone = _TONES[kind](width, height, rng).astype(np.float32)
    pixels = first + tone[:, :, None] * (second - first)
    return Background(kind, color, (first, second), pixels.astype(np.float32))
