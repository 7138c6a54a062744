"""Sizes of pictures, and the scenes by which models are watched and measured."""

import numpy as np

from .scene import Scene, draw_scene
from .splits import Split, seed_for

MAX_ASPECT = 2.0


def random_size(shortest: int, rng: np.random.Generator) -> tuple[int, int]:
    """Width and height with this shortest edge, upright or lying, of an aspect of up to 2:1."""
    longest = int(shortest * MAX_ASPECT ** rng.random())
    return (shortest, longest) if rng.random() < 0.5 else (longest, shortest)


def draw_evaluation_scene(split: Split, index: int) -> Scene:
    """Scene `index` of a split with a shortest edge of 200 to 640 pixels."""
    seed = seed_for(split, index)
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    width, height = random_size(int(rng.integers(200, 641)), rng)
    return draw_scene(seed, width, height)
