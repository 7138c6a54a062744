"""DETR of transformers."""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from .answers import Detections, softmax
from .exported import Exported, TimedAnswer
from .graph_file import GraphDescription, write_graph
from .huggingface_labels import labels_of
from .huggingface_preparation import preparation_of
from .huggingface_processor import load_image_processor
from .onnx_runner import timed
from .preparation import prepare

GRAPH = "graph.onnx"
FREE = {0: "batch", 2: "height", 3: "width"}
EXAMPLE_SIDES = (192, 256)


class ServedDetr(nn.Module):
    """Logits of each query, the last for nothing, and boxes as shares of the picture."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: torch.Tensor, pixel_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        found = self.network(pixel_values=pixel_values, pixel_mask=pixel_mask)
        return found.logits, found.pred_boxes


def export(network: nn.Module, options: argparse.Namespace, folder: Path) -> Exported:
    labels = labels_of(network.config, options)
    processor = load_image_processor(options.checkpoint)
    preparation = preparation_of(processor.to_dict(), options.checkpoint / "preprocessor_config.json")
    write_detr(network, len(labels), folder / GRAPH)

    def ask_original(picture: Image.Image) -> TimedAnswer:
        feed = processor(images=picture, return_tensors="pt")
        with torch.no_grad():
            found, seconds = timed(lambda: network(**feed))
        size = [(picture.height, picture.width)]
        rows = processor.post_process_object_detection(found, options.score_threshold, size)[0]
        values = (rows[name].numpy() for name in ("boxes", "scores", "labels"))
        return TimedAnswer(clipped(Detections(*values), picture), seconds)

    def ask_graphs(picture: Image.Image, run) -> TimedAnswer:
        feed = prepare(picture, preparation).feed
        mask = np.ones((1, *feed.shape[2:]), np.int64)
        done = run(GRAPH, {"pixel_values": feed, "pixel_mask": mask})
        answer = decode(
            done.outputs["logits"][0], done.outputs["pred_boxes"][0], picture, options.score_threshold
        )
        return TimedAnswer(answer, done.seconds)

    return Exported(
        parts={"graph": GRAPH},
        fields={
            "task": "detection",
            "family": "detr",
            "description": f"DETR of transformers with {len(labels)} classes.",
            "labels": labels,
            "preparation": preparation,
            "family_options": {"activation": "softmax"},
        },
        ask_original=ask_original,
        ask_graphs=ask_graphs,
        ask_service=lambda picture, service, model: service.detections(
            picture, model, options.score_threshold, has_masks=False
        ),
        labels=labels,
    )


def write_detr(network: nn.Module, classes: int, path: Path) -> None:
    description = GraphDescription(
        inputs={"pixel_values": FREE, "pixel_mask": {0: "batch", 1: "height", 2: "width"}},
        outputs={"logits": {0: "batch"}, "pred_boxes": {0: "batch"}},
        output_shapes={
            "logits": [None, network.config.num_queries, classes + 1],
            "pred_boxes": [None, network.config.num_queries, 4],
        },
    )
    example = (torch.rand(1, 3, *EXAMPLE_SIDES), torch.ones(1, *EXAMPLE_SIDES, dtype=torch.int64))
    write_graph(ServedDetr(network), example, path, description)


def decode(logits: np.ndarray, boxes: np.ndarray, picture: Image.Image, score_threshold: float) -> Detections:
    """`post_process_object_detection`: of each query its best class."""
    scores = softmax(logits, 1)[:, :-1].astype(np.float32)
    best = scores.argmax(1)
    kept = np.flatnonzero(scores.max(1) > score_threshold)
    centers, sides = boxes[kept, :2], boxes[kept, 2:]
    corners = np.concatenate((centers - 0.5 * sides, centers + 0.5 * sides), 1)
    placed = corners * np.array([picture.width, picture.height] * 2, np.float32)
    return clipped(Detections(placed, scores.max(1)[kept], best[kept]), picture)


def clipped(found: Detections, picture: Image.Image) -> Detections:
    """Boxes without what lies beside the picture, as the service tells them."""
    edges = np.clip(found.boxes, 0, np.array([picture.width, picture.height] * 2, np.float32))
    return Detections(edges, found.scores, found.class_ids)
