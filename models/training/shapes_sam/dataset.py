"""Training batches, drawn from the shapes world."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from shapes_seg.preparation import normalize, resize_class_map, resize_picture
from shapes_world import SceneOptions, Split, draw_scene, random_size, seed_for

from .preparation import place, placement_of

SCENES_PER_GROUP = 32
OUTSIDE = 255  # in instance maps: not the picture but its padding

# Harder than the world itself: more and smaller shapes, and more hidden ones.
TRAINING_SCENES = SceneOptions(count=(1, 9), size=(0.08, 0.60), min_visible=0.30)


@dataclass(frozen=True)
class Batch:
    """Scenes on the encoder's square input, with the owner of each pixel."""

    pictures: np.ndarray  # uint8 [scenes, size, size, 3], RGB
    instance_maps: np.ndarray  # uint8 [scenes, size, size]: 0 ground, 1.. shapes, OUTSIDE


def draw_group(group: int) -> Batch:
    """Training scenes, each of its own size and aspect, resized as pictures are served."""
    rng = np.random.Generator(np.random.PCG64([group, 6]))
    pictures, instance_maps = [], []
    for i in range(SCENES_PER_GROUP):
        # The square makes smaller pictures, which are quicker to draw, more frequent.
        shortest = int(140 + 360 * rng.random() ** 2)
        seed = seed_for(Split.TRAINING, group * SCENES_PER_GROUP + i)
        scene = draw_scene(seed, *random_size(shortest, rng), TRAINING_SCENES)
        height, width, _ = scene.picture.shape
        placement = placement_of(width, height)
        size = placement.resized_width, placement.resized_height
        pictures.append(place(resize_picture(scene.picture, *size), 0))
        owners = resize_class_map(scene.truth.instance_map, *size)
        instance_maps.append(place(owners, OUTSIDE))
    return Batch(np.stack(pictures), np.stack(instance_maps))


def cached_group(folder: Path, group: int) -> Batch:
    """`draw_group`, read from `folder` or drawn and stored there."""
    path = folder / f"{group:05d}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{group:05d}.part.npz"
        np.savez(unfinished, **vars(draw_group(group)))
        unfinished.replace(path)
    with np.load(path) as arrays:
        return Batch(**arrays)


def augment(batch: Batch, rng: np.random.Generator) -> Batch:
    """Mirrors and turns a batch and shuffles its colour channels."""
    pictures, maps = batch.pictures, batch.instance_maps
    if rng.random() < 0.5:  # upside down
        pictures, maps = pictures[:, ::-1], maps[:, ::-1]
    if rng.random() < 0.5:  # left to right
        pictures, maps = pictures[:, :, ::-1], maps[:, :, ::-1]
    if rng.random() < 0.5:  # rows to columns
        pictures, maps = pictures.swapaxes(1, 2), maps.swapaxes(1, 2)
    if rng.random() < 0.5:
        pictures = pictures[..., rng.permutation(3)]
    if rng.random() < 0.2:
        pictures = 255 - pictures
    return Batch(np.ascontiguousarray(pictures), np.ascontiguousarray(maps))


def training_batches(
    folder: Path, groups: int, batch: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """Endless augmented batches, each of scenes of one group."""
    while True:
        for group in rng.permutation(groups):
            drawn = cached_group(folder, int(group))
            chosen = np.sort(rng.permutation(SCENES_PER_GROUP)[:batch])
            yield augment(Batch(drawn.pictures[chosen], drawn.instance_maps[chosen]), rng)


def batch_input(batch: Batch) -> Tensor:
    """The encoder's input, float32 [scenes, 3, size, size]; 0 outside the pictures."""
    within = torch.from_numpy(batch.instance_maps != OUTSIDE)
    return normalize(torch.from_numpy(batch.pictures)) * within[:, None]
