"""The shapes world: seeded pictures of simple drawn shapes, with ground truth.

A scene is a picture of one to eight flat shapes (circle, square, triangle,
star) in nine colours on a plain, gradient or textured background.  The same
seed, size and options give the same picture on every machine.

This package knows nothing about any model that is trained on it.
"""

from .caption import caption
from .evaluation import draw_evaluation_scene, random_size
from .scene import GroundTruth, Instance, Scene, SceneOptions, draw_scene
from .shapes import CLASS_NAMES, KINDS
from .splits import Split, seed_for

__all__ = [
    "CLASS_NAMES",
    "KINDS",
    "GroundTruth",
    "Instance",
    "Scene",
    "SceneOptions",
    "Split",
    "caption",
    "draw_evaluation_scene",
    "draw_scene",
    "random_size",
    "seed_for",
]
