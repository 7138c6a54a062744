"""SAM of transformers, split as transformers.js splits it."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from transformers import SamProcessor

from .exported import Exported, RunGraph, TimedAnswer
from .graph_file import GraphDescription, part_files, write_graph
from .huggingface_processor import load_image_processor
from .onnx_runner import timed
from .preparation import prepare
from .segment_anything_answers import best_first, candidates_of, preparation_of

ENCODER, DECODER = "vision_encoder.onnx", "prompt_encoder_mask_decoder.onnx"
EMBEDDINGS = ("image_embeddings", "image_positional_embeddings")


class ServedEncoder(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, ...]:
        embeddings = self.network.get_image_embeddings(pixel_values)
        positions = self.network.get_image_wide_positional_embeddings()
        return embeddings, positions.repeat(embeddings.shape[0], 1, 1, 1)


class ServedDecoder(nn.Module):
    """Takes points; boxes are no part of the split."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        input_points: torch.Tensor,
        input_labels: torch.Tensor,
        image_embeddings: torch.Tensor,
        image_positional_embeddings: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        sparse, dense = self.network.prompt_encoder(
            input_points=input_points, input_labels=input_labels, input_boxes=None, input_masks=None
        )
        masks, predictions, *_ = self.network.mask_decoder(
            image_embeddings=image_embeddings,
            image_positional_embeddings=image_positional_embeddings,
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=True,
        )
        return predictions, masks


def export(network: nn.Module, options: argparse.Namespace, folder: Path) -> Exported:
    vision = network.config.vision_config
    side, cells, channels = vision.image_size, vision.image_size // vision.patch_size, vision.output_channels
    processor = SamProcessor(load_image_processor(options.checkpoint))
    encoder_files = write_encoder(network, side, cells, channels, folder / ENCODER)
    decoder_files = write_decoder(network, side, cells, channels, folder / DECODER)
    preparation = preparation_of(side)
    return Exported(
        parts={**part_files("encoder", encoder_files), **part_files("decoder", decoder_files)},
        fields={
            "task": "segmentation",
            "family": "sam",
            "description": "Segment Anything of transformers: masks of what points show, and of all that is there.",
            "preparation": preparation,
            "family_options": {"prompt_kinds": ["points"]},
        },
        ask_original=lambda picture: ask_original(network, processor, picture),
        ask_graphs=lambda picture, run: ask_graphs(run, picture, preparation),
        ask_service=lambda picture, service, model: service.prompted_masks(
            picture,
            model,
            [{"points": [{"x": x, "y": y} for x, y in points]} for points in prompts_for(picture)],
        ),
    )


def write_encoder(network: nn.Module, side: int, cells: int, channels: int, path: Path) -> list[str]:
    batch = {0: "batch"}
    shape = [None, channels, cells, cells]
    description = GraphDescription(
        inputs={"pixel_values": batch},
        outputs={name: batch for name in EMBEDDINGS},
        output_shapes={name: shape for name in EMBEDDINGS},
    )
    return write_graph(ServedEncoder(network), (torch.zeros(1, 3, side, side),), path, description)


def write_decoder(network: nn.Module, side: int, cells: int, channels: int, path: Path) -> list[str]:
    batch, prompts = {0: "batch"}, {0: "batch", 1: "prompts"}
    description = GraphDescription(
        inputs={
            "input_points": {**prompts, 2: "points"},
            "input_labels": {**prompts, 2: "points"},
            **{name: batch for name in EMBEDDINGS},
        },
        outputs={"iou_scores": prompts, "pred_masks": prompts},
        output_shapes={"iou_scores": [None, None, 3], "pred_masks": [None, None, 3, cells * 4, cells * 4]},
    )
    embedding = torch.rand(1, channels, cells, cells)
    example = (torch.rand(1, 2, 3, 2) * side, torch.ones(1, 2, 3, dtype=torch.int64), embedding, embedding)
    return write_graph(ServedDecoder(network), example, path, description)


def prompts_for(picture: Image.Image) -> list[list[tuple[int, int]]]:
    width, height = picture.size
    middle = (width // 2, height // 2)
    return [[middle], [(width // 4, height // 4)], [middle, (width // 3, height // 2)]]


def ask_original(network: nn.Module, processor: Any, picture: Image.Image) -> TimedAnswer:
    found, seconds = [], 0.0
    for points in prompts_for(picture):
        feed = processor(picture, input_points=[[list(map(list, points))]], return_tensors="pt")
        with torch.no_grad():
            # Every prompt encodes the picture anew; the time is that of one.
            answer, seconds = timed(
                lambda: network(
                    pixel_values=feed["pixel_values"],
                    input_points=feed["input_points"].float(),
                    multimask_output=True,
                )
            )
        masks = processor.post_process_masks(
            answer.pred_masks, feed["original_sizes"], feed["reshaped_input_sizes"]
        )[0]
        found.append((answer.pred_masks[0, 0].numpy(), answer.iou_scores[0, 0].numpy(), masks[0].numpy()))
    return TimedAnswer(best_first(found), seconds)


def ask_graphs(run: RunGraph, picture: Image.Image, preparation: dict[str, Any]) -> TimedAnswer:
    prepared = prepare(picture, preparation)
    encoded = run(ENCODER, {"pixel_values": prepared.feed})
    width, height = prepared.resized
    seconds, found = 0.0, []
    for points in prompts_for(picture):
        scale = np.array([width / picture.width, height / picture.height], np.float32)
        coords = np.array(points, np.float32) * scale
        labels = np.ones((1, 1, len(points)), np.int64)
        feeds = {"input_points": coords[None, None], "input_labels": labels}
        decoded = run(DECODER, {**feeds, **{name: encoded.outputs[name] for name in EMBEDDINGS}})
        seconds = encoded.seconds + decoded.seconds
        logits, predictions = (decoded.outputs[name][0, 0] for name in ("pred_masks", "iou_scores"))
        found.append(candidates_of(logits, predictions, preparation["width"], prepared.resized, picture))
    return TimedAnswer(best_first(found), seconds)
