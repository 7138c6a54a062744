"""Pictures to learn from, with all that is true of them: whole scenes and crops of regions."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from shapes_world import (
    KINDS,
    Scene,
    SceneOptions,
    Split,
    caption,
    draw_scene,
    random_size,
    seed_for,
)
from shapes_world.colors import COLOR_NAMES
from shapes_world.scene import Instance

from .crops import MEAN_COLOR, Box, box_of, context_crop, masked_crop, roughened
from .preparation import SIZE, prepare, resize

SCENES_PER_GROUP = 512
ONE_SHAPE, SEVERAL_SHAPES, MASKED, CONTEXT = range(4)  # what a picture is
UNKNOWN = -1  # of a background or a number of shapes

_SMALLEST_BOX = 6  # pixels, of a region that is learnt from
_OTHER_FILLS = ((128, 128, 128), (0, 0, 0), (255, 255, 255))
_CALM = ("plain", "plain", "plain", "gradient")
# What the text to picture model of the shapes world draws.
GENERATED = SceneOptions(
    count=(1, 1), size=(0.40, 0.85), min_visible=0.9, degraded=False, backgrounds=_CALM,
    max_turn=0.3,
)
_ALONE = SceneOptions(count=(1, 1), size=(0.20, 0.90), min_visible=0.6)
_SCENES = SceneOptions(count=(2, 6), size=(0.10, 0.60), min_visible=0.35)
_FEW = SceneOptions(count=(2, 2), size=(0.25, 0.60), min_visible=0.6)


@dataclass(frozen=True)
class Samples:
    """Prepared pictures and what is true of them."""

    pictures: np.ndarray  # uint8 [samples, 64, 64, 3], RGB
    sources: np.ndarray  # int64 [samples]: ONE_SHAPE, SEVERAL_SHAPES, MASKED or CONTEXT
    subjects: np.ndarray  # bool [samples, colours, kinds]: the shapes that it shows
    main: np.ndarray  # int64 [samples, 2]: colour and kind of the shape that shows most
    counts: np.ndarray  # int64 [samples]: shapes, or UNKNOWN
    backgrounds: np.ndarray  # int64 [samples]: colour, or UNKNOWN
    captions: np.ndarray  # str [samples], "" for crops

    def __len__(self) -> int:
        return len(self.pictures)

    def chosen(self, which: np.ndarray) -> "Samples":
        return Samples(**{f.name: getattr(self, f.name)[which] for f in fields(self)})


def joined(parts: list[Samples]) -> Samples:
    return Samples(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Samples)}
    )


def _identity(instance: Instance) -> tuple[int, int]:
    return COLOR_NAMES.index(instance.shape.color), KINDS.index(instance.shape.kind)


def sample_of(
    picture: np.ndarray, source: int, shown: list[Instance], count: int, background: int,
    text: str = "",
) -> Samples:
    """One picture of any size; `shown` has its shapes, the main one first."""
    subjects = np.zeros((1, len(COLOR_NAMES), len(KINDS)), dtype=bool)
    for instance in shown:
        subjects[(0, *_identity(instance))] = True
    return Samples(
        prepare(picture)[None],
        np.array([source]),
        subjects,
        np.array([_identity(shown[0])]),
        np.array([count]),
        np.array([background]),
        np.array([text], dtype="<U160"),
    )


def whole_sample(scene: Scene, picture: np.ndarray | None = None) -> Samples:
    """The whole scene; `picture` in place of its own, where it was changed."""
    seen = sorted(scene.truth.instances, key=lambda one: (-one.visible_area, one.instance_id))
    return sample_of(
        scene.picture if picture is None else picture,
        ONE_SHAPE if len(seen) == 1 else SEVERAL_SHAPES,
        seen,
        len(seen),
        COLOR_NAMES.index(scene.background.color),
        caption(scene),
    )


def masked_sample(
    scene: Scene, instance: Instance, mask: np.ndarray, fill: tuple[int, int, int] = MEAN_COLOR
) -> Samples:
    crop = masked_crop(scene.picture, mask, box_of(mask), fill)
    return sample_of(crop, MASKED, [instance], UNKNOWN, UNKNOWN)


def context_sample(scene: Scene, instance: Instance, box: Box, margin: float) -> Samples:
    crop = context_crop(scene.picture, box, margin)
    return sample_of(
        crop, CONTEXT, [instance], UNKNOWN, COLOR_NAMES.index(scene.background.color)
    )


def _generated_like(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Softened, as a decoder of latents draws."""
    if rng.random() < 0.5:
        return picture
    soft = Image.fromarray(picture).filter(ImageFilter.GaussianBlur(0.3 + 0.9 * rng.random()))
    if rng.random() < 0.4:
        side = int(rng.integers(24, SIZE))
        soft = soft.resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(soft)


def _square(picture: np.ndarray) -> np.ndarray:
    """Pressed, lest the preparation cuts off ends that the caption tells of."""
    height, width, _ = picture.shape
    return picture if abs(width - height) < 8 else resize(picture, SIZE, SIZE)


def _region_samples(scene: Scene, rng: np.random.Generator) -> list[Samples]:
    samples = []
    for instance in scene.truth.instances:
        mask = roughened(scene.truth.instance_map == instance.instance_id, rng)
        box = box_of(mask)
        if box is None or min(box[2] - box[0], box[3] - box[1]) < _SMALLEST_BOX:
            continue
        fill = MEAN_COLOR if rng.random() < 0.75 else _OTHER_FILLS[int(rng.integers(3))]
        samples.append(masked_sample(scene, instance, mask, fill))
        samples.append(context_sample(scene, instance, box, 0.02 + 0.25 * rng.random()))
    return samples


def draw_training_samples(index: int) -> list[Samples]:
    """All that is learnt from scene `index` of the training."""
    rng = np.random.Generator(np.random.PCG64([index, 13]))
    seed, turn = seed_for(Split.TRAINING, index), rng.random()
    if turn < 0.4:
        scene = draw_scene(seed, SIZE, SIZE, GENERATED)
        return [whole_sample(scene, _generated_like(scene.picture, rng))]
    size = random_size(int(rng.integers(72, 240)), rng)
    if turn < 0.6:
        scene = draw_scene(seed, *size, _ALONE)
        return [whole_sample(scene, _square(scene.picture))]
    scene = draw_scene(seed, *size, _FEW if turn < 0.7 else _SCENES)
    return [whole_sample(scene, _square(scene.picture)), *_region_samples(scene, rng)]


def draw_group(group: int) -> Samples:
    first = group * SCENES_PER_GROUP
    drawn = (draw_training_samples(i) for i in range(first, first + SCENES_PER_GROUP))
    return joined([sample for samples in drawn for sample in samples])


def cached_group(folder: Path, group: int) -> Samples:
    """`draw_group`, read from `folder` or drawn and stored there."""
    path = folder / f"{group:05d}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{group:05d}.part.npz"
        np.savez(unfinished, **vars(draw_group(group)))
        unfinished.replace(path)
    with np.load(path) as arrays:
        return Samples(**arrays)
