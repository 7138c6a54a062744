"""Writes the golden data that exports give for the tests of the service's families.

    python3 -m export.golden ../packages/model-families/golden

Networks are of torchvision's own parts, or of Detectron2's written out here, with random weights and each as small
as it goes. What is expected is what PyTorch answers, with the preparation of the library.
"""

import argparse
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision.models.segmentation import LRASPP

from . import detectron2, torchvision_detection, torchvision_segmentation
from .answers import ClassMap, Detections
from .golden_networks import (
    CLASSES,
    detection_networks,
    detectron2_network,
    segmentation_networks,
    spread_torchvision,
)
from .preparation import read_picture

SCENE = Path("rcnn") / "scene.png"
SCORE_THRESHOLD = 0.3
DIGITS = 5
LABELS = ["one", "two", "three", "four"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="packages/model-families/golden")
    options = parser.parse_args()
    torch.set_num_threads(1)
    picture = read_picture(options.folder / SCENE)
    for name, network in segmentation_networks().items():
        write_segmentation(name, network, picture, options.folder / "semantic-segmentation")
    for name, network in detection_networks().items():
        spread_torchvision(network, picture)
        write_detection(name, network, picture, options.folder / "rcnn")
    write_detectron2("exported-detectron2", picture, options.folder / "rcnn")


def write_segmentation(name: str, network: nn.Module, picture: Image.Image, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    served = torchvision_segmentation.ServedSegmentation(network).eval()
    options = SimpleNamespace(stretch=None, shortest_edge=40)
    balance(served, torchvision_segmentation.ask_original(served, picture, options).answer)
    torchvision_segmentation.write_segmentation(served, CLASSES, folder / f"{name}.onnx")
    answer = torchvision_segmentation.ask_original(served, picture, options).answer
    manifest = {
        "task": "segmentation",
        "family": "semantic-segmentation",
        "labels": ["background", *LABELS],
        "preparation": torchvision_segmentation.preparation_of(options),
    }
    write_json(folder / f"{name}.json", {"manifest": manifest})
    np.save(folder / f"{name}-logits.npy", answer.logits)
    Image.fromarray(answer.class_ids.astype(np.uint8)).save(folder / f"{name}-map.png", optimize=True)
    tell_classes(name, answer)


def balance(served: nn.Module, answer: ClassMap) -> None:
    """Makes every class as likely as the others, so that a map has all of them."""
    classifier = served.network.classifier
    last = classifier.low_classifier if isinstance(served.network, LRASPP) else classifier[-1]
    with torch.no_grad():
        last.bias.sub_(torch.from_numpy(answer.logits.mean((1, 2))))


def tell_classes(name: str, answer: ClassMap) -> None:
    print(
        f"{name}: logits {list(answer.logits.shape)}, pixels {np.bincount(answer.class_ids.ravel()).tolist()}"
    )


def write_detection(name: str, network: nn.Module, picture: Image.Image, folder: Path) -> None:
    has_masks = network.roi_heads.mask_predictor is not None
    torchvision_detection.write_detection(
        torchvision_detection.ServedDetection(network), has_masks, folder / f"{name}.onnx"
    )
    answer = torchvision_detection.ask_original(network, picture, SCORE_THRESHOLD).answer
    manifest = {
        "task": "detection",
        "family": "rcnn",
        "labels": ["__background__", *LABELS],
        "preparation": torchvision_detection.PREPARATION,
        "family_options": {"masks": has_masks},
    }
    write_detections(name, manifest, answer, folder)


def write_detectron2(name: str, picture: Image.Image, folder: Path) -> None:
    network, config = detectron2_network(picture)
    detectron2.write_detectron2(network, True, 2 * config.settings.mask_cells, folder / f"{name}.onnx")
    answer = detectron2.ask_original(network, picture, config, SCORE_THRESHOLD).answer
    manifest = {
        "task": "detection",
        "family": "rcnn",
        "labels": LABELS,
        "preparation": detectron2.preparation_of(config),
        "family_options": {"masks": True, "mask_pasting": "detectron2", "first_class": 0},
    }
    write_detections(name, manifest, answer, folder)


def write_detections(name: str, manifest: dict, answer: Detections, folder: Path) -> None:
    rows = zip(answer.boxes.tolist(), answer.scores.tolist(), answer.class_ids.tolist())
    detections = [
        {"box": [round(edge, DIGITS) for edge in box], "score": round(score, DIGITS), "label": class_id}
        for box, score, class_id in rows
    ]
    content = {"manifest": manifest, "score_threshold": SCORE_THRESHOLD, "detections": detections}
    write_json(folder / f"{name}.json", content)
    if answer.masks is not None:
        stack = answer.masks.reshape(-1, answer.masks.shape[-1])
        Image.fromarray((stack * 255).astype(np.uint8)).convert("1").save(
            folder / f"{name}-masks.png", optimize=True
        )
        print(f"{name}: masks of {[int(mask.sum()) for mask in answer.masks]} pixels")
    gaps = -np.diff(answer.scores)
    print(
        f"{name}: {len(detections)} found, classes {np.bincount(answer.class_ids).tolist()},"
        f" scores {answer.scores[[0, -1]].round(3).tolist()} at least {gaps.min():.4f} apart"
    )


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", "utf8")


if __name__ == "__main__":
    main()
