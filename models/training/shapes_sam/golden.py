"""Writes the golden check of shapes-sam: pictures, prompts and their masks.

The pictures are held-out scenes at their own size, stored as
`golden-<seed>.png`.  `golden.json` holds prompts in picture pixels and what
PyTorch and this package answer, so that another runtime and another way of
enlarging masks can be compared with it.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from shapes_det.golden import run_lengths
from shapes_world import Scene, Split, draw_evaluation_scene

from .evaluate import inner_points, load_network, true_masks_of
from .generator import SERVED, generate
from .masks import Answer, Predictor, enlarge, stability
from .network import ShapesSam
from .preparation import INPUT_SIZE, MEAN, STD
from .prompts import NEGATIVE, POSITIVE, box_of

# Lying and upright, larger and smaller than the input.
SCENE_INDICES = (17, 300)
# Coarser than by default, so that the check is quick.
EVERYTHING = replace(SERVED, points_per_side=12)
# Runtimes add up in different orders; answers may differ by this much.
TOLERANCE = {"predicted_iou": 1e-3, "mask_iou": 0.99, "stability_score": 0.01}
DIGITS = 4  # decimals that are kept of scores


def described(mask: np.ndarray, predicted_iou: float, stable: float) -> dict:
    """A mask of the picture, ready for JSON."""
    return {
        "predicted_iou": round(predicted_iou, DIGITS),
        "stability_score": round(stable, DIGITS),
        "area": int(mask.sum()),
        "box": box_of(mask).astype(int).tolist() if mask.any() else None,
        "mask": {"size": list(mask.shape), "counts": run_lengths(mask)},
    }


def described_answer(answer: Answer, predictor: Predictor) -> list[dict]:
    """The three masks of the only prompt."""
    enlarged = enlarge(answer.logits[0], predictor.placement)
    return [
        described((logits > 0).numpy(), float(fit), float(stable))
        for logits, fit, stable in zip(enlarged, answer.fits[0], stability(enlarged))
    ]


def prompts_for(scene: Scene) -> list[dict]:
    """A point, a box, a point with a negative one, and a box with a point."""
    masks = true_masks_of(scene)
    boxes = [list(instance.box) for instance in scene.truth.instances]
    points = inner_points(masks).astype(int).tolist()
    first, last = 0, len(masks) - 1
    return [
        {"points": [[*points[first], POSITIVE]], "box": None},
        {"points": [[*points[last], POSITIVE]], "box": None},
        {"points": [], "box": boxes[first]},
        {"points": [], "box": boxes[last]},
        {"points": [[*points[first], POSITIVE], [*points[last], NEGATIVE]], "box": None},
        {"points": [[*points[last], POSITIVE]], "box": boxes[last]},
    ]


def answer_to(prompt: dict, predictor: Predictor) -> Answer:
    given = np.array(prompt["points"], dtype=np.float64).reshape(1, -1, 3)
    box = None if prompt["box"] is None else np.array([prompt["box"]], dtype=np.float64)
    return predictor.ask(given[..., :2], given[..., 2], box)


def golden_picture(network: ShapesSam, scene: Scene) -> dict:
    predictor = Predictor(network, scene.picture)
    placement = predictor.placement
    everything = [
        described(one.mask, one.predicted_iou, one.stability_score)
        for one in generate(predictor, EVERYTHING)
    ]
    return {
        "file": f"golden-{scene.seed}.png",
        "width": placement.picture_width,
        "height": placement.picture_height,
        "resized": [placement.resized_width, placement.resized_height],
        "truth": [
            {"kind": one.shape.kind, "box": list(one.box), "area": one.visible_area}
            for one in scene.truth.instances
        ],
        "prompts": [
            {**prompt, "masks": described_answer(answer_to(prompt, predictor), predictor)}
            for prompt in prompts_for(scene)
        ],
        "everything": everything,
    }


def golden_answer(network: ShapesSam, scenes: list[Scene]) -> dict:
    """Everything in `golden.json`, ready for JSON."""
    return {
        "preparation": {
            "input": [INPUT_SIZE, INPUT_SIZE],
            "resize": "longest side, at the top left, halves rounded up",
            "resampler": "pil-bilinear",
            "scale": "1/255",
            "mean": MEAN,
            "std": STD,
            "padding": "0 after normalising",
        },
        "prompts": "points x, y, label (1 positive, 0 negative) and boxes x0, y0, x1, y1 in"
        " picture pixels",
        "masks": "the three of each prompt in the decoder's order, enlarged bilinearly to the"
        " input and then to the picture, above 0; counts run down the columns, outside first"
        " (COCO)",
        "everything": {
            "points_per_side": EVERYTHING.points_per_side,
            "pred_iou_thresh": EVERYTHING.pred_iou_thresh,
            "stability_score_thresh": EVERYTHING.stability_score_thresh,
            "stability_score_offset": EVERYTHING.stability_score_offset,
            "box_nms_thresh": EVERYTHING.box_nms_thresh,
        },
        "tolerance": TOLERANCE,
        "pictures": [golden_picture(network, scene) for scene in scenes],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="the model's folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    scenes = [draw_evaluation_scene(Split.HELD_OUT, index) for index in SCENE_INDICES]
    answer = golden_answer(load_network(options.checkpoint), scenes)
    for scene, entry in zip(scenes, answer["pictures"]):
        Image.fromarray(scene.picture).save(options.folder / entry["file"], optimize=True)
        print(entry["file"], len(entry["truth"]), "shapes,", len(entry["everything"]), "masks")
    fields = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in answer.items()]
    (options.folder / "golden.json").write_text("{\n" + ",\n".join(fields) + "\n}\n")


if __name__ == "__main__":
    main()
