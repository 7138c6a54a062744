"""Measures a trained shapes-sam on scenes that it has never seen."""

import argparse
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch

from shapes_seg.evaluate import seconds_per_picture
from shapes_world import KINDS, Scene, Split, draw_evaluation_scene, seed_for

from .generator import SERVED, generate
from .masks import Answer, Predictor, enlarge
from .network import ServedEncoder, ShapesSam
from .preparation import INPUT_SIZE

# What a mask of everything must overlap a shape by, at least, to have found it.
FOUND = (0.5, 0.75)


@dataclass(frozen=True)
class PromptFigures:
    """Of the best mask of each prompt; a row for each shape."""

    overlaps: list[float] = field(default_factory=list)  # with the truth
    predicted: list[float] = field(default_factory=list)  # what the decoder says of that
    kinds: list[str] = field(default_factory=list)  # of shape


@dataclass(frozen=True)
class Evaluation:
    """How well masks fit, by the kind of prompt that they were asked for with."""

    figures: dict[str, PromptFigures] = field(default_factory=dict)

    def overlaps(self) -> dict[str, np.ndarray]:
        return {kind: np.array(figures.overlaps) for kind, figures in self.figures.items()}


@dataclass(frozen=True)
class EverythingFigures:
    """Of masks that were found without a prompt, in some scenes."""

    overlaps: list[float] = field(default_factory=list)  # of each shape, with its best mask
    masks: int = 0
    astray: int = 0  # masks that overlap no shape by half


def load_network(checkpoint: Path) -> ShapesSam:
    """The network with the averaged weights of a checkpoint, ready to run."""
    network = ShapesSam()
    network.load_state_dict(torch.load(checkpoint, map_location="cpu")["averaged"])
    return network.eval()


def true_masks_of(scene: Scene) -> np.ndarray:
    """bool [shapes, height, width]."""
    ids = np.array([instance.instance_id for instance in scene.truth.instances])
    return scene.truth.instance_map == ids[:, None, None]


def random_points(masks: np.ndarray, seed: int) -> np.ndarray:
    """A pixel of each of bool [shapes, h, w], each as likely: x and y, float64 [shapes, 2]."""
    rng = np.random.Generator(np.random.PCG64([seed, 8]))
    inside = [np.argwhere(mask) for mask in masks]
    return np.array([rows[rng.integers(len(rows))][::-1] for rows in inside], dtype=np.float64)


def inner_points(masks: np.ndarray) -> np.ndarray:
    """The pixel of each of bool [shapes, h, w] furthest from its border: float64 [shapes, 2]."""
    points = []
    for mask in masks:
        depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)
        y, x = np.unravel_index(depth.argmax(), depth.shape)
        points.append((x - 1, y - 1))
    return np.array(points, dtype=np.float64)


def mask_overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Intersection over union of two masks."""
    return float((first & second).sum() / max((first | second).sum(), 1))


def prompts_of(scene: Scene, predictor: Predictor) -> dict[str, Answer]:
    """The answers for each shape, asked for in each way."""
    masks = true_masks_of(scene)
    boxes = np.array([instance.box for instance in scene.truth.instances], dtype=np.float64)
    return {
        "point": predictor.ask_points(random_points(masks, scene.seed)),
        "inner point": predictor.ask_points(inner_points(masks)),
        "box": predictor.ask_boxes(boxes),
    }


def evaluate(network: ShapesSam, split: Split, indices: Iterable[int]) -> Evaluation:
    """Prompts for every shape of these scenes, each as it is served."""
    evaluation = Evaluation()
    for index in indices:
        scene = draw_evaluation_scene(split, index)
        truth = true_masks_of(scene)
        predictor = Predictor(network.eval(), scene.picture)
        for kind, answer in prompts_of(scene, predictor).items():
            figures = evaluation.figures.setdefault(kind, PromptFigures())
            found = (enlarge(answer.best(), predictor.placement) > 0).numpy()
            figures.overlaps.extend(map(mask_overlap, found, truth))
            figures.predicted.extend(answer.fits.amax(dim=1).tolist())
            figures.kinds.extend(one.shape.kind for one in scene.truth.instances)
    return evaluation


def evaluate_everything(
    network: ShapesSam, split: Split, indices: Iterable[int]
) -> EverythingFigures:
    """What the generator finds in these scenes with the defaults that are served."""
    best, masks, astray = [], 0, 0
    for index in indices:
        scene = draw_evaluation_scene(split, index)
        found = generate(Predictor(network.eval(), scene.picture), SERVED)
        truth = true_masks_of(scene)
        overlaps = np.array([[mask_overlap(one.mask, t) for one in found] for t in truth])
        overlaps = np.concatenate([overlaps.reshape(len(truth), -1), np.zeros((len(truth), 1))], 1)
        best.extend(overlaps.max(axis=1).tolist())
        masks += len(found)
        astray += int((overlaps[:, :-1].max(axis=0) < 0.5).sum())
    return EverythingFigures(best, masks, astray)


def report_of(figures: PromptFigures) -> dict:
    overlaps, predicted = np.array(figures.overlaps), np.array(figures.predicted)
    kinds = np.array(figures.kinds)
    return {
        "mean_iou": round(float(overlaps.mean()), 4),
        "by_shape": {kind: round(float(overlaps[kinds == kind].mean()), 4) for kind in KINDS},
        "at_least_0.9": round(float((overlaps >= 0.9).mean()), 4),
        "predicted_iou_off_by": round(float(np.abs(predicted - overlaps).mean()), 4),
    }


def report_of_everything(figures: EverythingFigures, scenes: int) -> dict:
    overlaps = np.array(figures.overlaps)
    found = {f"found_at_{limit}": round(float((overlaps >= limit).mean()), 4) for limit in FOUND}
    return {
        "scenes": scenes,
        "shapes": len(overlaps),
        **found,
        "masks": figures.masks,
        "masks_of_no_shape": figures.astray,
    }


@torch.no_grad()
def seconds_per_point(network: ShapesSam, points: int = 64, runs: int = 3) -> float:
    """What the decoder takes for each of many points of one run."""
    predictor = Predictor(network, np.zeros((INPUT_SIZE, INPUT_SIZE, 3), dtype=np.uint8))
    asked = np.full((points, 2), INPUT_SIZE / 2)
    predictor.ask_points(asked)
    started = time.perf_counter()
    for _ in range(runs):
        predictor.ask_points(asked)
    return (time.perf_counter() - started) / runs / points


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--split", default="HELD_OUT", choices=["HELD_OUT", "VALIDATION"])
    parser.add_argument("--scenes", type=int, default=1000)
    parser.add_argument("--everything-scenes", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    network = load_network(options.checkpoint)
    split = Split[options.split]
    evaluation = evaluate(network, split, range(options.scenes))
    report = {
        "scenes": options.scenes,
        "first_seed": seed_for(split, 0),
        "last_seed": seed_for(split, options.scenes - 1),
        "shapes": len(evaluation.overlaps()["point"]),
        **{kind: report_of(figures) for kind, figures in evaluation.figures.items()},
    }
    if options.everything_scenes > 0:
        figures = evaluate_everything(network, split, range(options.everything_scenes))
        report["everything"] = report_of_everything(figures, options.everything_scenes)
    encoder = ServedEncoder(network).eval()
    seconds = seconds_per_picture(encoder, INPUT_SIZE, INPUT_SIZE)
    report["milliseconds_to_encode"] = round(1000 * seconds, 1)
    report["milliseconds_per_point"] = round(1000 * seconds_per_point(network), 2)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
