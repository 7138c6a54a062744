"""Measures a trained shapes-det on scenes that it has never seen."""

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from shapes_seg.evaluate import seconds_per_picture
from shapes_world import KINDS, Split, seed_for

from .dataset import EvaluationScene, evaluation_scene
from .decode import Detections, decode, mask_of, overlap
from .metrics import DetectionScores
from .network import ServedShapesDet, ShapesDet
from .preparation import INPUT_SIZE, scaled

# As detectors are usually measured: whatever might be right is let through.
DECODING = {"score_threshold": 0.001, "overlap_limit": 0.7, "best_class_only": False}
# The default of `models/shapes-det/model.json`; chosen on scenes of Split.VALIDATION.
SERVED_SCORE_THRESHOLD = 0.4


@dataclass(frozen=True)
class Evaluation:
    """How well the boxes and the masks of the same detections fit."""

    boxes: DetectionScores
    masks: DetectionScores


def load_network(checkpoint: Path) -> ShapesDet:
    """The network with the averaged weights of a checkpoint, ready to run."""
    network = ShapesDet(len(KINDS))
    network.load_state_dict(torch.load(checkpoint, map_location="cpu")["averaged"])
    return network.eval()


@torch.no_grad()
def detect(
    network: ShapesDet, model_input: np.ndarray, **decoding: float
) -> tuple[Detections, np.ndarray]:
    """Detections on one input, uint8 [size, size, 3], and its prototypes."""
    served = ServedShapesDet(network).eval()
    output0, output1 = served(scaled(torch.from_numpy(model_input)[None]))
    found = decode(output0[0].numpy(), len(KINDS), **decoding)
    return found, output1[0].double().numpy()


def box_overlaps(found: Detections, example: EvaluationScene) -> np.ndarray:
    """Of boxes in picture pixels: [detections, truths]."""
    boxes = example.placement.boxes_to_picture(found.boxes)
    return np.array([overlap(box, example.boxes) for box in boxes]).reshape(len(boxes), -1)


def mask_overlaps(
    found: Detections, prototypes: np.ndarray, example: EvaluationScene
) -> np.ndarray:
    """Of masks of picture pixels: [detections, truths]."""
    owners = example.scene.truth.instance_map
    areas = np.bincount(owners.ravel(), minlength=len(example.boxes) + 1)[1:]
    rows = []
    for coefficients, box in zip(found.coefficients, found.boxes):
        mask = mask_of(coefficients, prototypes, box, example.placement)
        both = np.bincount(owners[mask], minlength=len(areas) + 1)[1:]
        rows.append(both / (areas + mask.sum() - both))
    return np.array(rows).reshape(len(rows), len(areas))


def evaluate(network: ShapesDet, split: Split, indices: Iterable[int]) -> Evaluation:
    """Boxes and masks of these scenes, each letterboxed as it is served."""
    evaluation = Evaluation(DetectionScores(len(KINDS)), DetectionScores(len(KINDS)))
    for index in indices:
        example = evaluation_scene(split, index)
        found, prototypes = detect(network.eval(), example.model_input, **DECODING)
        classes = found.scores, found.class_ids, example.class_ids
        evaluation.boxes.add(box_overlaps(found, example), *classes)
        evaluation.masks.add(mask_overlaps(found, prototypes, example), *classes)
    return evaluation


def report_of(scores: DetectionScores) -> dict:
    per_class = scores.per_class()
    precision, recall = scores.precision_and_recall(SERVED_SCORE_THRESHOLD)
    return {
        "map50": round(scores.mean_at_half(), 4),
        "map50_95": round(scores.mean(), 4),
        "ap50": {name: round(float(ap[0]), 4) for name, ap in zip(KINDS, per_class)},
        "ap50_95": {name: round(float(ap.mean()), 4) for name, ap in zip(KINDS, per_class)},
        f"at_score_{SERVED_SCORE_THRESHOLD}": {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    network = load_network(options.checkpoint)
    evaluation = evaluate(network, Split.HELD_OUT, range(options.scenes))
    seconds = seconds_per_picture(ServedShapesDet(network).eval(), INPUT_SIZE, INPUT_SIZE)
    report = {
        "scenes": options.scenes,
        "first_seed": seed_for(Split.HELD_OUT, 0),
        "last_seed": seed_for(Split.HELD_OUT, options.scenes - 1),
        "instances": dict(zip(KINDS, evaluation.boxes.truths.tolist())),
        "boxes": report_of(evaluation.boxes),
        "masks": report_of(evaluation.masks),
        f"milliseconds_at_{INPUT_SIZE}x{INPUT_SIZE}": round(1000 * seconds, 1),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
