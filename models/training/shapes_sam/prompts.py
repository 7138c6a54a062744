"""Prompts to train with: points on shapes and beside them, and inexact boxes."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .dataset import OUTSIDE

POSITIVE, NEGATIVE, FILLER = 1, 0, -10  # labels of points, as transformers has them
GROUND = 0  # in instance maps
MAX_POINTS = 3
# A shape of fewer pixels of the input is no target.
SMALLEST_AREA = 12
# How often a prompt is a point on the ground, which is to be answered with
# "this is nothing", and how often each kind of prompt for a shape.
GROUND_SHARE = 0.12
KINDS = {"point": 0.50, "box": 0.25, "points": 0.15, "box and point": 0.10}
BORDER_SHARE = 0.3  # of positive points: within two pixels of the shape's border
BOX_JITTER = 0.05  # standard deviation of a box's edges, of its width or height


@dataclass(frozen=True)
class Prompts:
    """For each scene of a batch as many prompts.

    Points and boxes are in input pixels counted as segment-anything does:
    (0, 0) is the middle of the first pixel.
    """

    points: np.ndarray  # float32 [scenes, prompts, MAX_POINTS, 2]
    labels: np.ndarray  # int64 [scenes, prompts, MAX_POINTS]
    boxes: np.ndarray  # float32 [scenes, prompts, 4]: x0, y0, x1, y1; zeros for none
    instance_ids: np.ndarray  # int64 [scenes, prompts], GROUND for nothing

    @staticmethod
    def empty(scenes: int, prompts: int) -> "Prompts":
        return Prompts(
            np.zeros((scenes, prompts, MAX_POINTS, 2), dtype=np.float32),
            np.full((scenes, prompts, MAX_POINTS), FILLER, dtype=np.int64),
            np.zeros((scenes, prompts, 4), dtype=np.float32),
            np.full((scenes, prompts), GROUND, dtype=np.int64),
        )


def box_of(mask: np.ndarray) -> np.ndarray:
    """Edges of a bool [h, w], float64: x0, y0, x1, y1."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=np.float64)


def point_in(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A point within one of the pixels of a bool [h, w], each as likely."""
    inside = np.flatnonzero(mask)
    y, x = divmod(int(inside[rng.integers(len(inside))]), mask.shape[1])
    return np.array([x, y]) + rng.random(2) - 0.5


def point_on(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A point on a shape: anywhere, or near its border."""
    if rng.random() < BORDER_SHARE:
        inner = cv2.erode(mask.view(np.uint8), np.ones((5, 5), np.uint8)).view(bool)
        return point_in(mask & ~inner, rng)
    return point_in(mask, rng)


def point_beside(
    owners: np.ndarray, instance_id: int, box: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """A point near a shape but not on it; None where there is no such pixel."""
    margin = 0.2 * (box[2:] - box[:2]) + 4
    x0, y0 = np.maximum(box[:2] - margin, 0).astype(int)
    x1, y1 = (box[2:] + margin).astype(int)
    near = owners[y0:y1, x0:x1]
    free = (near != instance_id) & (near != OUTSIDE)
    return point_in(free, rng) + [x0, y0] if free.any() else None


def inexact_box(box: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The box as somebody might draw it, at least two pixels wide and high."""
    width, height = box[2:] - box[:2]
    sides = np.array([width, height, width, height])
    moved = box + np.clip(rng.normal(size=4) * BOX_JITTER, -0.12, 0.12) * sides
    moved += rng.random(4) - 0.5  # a pixel is never met exactly
    middle = (box[:2] + box[2:]) / 2
    return np.concatenate([np.minimum(moved[:2], middle - 1), np.maximum(moved[2:], middle + 1)])


def prompt_shape(
    prompts: Prompts, at: tuple[int, int], owners: np.ndarray, rng: np.random.Generator
) -> None:
    """Fills prompt `at` in for the shape that `prompts.instance_ids` has there."""
    instance_id = int(prompts.instance_ids[at])
    mask = owners == instance_id
    box = box_of(mask)
    kind = list(KINDS)[rng.choice(len(KINDS), p=list(KINDS.values()))]
    chosen = []
    if kind in ("point", "points"):
        chosen.append((point_on(mask, rng), POSITIVE))
    while len(chosen) < {"points": 2 + int(rng.random() < 0.5), "box and point": 1}.get(kind, 0):
        beside = point_beside(owners, instance_id, box, rng) if rng.random() < 0.5 else None
        chosen.append((point_on(mask, rng), POSITIVE) if beside is None else (beside, NEGATIVE))
    for slot, (point, label) in enumerate(chosen):
        prompts.points[at][slot], prompts.labels[at][slot] = point, label
    if kind.startswith("box"):
        # From edges to the middles of pixels.
        prompts.boxes[at] = inexact_box(box, rng) - 0.5


def sample_prompts(
    instance_maps: np.ndarray, prompts_per_scene: int, rng: np.random.Generator
) -> Prompts:
    """Prompts for each of `instance_maps`, uint8 [scenes, size, size]."""
    prompts = Prompts.empty(len(instance_maps), prompts_per_scene)
    for scene, owners in enumerate(instance_maps):
        areas = np.bincount(owners.ravel(), minlength=OUTSIDE + 1)
        shapes = np.flatnonzero(areas[1:OUTSIDE] >= SMALLEST_AREA) + 1
        for index in range(prompts_per_scene):
            at = scene, index
            if len(shapes) > 0 and rng.random() >= GROUND_SHARE:
                prompts.instance_ids[at] = shapes[rng.integers(len(shapes))]
                prompt_shape(prompts, at, owners, rng)
            elif areas[GROUND] > 0:
                prompts.points[at][0] = point_in(owners == GROUND, rng)
                prompts.labels[at][0] = POSITIVE
    return prompts


def true_masks(instance_maps: Tensor, instance_ids: Tensor, cells: int) -> Tensor:
    """How much of each cell the shapes fill: float32 [scenes, prompts, cells, cells].

    `instance_maps` uint8 [scenes, size, size], `instance_ids` int64 [scenes, prompts].
    """
    owned = (instance_maps[:, None] == instance_ids[:, :, None, None]).float()
    return functional.avg_pool2d(owned, instance_maps.shape[-1] // cells)
