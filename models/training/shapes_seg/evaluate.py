"""Measures a trained shapes-seg on scenes that it has never seen."""

import argparse
import json
import time
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import nn

from shapes_world import CLASS_NAMES, Split, seed_for

from .dataset import evaluation_example
from .metrics import ConfusionMatrix
from .network import ShapesSeg
from .preparation import normalize


def load_network(checkpoint: Path) -> ShapesSeg:
    """The network with the averaged weights of a checkpoint, ready to run."""
    network = ShapesSeg(len(CLASS_NAMES))
    network.load_state_dict(torch.load(checkpoint, map_location="cpu")["averaged"])
    return network.eval()


@torch.no_grad()
def evaluate(network: nn.Module, split: Split, indices: Iterable[int]) -> ConfusionMatrix:
    """Counts the pixels of these scenes, each at the size it is served at."""
    network.eval()
    confusion = ConfusionMatrix(len(CLASS_NAMES))
    for index in indices:
        example = evaluation_example(split, index)
        logits = network(normalize(torch.from_numpy(example.picture.copy())[None]))
        confusion.add(example.class_map, logits[0].argmax(dim=0).numpy())
    return confusion


@torch.no_grad()
def seconds_per_picture(network: nn.Module, width: int, height: int, runs: int = 20) -> float:
    pictures = torch.zeros(1, 3, height, width)
    network(pictures)
    started = time.perf_counter()
    for _ in range(runs):
        network(pictures)
    return (time.perf_counter() - started) / runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    network = load_network(options.checkpoint)
    confusion = evaluate(network, Split.HELD_OUT, range(options.scenes))
    per_class = confusion.intersection_over_union()
    report = {
        "scenes": options.scenes,
        "first_seed": seed_for(Split.HELD_OUT, 0),
        "last_seed": seed_for(Split.HELD_OUT, options.scenes - 1),
        "mean_iou": round(confusion.mean_intersection_over_union(), 4),
        "iou": {name: round(float(v), 4) for name, v in zip(CLASS_NAMES, per_class)},
        "pixel_accuracy": round(confusion.pixel_accuracy(), 4),
        "milliseconds_at_256x256": round(1000 * seconds_per_picture(network, 256, 256), 1),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
