"""The scenes that shapes-sd learns to draw, and the prompts it is measured with."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shapes_world import KINDS, Scene, SceneOptions, Split, caption, draw_scene, seed_for
from shapes_world.colors import COLOR_NAMES

from .tokenizer import tokenize

PICTURE_SIZE = 64  # pixels, width and height
SCENES_PER_GROUP = 1024
HELD_OUT_PROMPTS = 100

# A small world, so that it is learnt soon: one or two large shapes that stand
# upright on plain ground, nothing hidden, nothing degraded.
_UPRIGHT = 0.06  # radians
_ONE_SHAPE = SceneOptions(
    count=(1, 1), size=(0.52, 0.78), min_visible=0.97, degraded=False,
    backgrounds=("plain",), max_turn=_UPRIGHT,
)
_TWO_SHAPES = SceneOptions(
    count=(2, 2), size=(0.36, 0.52), min_visible=0.85, degraded=False,
    backgrounds=("plain",), max_turn=_UPRIGHT,
)


@dataclass(frozen=True)
class Prompt:
    """A caption of a scene with one shape."""

    color: str
    shape: str
    background: str  # colour

    @property
    def text(self) -> str:
        def with_article(words: str) -> str:
            return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"

        subject = with_article(f"{self.color} {self.shape}")
        return f"{subject} on {with_article(self.background)} background"


def _all_prompts() -> list[Prompt]:
    return [
        Prompt(color, shape, background)
        for color in COLOR_NAMES
        for shape in KINDS
        for background in COLOR_NAMES
        if background != color
    ]


def held_out_prompts() -> list[Prompt]:
    """Prompts that no training scene is described by, in a fixed random order."""
    prompts = _all_prompts()
    rng = np.random.Generator(np.random.PCG64(2_000_000))
    return [prompts[i] for i in rng.permutation(len(prompts))[:HELD_OUT_PROMPTS]]


@dataclass(frozen=True)
class Group:
    """Training scenes with their captions."""

    pictures: np.ndarray  # uint8 [scenes, size, size, 3], RGB
    token_ids: np.ndarray  # int64 [scenes, MAX_TOKENS]


def draw_training_scene(index: int) -> Scene:
    """Scene `index` of the training: mostly one shape, at times two."""
    kind = np.random.Generator(np.random.PCG64([index, 9])).random()
    options = _ONE_SHAPE if kind < 0.8 else _TWO_SHAPES
    return draw_scene(seed_for(Split.TRAINING, index), PICTURE_SIZE, PICTURE_SIZE, options)


def draw_group(group: int) -> Group:
    """The scenes of a group but for those that show a held-out prompt."""
    held_out = {prompt.text for prompt in held_out_prompts()}
    pictures, token_ids = [], []
    for index in range(group * SCENES_PER_GROUP, (group + 1) * SCENES_PER_GROUP):
        scene = draw_training_scene(index)
        text = caption(scene)
        if text not in held_out:
            pictures.append(scene.picture)
            token_ids.append(tokenize(text))
    return Group(np.stack(pictures), np.array(token_ids, dtype=np.int64))


def cached_group(folder: Path, group: int) -> Group:
    """`draw_group`, read from `folder` or drawn and stored there."""
    path = folder / f"{group:05d}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{group:05d}.part.npz"
        np.savez(unfinished, **vars(draw_group(group)))
        unfinished.replace(path)
    with np.load(path) as arrays:
        return Group(**arrays)
