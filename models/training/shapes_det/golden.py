"""Writes the golden check of shapes-det: pictures and what is found on them.

The pictures are held-out scenes at their own size, stored as
`golden-<seed>.png`.  `golden.json` holds what PyTorch and this package's
decoding find on them: boxes in picture pixels, scores, class ids and masks,
so that another runtime and another decoding can be compared with it.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from shapes_world import KINDS, Split

from .dataset import EvaluationScene, evaluation_scene
from .decode import mask_of
from .evaluate import detect, load_network
from .network import ShapesDet
from .preparation import PADDING

# Lying and upright, larger and smaller than the input, four to six shapes each.
# No score comes so near to another or to the threshold that runtimes could differ.
SCENE_INDICES = (17, 19, 37, 300)
DECODING = {"score_threshold": 0.25, "overlap_limit": 0.7, "best_class_only": True}
# Runtimes add up in different orders, and a service may round boxes to hundredths;
# answers may differ by this much.
TOLERANCE = {"box_pixels": 0.02, "score": 1e-3, "mask_iou": 0.99}
DIGITS = 4  # decimals that are kept of boxes and scores


def run_lengths(mask: np.ndarray) -> list[int]:
    """COCO's uncompressed run lengths of a bool [h, w]: down the columns, zeros first."""
    flat = mask.flatten(order="F").astype(np.int8)
    changes = np.flatnonzero(np.diff(flat, prepend=np.int8(0)))
    return np.diff(changes, prepend=0, append=len(flat)).tolist()


def rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), DIGITS) for value in values]


def golden_detections(network: ShapesDet, example: EvaluationScene) -> list[dict]:
    """What is found on one picture, best first."""
    found, prototypes = detect(network, example.model_input, **DECODING)
    boxes = example.placement.boxes_to_picture(found.boxes)
    detections = []
    for index, class_id in enumerate(found.class_ids.tolist()):
        mask = mask_of(
            found.coefficients[index], prototypes, found.boxes[index], example.placement
        )
        detections.append(
            {
                "class_id": class_id,
                "label": KINDS[class_id],
                "score": round(float(found.scores[index]), DIGITS),
                "box": rounded(boxes[index]),
                "area": int(mask.sum()),
                "mask": {"size": list(mask.shape), "counts": run_lengths(mask)},
            }
        )
    return detections


def golden_picture(network: ShapesDet, example: EvaluationScene) -> dict:
    placement = example.placement
    return {
        "file": f"golden-{example.scene.seed}.png",
        "width": placement.picture_width,
        "height": placement.picture_height,
        "placement": {
            "input": [placement.size, placement.size],
            "resized": [placement.resized_width, placement.resized_height],
            "offset": [placement.left, placement.top],
        },
        "truth": [
            {"class_id": class_id, "box": box}
            for class_id, box in zip(example.class_ids.tolist(), example.boxes.tolist())
        ],
        "detections": golden_detections(network, example),
    }


def golden_answer(network: ShapesDet, examples: list[EvaluationScene]) -> dict:
    """Everything in `golden.json`, ready for JSON."""
    return {
        "preparation": {
            "resize": "letterbox",
            "resampler": "cv2-linear",
            "padding_color": [PADDING] * 3,
            "scale": "1/255",
        },
        "decoding": {
            "score_threshold": DECODING["score_threshold"],
            "iou_threshold": DECODING["overlap_limit"],
            "class_agnostic": False,
            "multi_label": not DECODING["best_class_only"],
            "boxes": "x0, y0, x1, y1 in picture pixels, clipped",
            "masks": "enlarged bilinearly to the picture, in where positive and left and"
            " upper edge are in the box; counts run down the columns, outside first (COCO)",
        },
        "classes": KINDS,
        "tolerance": TOLERANCE,
        "pictures": [golden_picture(network, example) for example in examples],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="the model's folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    examples = [evaluation_scene(Split.HELD_OUT, index) for index in SCENE_INDICES]
    answer = golden_answer(load_network(options.checkpoint), examples)
    for example, entry in zip(examples, answer["pictures"]):
        picture = Image.fromarray(example.scene.picture)
        picture.save(options.folder / entry["file"], optimize=True)
        print(entry["file"], [found["label"] for found in entry["detections"]])
    fields = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in answer.items()]
    (options.folder / "golden.json").write_text("{\n" + ",\n".join(fields) + "\n}\n")


if __name__ == "__main__":
    main()
