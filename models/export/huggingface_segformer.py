"""SegFormer of transformers."""

import argparse
from pathlib import Path

import torch
from PIL import Image
from torch import nn

from .answers import class_map
from .exported import Exported, TimedAnswer
from .graph_file import GraphDescription, write_graph
from .huggingface_labels import labels_of
from .huggingface_preparation import preparation_of
from .huggingface_processor import load_image_processor
from .onnx_runner import timed
from .preparation import prepare

GRAPH = "graph.onnx"
FREE = {0: "batch", 2: "height", 3: "width"}


class ServedSegformer(nn.Module):
    """Logits at a quarter of the input's size."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.network(pixel_values=pixel_values).logits


def export(network: nn.Module, options: argparse.Namespace, folder: Path) -> Exported:
    labels = labels_of(network.config, options)
    processor = load_image_processor(options.checkpoint)
    preparation = preparation_of(processor.to_dict(), options.checkpoint / "preprocessor_config.json")
    served = ServedSegformer(network)
    side = 128
    description = GraphDescription(
        inputs={"pixel_values": FREE},
        outputs={"logits": FREE},
        output_shapes={"logits": [None, len(labels), None, None]},
    )
    write_graph(served, (torch.zeros(1, 3, side, side),), folder / GRAPH, description)

    def ask_original(picture: Image.Image) -> TimedAnswer:
        feed = processor(images=picture, return_tensors="pt")["pixel_values"]
        with torch.no_grad():
            logits, seconds = timed(lambda: served(feed)[0])
        return TimedAnswer(class_map(logits.numpy(), picture.width, picture.height), seconds)

    def ask_graphs(picture: Image.Image, run) -> TimedAnswer:
        done = run(GRAPH, {"pixel_values": prepare(picture, preparation).feed})
        answer = class_map(done.outputs["logits"][0], picture.width, picture.height)
        return TimedAnswer(answer, done.seconds)

    return Exported(
        parts={"graph": GRAPH},
        fields={
            "task": "segmentation",
            "family": "semantic-segmentation",
            "description": f"SegFormer of transformers with {len(labels)} classes.",
            "labels": labels,
            "palette": "ade20k" if len(labels) == 150 else "distinct",
            "preparation": preparation,
        },
        ask_original=ask_original,
        ask_graphs=ask_graphs,
        ask_service=lambda picture, service, model: service.class_map(picture, model),
        labels=labels,
    )
