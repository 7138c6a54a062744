"""Training batches and evaluation scenes, drawn from the shapes world."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shapes_world import (
    SceneOptions,
    Split,
    draw_evaluation_scene,
    draw_scene,
    random_size,
    seed_for,
)

from .preparation import SHORTEST_EDGE, resize_class_map, resize_picture, served_size

SCENES_PER_GROUP = 32

# Harder than the world itself: more and smaller shapes, and mere fragments.
TRAINING_SCENES = SceneOptions(count=(1, 8), size=(0.06, 0.60), min_visible=0.15)


@dataclass(frozen=True)
class Example:
    """A picture and the class of each of its pixels, of one size."""

    picture: np.ndarray  # uint8 [height, width, 3], RGB
    class_map: np.ndarray  # uint8 [height, width]


def draw_example(seed: int, size: tuple[int, int], scale: float) -> Example:
    """A training scene drawn `scale` times as large as `size`, then resized to it."""
    width, height = size
    drawn_size = round(width * scale), round(height * scale)
    scene = draw_scene(seed, *drawn_size, TRAINING_SCENES)
    return Example(
        resize_picture(scene.picture, width, height),
        resize_class_map(scene.truth.class_map, width, height),
    )


def evaluation_example(split: Split, index: int) -> Example:
    """Scene `index` of a split as the service would see it.

    Drawn with a shortest edge of 200 to 640 pixels and an aspect of up to
    2:1, upright or lying, then resized to the served size.
    """
    scene = draw_evaluation_scene(split, index)
    height, width, _ = scene.picture.shape
    served = served_size(width, height)
    return Example(
        resize_picture(scene.picture, *served),
        resize_class_map(scene.truth.class_map, *served),
    )


def draw_group(group: int) -> tuple[np.ndarray, np.ndarray]:
    """Training scenes of one common size, so that they can share a batch.

    Gives pictures, uint8 [scenes, height, width, 3], and class maps, uint8
    [scenes, height, width].
    """
    rng = np.random.Generator(np.random.PCG64([group, 2]))
    size = random_size(int(rng.integers(160, SHORTEST_EDGE + 1)), rng)
    first = group * SCENES_PER_GROUP
    examples = [
        draw_example(seed_for(Split.TRAINING, first + i), size, 0.75 + 1.25 * rng.random())
        for i in range(SCENES_PER_GROUP)
    ]
    return (
        np.stack([example.picture for example in examples]),
        np.stack([example.class_map for example in examples]),
    )


def cached_group(folder: Path, group: int) -> tuple[np.ndarray, np.ndarray]:
    """`draw_group`, read from `folder` or drawn and stored there."""
    names = [folder / f"{group:05d}-{part}.npy" for part in ("pictures", "classes")]
    if not all(name.exists() for name in names):
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in zip(names, draw_group(group)):
            np.save(name, array)
    pictures, class_maps = (np.load(name, mmap_mode="r") for name in names)
    return pictures, class_maps


def augment(
    pictures: np.ndarray, class_maps: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Mirrors and turns a batch and shuffles its colour channels.

    A shape's class depends neither on its colour nor on how it is turned.
    """
    if rng.random() < 0.5:
        pictures, class_maps = pictures[:, ::-1], class_maps[:, ::-1]
    if rng.random() < 0.5:
        pictures, class_maps = pictures[:, :, ::-1], class_maps[:, :, ::-1]
    if rng.random() < 0.5:
        pictures, class_maps = pictures.swapaxes(1, 2), class_maps.swapaxes(1, 2)
    if rng.random() < 0.5:
        pictures = pictures[..., rng.permutation(3)]
    if rng.random() < 0.2:
        pictures = 255 - pictures
    return np.ascontiguousarray(pictures), np.ascontiguousarray(class_maps)


def training_batches(
    folder: Path, groups: int, batch: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless augmented batches; each comes from one group, so has one size."""
    while True:
        for group in rng.permutation(groups):
            pictures, class_maps = cached_group(folder, int(group))
            chosen = np.sort(rng.permutation(SCENES_PER_GROUP)[:batch])
            yield augment(pictures[chosen], class_maps[chosen], rng)
