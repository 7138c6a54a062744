"""The nine named colours of the shapes world.

Colours are float32 arrays of shape [3]: red, green, blue in 0..255 (sRGB).
"""

import numpy as np

# The middle of what each name stands for.
ANCHORS: dict[str, tuple[int, int, int]] = {
    "red": (212, 38, 40),
    "orange": (244, 132, 24),
    "yellow": (248, 216, 44),
    "green": (48, 158, 72),
    "blue": (36, 92, 212),
    "purple": (138, 60, 180),
    "black": (24, 24, 26),
    "white": (244, 244, 242),
    "grey": (136, 138, 140),
}
COLOR_NAMES = tuple(ANCHORS)
NEUTRALS = frozenset({"black", "white", "grey"})

# Two colours closer than this are too alike to lie next to each other.
# (Black and white are about 660 apart, red and orange about 190.)
MIN_DISTANCE = 110.0


def mix(start: np.ndarray, grey_level: float, amount: float) -> np.ndarray:
    """The colour `amount` (0..1) of the way from `start` to a grey (0..255)."""
    return start + (np.float32(grey_level) - start) * np.float32(amount)


def shape_rgb(name: str, rng: np.random.Generator) -> np.ndarray:
    """One of the many shades that `name` stands for, as a shape's fill."""
    anchor = np.asarray(ANCHORS[name], dtype=np.float64)
    spread, lightness = (3, 14) if name in NEUTRALS else (13, 10)
    jitter = rng.integers(-spread, spread + 1, size=3)
    jitter = jitter + int(rng.integers(-lightness, lightness + 1))
    return np.clip(anchor + jitter, 0, 255).astype(np.float32)


def background_shades(
    name: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Two shades of `name`, for the two ends or tones of a background.

    Chromatic backgrounds may be paler or darker than shapes of that name.
    """
    base = shape_rgb(name, rng)
    if name not in NEUTRALS:
        end, most = (255.0, 0.3) if rng.random() < 0.7 else (0.0, 0.15)
        base = mix(base, end, most * rng.random())
    toward = {"black": 255.0, "white": 0.0}.get(name)
    if toward is None:
        toward = 255.0 if rng.random() < 0.5 else 0.0
    contrast = 0.04 + 0.16 * rng.random()
    return base, mix(base, toward, contrast)


def distance(first: np.ndarray, second: np.ndarray) -> float:
    """Perceived difference of two colours, 0 (same) to about 765.

    The "redmean" approximation: a Euclidean distance whose weights on red and
    blue depend on how red the pair is.
    """
    a, b = first.astype(np.float64), second.astype(np.float64)
    red_mean = (a[0] + b[0]) / 2
    red, green, blue = (a - b) ** 2
    weighted = (
        (2 + red_mean / 256) * red + 4 * green + (2 + (255 - red_mean) / 256) * blue
    )
    return float(np.sqrt(weighted))


def is_distinct(rgb: np.ndarray, others: list[np.ndarray]) -> bool:
    """Whether `rgb` can be told from every one of `others`."""
    return all(distance(rgb, other) >= MIN_DISTANCE for other in others)
