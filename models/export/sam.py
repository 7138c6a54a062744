"""Meta's Segment Anything in all three sizes, with the networks of the installed segment_anything."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from segment_anything import SamPredictor, sam_model_registry
from segment_anything.modeling import Sam
from segment_anything.utils.onnx import SamOnnxModel
from torch import nn

from .checkpoint_kind import require_kind
from .export_failure import ExportFailure
from .exported import Exported, RunGraph, TimedAnswer
from .graph_file import GraphDescription, part_files, write_graph
from .match_weights import match_weights, shape_of
from .onnx_runner import timed
from .preparation import prepare
from .safe_load import load_checkpoint
from .segment_anything_answers import best_first, candidates_of, preparation_of

KIND = "sam"
ENCODER, DECODER = "encoder.onnx", "decoder.onnx"
# By the encoder's width.
SIZES = {768: "vit_b", 1024: "vit_l", 1280: "vit_h"}
SIDE = 1024
CELLS = 256
# The first of a decoder's masks is for prompts that leave nothing open; the others are its candidates.
CANDIDATES = slice(1, 4)
LABEL_OF_BOX = (2, 3)
LABEL_OF_NOTHING = -1


class ServedEncoder(nn.Module):
    """Takes pictures that are normalized and padded already."""

    def __init__(self, network: Sam) -> None:
        super().__init__()
        self.encoder = network.image_encoder

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return self.encoder(picture)


@dataclass(frozen=True)
class Prompt:
    """In pixels of the picture."""

    points: tuple[tuple[float, float, bool], ...] = ()  # x, y, whether it is on the object
    box: tuple[float, float, float, float] | None = None


def export(options: argparse.Namespace, folder: Path) -> Exported:
    checkpoint = load_checkpoint(options.checkpoint, options.key)
    weights = checkpoint.weights
    require_kind(weights, KIND)
    size = recognize_size(weights)
    network = match_weights(sam_model_registry[size](), weights, f"segment_anything's {size}")
    encoder_files = write_encoder(network, folder / ENCODER)
    decoder_files = write_decoder(network, folder / DECODER)
    preparation = preparation_of(SIDE)
    return Exported(
        parts={**part_files("encoder", encoder_files), **part_files("decoder", decoder_files)},
        fields={
            "task": "segmentation",
            "family": "sam",
            "description": f"Segment Anything, {size}: masks of what points and boxes show, and of all that is there.",
            "preparation": preparation,
            "family_options": {"prompt_kinds": ["points", "boxes", "masks"]},
        },
        ask_original=lambda picture: ask_original(network, picture),
        ask_graphs=lambda picture, run: ask_graphs(run, picture, preparation),
        ask_service=lambda picture, service, model: service.prompted_masks(
            picture, model, [as_request(prompt) for prompt in prompts_for(picture)]
        ),
        notes=checkpoint.notes,
    )


def recognize_size(weights: dict[str, torch.Tensor]) -> str:
    width = shape_of(weights, "image_encoder.pos_embed")[-1]
    if width not in SIZES:
        known = ", ".join(f"{name} ({width})" for width, name in SIZES.items())
        raise ExportFailure(f"the encoder is {width} channels wide; segment_anything has {known}")
    return SIZES[width]


def write_encoder(network: Sam, path: Path) -> list[str]:
    description = GraphDescription(
        inputs={"picture": {}},
        outputs={"image_embeddings": {}},
        output_shapes={"image_embeddings": [1, 256, SIDE // 16, SIDE // 16]},
    )
    return write_graph(ServedEncoder(network), (torch.zeros(1, 3, SIDE, SIDE),), path, description)


def write_decoder(network: Sam, path: Path) -> list[str]:
    """As segment_anything's own script, and with any number of prompts in one run."""
    prompts = {0: "prompts"}
    description = GraphDescription(
        inputs={
            "image_embeddings": {},
            "point_coords": {**prompts, 1: "points"},
            "point_labels": {**prompts, 1: "points"},
            "mask_input": prompts,
            "has_mask_input": {},
            "orig_im_size": {},
        },
        outputs={
            "masks": {**prompts, 2: "height", 3: "width"},
            "iou_predictions": prompts,
            "low_res_masks": prompts,
        },
        output_shapes={
            "masks": [None, 4, None, None],
            "iou_predictions": [None, 4],
            "low_res_masks": [None, 4, CELLS, CELLS],
        },
    )
    example = (
        torch.rand(1, 256, SIDE // 16, SIDE // 16),
        torch.rand(2, 5, 2) * SIDE,
        torch.tensor([[1.0, 0, 2, 3, -1]] * 2),
        torch.rand(2, 1, CELLS, CELLS),
        torch.tensor([1.0]),
        torch.tensor([750.0, 1000.0]),
    )
    return write_graph(SamOnnxModel(network, return_single_mask=False), example, path, description)


def prompts_for(picture: Image.Image) -> list[Prompt]:
    """A point, a box, and a box with points on and beside the object; they fit every picture."""
    width, height = picture.size
    middle = (width // 2, height // 2, True)
    box = (width // 4, height // 4, width * 3 // 4, height * 3 // 4)
    return [Prompt((middle,)), Prompt(box=box), Prompt((middle, (width // 8, height // 8, False)), box)]


def as_request(prompt: Prompt) -> dict[str, Any]:
    points = [{"x": x, "y": y, "positive": positive} for x, y, positive in prompt.points]
    return {**({"points": points} if points else {}), **({"box": list(prompt.box)} if prompt.box else {})}


def ask_original(network: Sam, picture: Image.Image) -> TimedAnswer:
    """Through segment_anything's own predictor."""
    predictor = SamPredictor(network)
    _, seconds = timed(lambda: predictor.set_image(np.asarray(picture)))
    found = []
    for prompt in prompts_for(picture):
        points = np.array([(x, y) for x, y, _ in prompt.points], np.float32)
        labels = np.array([positive for _, _, positive in prompt.points], np.int64)
        masks, predictions, logits = predictor.predict(
            points if len(points) else None,
            labels if len(points) else None,
            np.array(prompt.box, np.float32) if prompt.box else None,
            multimask_output=True,
        )
        found.append((logits, predictions, masks))
    return TimedAnswer(best_first(found), seconds)


def ask_graphs(run: RunGraph, picture: Image.Image, preparation: dict[str, Any]) -> TimedAnswer:
    prepared = prepare(picture, preparation)
    encoded = run(ENCODER, {"picture": prepared.feed})
    width, height = prepared.resized
    seconds, found = encoded.seconds, []
    for prompt in prompts_for(picture):
        coords, labels = tokens_of(prompt, width / picture.width, height / picture.height)
        decoded = run(
            DECODER,
            {
                "image_embeddings": encoded.outputs["image_embeddings"],
                "point_coords": coords[None],
                "point_labels": labels[None],
                "mask_input": np.zeros((1, 1, CELLS, CELLS), np.float32),
                "has_mask_input": np.zeros(1, np.float32),
                "orig_im_size": np.array([CELLS, CELLS], np.float32),
            },
        )
        seconds += decoded.seconds
        logits, predictions = (
            decoded.outputs[name][0, CANDIDATES] for name in ("low_res_masks", "iou_predictions")
        )
        found.append(candidates_of(logits, predictions, SIDE, prepared.resized, picture))
    return TimedAnswer(best_first(found), seconds)


def tokens_of(prompt: Prompt, scale_x: float, scale_y: float) -> tuple[np.ndarray, np.ndarray]:
    """Points and corners with their labels, in pixels of the input; without a box a point that is none."""
    tokens = [(x, y, int(positive)) for x, y, positive in prompt.points]
    if prompt.box:
        x0, y0, x1, y1 = prompt.box
        tokens += [(x0, y0, LABEL_OF_BOX[0]), (x1, y1, LABEL_OF_BOX[1])]
    else:
        tokens.append((0, 0, LABEL_OF_NOTHING))
    values = np.array(tokens, np.float32)
    return values[:, :2] * np.array([scale_x, scale_y], np.float32), values[:, 2]
