"""Held-out pictures, and what is to be told of them."""

from collections.abc import Callable, Iterator

import numpy as np

from shapes_world import (
    Scene,
    SceneOptions,
    Split,
    draw_evaluation_scene,
    draw_scene,
    seed_for,
)
from shapes_world.scene import Instance

from .crops import MEAN_COLOR, box_of, roughened
from .dataset import GENERATED, Samples, context_sample, joined, masked_sample, whole_sample
from .preparation import SIZE

_GREY = (128, 128, 128)
_ALONE = SceneOptions(count=(1, 1))
_LARGE = SceneOptions(count=(1, 1), size=(0.25, 0.60))
_SMALLEST_BOX = 8  # pixels; there is no telling what smaller ones show

CropSample = Callable[[Scene, Instance, np.ndarray], Samples]


def _index_rng(index: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([index, 14]))


def generated_like(index: int) -> Samples:
    """One large shape on calm ground, as the text to picture model draws."""
    return whole_sample(draw_scene(seed_for(Split.HELD_OUT, index), SIZE, SIZE, GENERATED))


def one_shape(index: int) -> Samples:
    """A scene of the world with one shape, from 10 % of the edge, on any ground."""
    return whole_sample(draw_scene(seed_for(Split.HELD_OUT, index), 224, 224, _ALONE))


def one_large_shape(index: int) -> Samples:
    """The same from 25 % of the edge."""
    return whole_sample(draw_scene(seed_for(Split.HELD_OUT, index), 224, 224, _LARGE))


def several_shapes(index: int) -> Samples:
    """A square scene of the world."""
    return whole_sample(draw_scene(seed_for(Split.HELD_OUT, index), 224, 224))


def two_shapes(index: int) -> Samples:
    """A square scene of two shapes, hidden little."""
    options = SceneOptions(count=(2, 2), size=(0.2, 0.5), min_visible=0.8)
    return whole_sample(draw_scene(seed_for(Split.HELD_OUT, index), 224, 224, options))


def _masked(fill: tuple[int, int, int]) -> CropSample:
    return lambda scene, instance, mask: masked_sample(scene, instance, mask, fill)


def _context(margin: float) -> CropSample:
    return lambda scene, instance, mask: context_sample(scene, instance, box_of(mask), margin)


# By its name, how the crop is made, and whether from a mask as a segmenter finds it.
CROPS: dict[str, tuple[CropSample, bool]] = {
    "masked, mean colour around": (_masked(MEAN_COLOR), True),
    "masked, mean colour around, true mask": (_masked(MEAN_COLOR), False),
    "masked, grey around": (_masked(_GREY), True),
    "masked, black around": (_masked((0, 0, 0)), True),
    "context, 10 %": (_context(0.10), True),
    "context, 20 %": (_context(0.20), True),
    "context, no margin": (_context(0.0), True),
}


def _regions(scene: Scene, rough: bool, rng: np.random.Generator) -> Iterator:
    for instance in scene.truth.instances:
        mask = scene.truth.instance_map == instance.instance_id
        mask = roughened(mask, rng) if rough else mask
        box = box_of(mask)
        if box and min(box[2] - box[0], box[3] - box[1]) >= _SMALLEST_BOX:
            yield instance, mask


def crops(scenes: int) -> dict[str, Samples]:
    """Crops of all shapes of held-out scenes, by the name of how they are made."""
    found: dict[str, list[Samples]] = {name: [] for name in CROPS}
    for index in range(scenes):
        scene = draw_evaluation_scene(Split.HELD_OUT, index)
        for name, (crop, rough) in CROPS.items():
            for instance, mask in _regions(scene, rough, _index_rng(index)):
                found[name].append(crop(scene, instance, mask))
    return {name: joined(samples) for name, samples in found.items()}


def whole_pictures(draw: Callable[[int], Samples], count: int) -> Samples:
    return joined([draw(index) for index in range(count)])
