"""Training batches and evaluation scenes, drawn from the shapes world."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from shapes_world import (
    KINDS,
    Scene,
    SceneOptions,
    Split,
    draw_evaluation_scene,
    draw_scene,
    random_size,
    seed_for,
)

from .preparation import INPUT_SIZE, PADDING, Letterbox, letterbox, place, place_picture

SCENES_PER_GROUP = 32
MAX_INSTANCES = 16  # room per training scene
OUTSIDE = 255  # in instance maps: not the picture but its padding

# Harder than the world itself: more and smaller shapes, and more hidden ones.
TRAINING_SCENES = SceneOptions(count=(2, 10), size=(0.08, 0.60), min_visible=0.30)


@dataclass(frozen=True)
class Batch:
    """Letterboxed scenes with what is to be found in them."""

    pictures: np.ndarray  # uint8 [scenes, size, size, 3], RGB
    instance_maps: np.ndarray  # uint8 [scenes, size, size]: 0 ground, 1.. shapes, OUTSIDE
    boxes: np.ndarray  # float32 [scenes, MAX_INSTANCES, 4] in input pixels
    class_ids: np.ndarray  # int64 [scenes, MAX_INSTANCES], -1 where there is none


@dataclass(frozen=True)
class EvaluationScene:
    """A scene with its letterboxed picture and its truth in picture pixels."""

    scene: Scene
    placement: Letterbox
    model_input: np.ndarray  # uint8 [size, size, 3], RGB
    boxes: np.ndarray  # float64 [instances, 4] in picture pixels
    class_ids: np.ndarray  # int64 [instances], an index into KINDS


def truth_of(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Boxes, float64 [instances, 4] in picture pixels, and class ids, int64."""
    instances = scene.truth.instances
    boxes = np.array([instance.box for instance in instances], dtype=np.float64)
    class_ids = np.array([KINDS.index(instance.shape.kind) for instance in instances])
    return boxes.reshape(-1, 4), class_ids.astype(np.int64)


def evaluation_scene(split: Split, index: int) -> EvaluationScene:
    """Scene `index` of a split as the service would see it.

    Drawn with a shortest edge of 200 to 640 pixels and an aspect of up to
    2:1, upright or lying (as shapes-seg draws it), then letterboxed.
    """
    scene = draw_evaluation_scene(split, index)
    height, width, _ = scene.picture.shape
    placement = letterbox(width, height)
    model_input = place_picture(scene.picture, placement)
    return EvaluationScene(scene, placement, model_input, *truth_of(scene))


def draw_group(group: int) -> Batch:
    """Training scenes, each of its own size and aspect, letterboxed."""
    rng = np.random.Generator(np.random.PCG64([group, 4]))
    pictures, instance_maps = [], []
    boxes = np.zeros((SCENES_PER_GROUP, MAX_INSTANCES, 4), dtype=np.float32)
    class_ids = np.full((SCENES_PER_GROUP, MAX_INSTANCES), -1, dtype=np.int64)
    for i in range(SCENES_PER_GROUP):
        # The square makes smaller pictures, which are quicker to draw, more frequent.
        shortest = int(160 + 400 * rng.random() ** 2)
        seed = seed_for(Split.TRAINING, group * SCENES_PER_GROUP + i)
        scene = draw_scene(seed, *random_size(shortest, rng), TRAINING_SCENES)
        height, width, _ = scene.picture.shape
        placement = letterbox(width, height)
        pictures.append(place_picture(scene.picture, placement))
        instance_maps.append(
            place(scene.truth.instance_map, placement, OUTSIDE, cv2.INTER_NEAREST)
        )
        true_boxes, true_classes = truth_of(scene)
        boxes[i, : len(true_boxes)] = placement.boxes_to_input(true_boxes)
        class_ids[i, : len(true_classes)] = true_classes
    return Batch(np.stack(pictures), np.stack(instance_maps), boxes, class_ids)


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
    """Mirrors and turns a batch and shuffles its colour channels.

    A shape's class depends neither on its colour nor on how it is turned.
    """
    pictures, maps, boxes = batch.pictures, batch.instance_maps, batch.boxes
    if rng.random() < 0.5:  # upside down
        pictures, maps = pictures[:, ::-1], maps[:, ::-1]
        boxes = boxes * [1, -1, 1, -1] + [0, INPUT_SIZE, 0, INPUT_SIZE]
        boxes = boxes[..., [0, 3, 2, 1]]
    if rng.random() < 0.5:  # left to right
        pictures, maps = pictures[:, :, ::-1], maps[:, :, ::-1]
        boxes = boxes * [-1, 1, -1, 1] + [INPUT_SIZE, 0, INPUT_SIZE, 0]
        boxes = boxes[..., [2, 1, 0, 3]]
    if rng.random() < 0.5:  # rows to columns
        pictures, maps = pictures.swapaxes(1, 2), maps.swapaxes(1, 2)
        boxes = boxes[..., [1, 0, 3, 2]]
    if rng.random() < 0.5:
        pictures = pictures[..., rng.permutation(3)]
    if rng.random() < 0.2:
        pictures = np.where(maps[..., None] == OUTSIDE, np.uint8(PADDING), 255 - pictures)
    return Batch(
        np.ascontiguousarray(pictures),
        np.ascontiguousarray(maps),
        boxes.astype(np.float32),
        batch.class_ids,
    )


def training_batches(
    folder: Path, groups: int, batch: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """Endless augmented batches, each of scenes of one group."""
    while True:
        for group in rng.permutation(groups):
            drawn = cached_group(folder, int(group))
            chosen = np.sort(rng.permutation(SCENES_PER_GROUP)[:batch])
            yield augment(Batch(**{k: v[chosen] for k, v in vars(drawn).items()}), rng)
