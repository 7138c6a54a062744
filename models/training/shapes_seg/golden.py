"""Writes the golden check of shapes-seg: one tiny picture and its answer.

The picture, 48 x 40 pixels, is stored as `golden-input.png` and goes into the
network at its own size, normalised but not resized.  `golden.json` holds what
PyTorch answers, so that another runtime can be compared with it.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from shapes_world import CLASS_NAMES, SceneOptions, Split, draw_scene, seed_for

from .evaluate import load_network
from .preparation import MEAN, STD, normalize

WIDTH, HEIGHT = 48, 40
SCENE_INDEX = 900_010
OPTIONS = SceneOptions(count=(3, 3), size=(0.4, 0.6), degraded=False)
DIGITS = 6  # decimals that are kept of a logit
# Runtimes add up in different orders; their logits may differ by this much.
TOLERANCE = 1e-3


def golden_picture() -> np.ndarray:
    """uint8 [40, 48, 3], RGB."""
    return draw_scene(seed_for(Split.SAMPLES, SCENE_INDEX), WIDTH, HEIGHT, OPTIONS).picture


@torch.no_grad()
def golden_answer(network: torch.nn.Module, picture: np.ndarray) -> dict:
    """The logits, ready for JSON, as one flat list in [class, row, column] order."""
    logits = network(normalize(torch.from_numpy(picture)[None]))[0].double().numpy()
    class_map = logits.argmax(axis=0)
    return {
        "input": "golden-input.png",
        "preparation": {"resize": None, "scale": "1/255", "mean": MEAN, "std": STD},
        "classes": CLASS_NAMES,
        "shape": [1, *logits.shape],
        "tolerance": TOLERANCE,
        "pixels_per_class": np.bincount(class_map.ravel(), minlength=len(CLASS_NAMES)).tolist(),
        # One digit a pixel, one string a row.
        "class_map": ["".join(map(str, row)) for row in class_map],
        "logits": [round(float(value), DIGITS) for value in logits.ravel()],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="the model's folder")
    options = parser.parse_args()
    picture = golden_picture()
    Image.fromarray(picture).save(options.folder / "golden-input.png", optimize=True)
    answer = golden_answer(load_network(options.checkpoint), picture)
    fields = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in answer.items()]
    (options.folder / "golden.json").write_text("{\n" + ",\n".join(fields) + "\n}\n")
    print("pixels per class", answer["pixels_per_class"])


if __name__ == "__main__":
    main()
