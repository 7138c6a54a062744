"""DeepLabV3, FCN and LR-ASPP of torchvision."""

import argparse
from pathlib import Path

import torch
from PIL import Image
from torch import nn
from torchvision.models import segmentation
from torchvision.transforms import functional

from .answers import class_map
from .checkpoint_kind import require_kind
from .export_failure import ExportFailure
from .exported import Exported, RunGraph, TimedAnswer
from .graph_file import GraphDescription, write_graph
from .labels import plain_labels, read_labels
from .manifest import IMAGENET_STATISTICS
from .match_weights import match_weights, shape_of
from .onnx_runner import timed
from .preparation import prepare
from .safe_load import load_checkpoint

KIND = "torchvision-segmentation"
GRAPH = "graph.onnx"
PASCAL_VOC_CLASSES = 21
EXAMPLE_SIDES = (96, 128)
FREE = {0: "batch", 2: "height", 3: "width"}
AUXILIARY = "aux_classifier."


class ServedSegmentation(nn.Module):
    """The network without its auxiliary head: logits of the input's size."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return self.network(picture)["out"]


def export(options: argparse.Namespace, folder: Path) -> Exported:
    checkpoint = load_checkpoint(options.checkpoint, options.key)
    weights = checkpoint.weights
    require_kind(weights, KIND)
    # Only training looks at it.
    weights = {name: value for name, value in weights.items() if not name.startswith(AUXILIARY)}
    classes = count_classes(weights)
    architecture = options.architecture or recognize_architecture(weights)
    network = match_weights(build(architecture, classes), weights, architecture)
    served = ServedSegmentation(network)
    labels, palette = labels_of(options, classes)
    preparation = preparation_of(options)
    write_segmentation(served, classes, folder / GRAPH)
    return Exported(
        parts={"graph": GRAPH},
        fields={
            "task": "segmentation",
            "family": "semantic-segmentation",
            "description": f"{architecture} of torchvision with {classes} classes.",
            "labels": labels,
            "palette": palette,
            "preparation": preparation,
        },
        ask_original=lambda picture: ask_original(served, picture, options),
        network=served,
        ask_graphs=lambda picture, run: ask_graph(run, picture, preparation),
        ask_service=lambda picture, service, model: service.class_map(picture, model),
        labels=labels,
        notes=checkpoint.notes,
    )


def write_segmentation(network: nn.Module, classes: int, path: Path) -> None:
    description = GraphDescription(
        inputs={"picture": FREE},
        outputs={"out": FREE},
        output_shapes={"out": [None, classes, None, None]},
    )
    write_graph(network, (torch.zeros(1, 3, *EXAMPLE_SIDES),), path, description)


def recognize_architecture(weights: dict[str, torch.Tensor]) -> str:
    if "classifier.low_classifier.weight" in weights:
        return "lraspp_mobilenet_v3_large"
    head = "deeplabv3" if any(name.startswith("classifier.0.convs.") for name in weights) else "fcn"
    if not any(name.startswith("backbone.layer1.") for name in weights):
        if head == "fcn":
            raise ExportFailure("the weights are those of an FCN without a ResNet, which torchvision doesn't have")
        return "deeplabv3_mobilenet_v3_large"
    return f"{head}_resnet101" if "backbone.layer3.22.conv1.weight" in weights else f"{head}_resnet50"


def count_classes(weights: dict[str, torch.Tensor]) -> int:
    low = "classifier.low_classifier.weight"
    return shape_of(weights, low if low in weights else "classifier.4.weight")[0]


def build(architecture: str, classes: int) -> nn.Module:
    known = {} if architecture.startswith("lraspp") else {"aux_loss": False}
    constructor = getattr(segmentation, architecture)
    return constructor(weights=None, weights_backbone=None, num_classes=classes, **known)


def labels_of(options: argparse.Namespace, classes: int) -> tuple[list[str], str]:
    if options.labels:
        return read_labels(options.labels, classes), "distinct"
    if classes == PASCAL_VOC_CLASSES:
        weights = segmentation.DeepLabV3_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1
        names = weights.meta["categories"]
        return ["background", *names[1:]], "pascal-voc"
    return plain_labels(classes), "distinct"


def preparation_of(options: argparse.Namespace) -> dict:
    if options.stretch:
        width, height = options.stretch
        size = {"resize": "stretch", "width": width, "height": height}
    else:
        size = {"resize": "shortest-edge", "shortest_edge": options.shortest_edge}
    return {**size, "resampler": "pil-bilinear", **IMAGENET_STATISTICS}


def ask_original(network: nn.Module, picture: Image.Image, options: argparse.Namespace) -> TimedAnswer:
    """As torchvision's own presets prepare pictures; the class is chosen at the picture's size."""
    size = options.stretch[::-1] if options.stretch else options.shortest_edge
    resized = functional.resize(picture, size)
    feed = functional.normalize(functional.to_tensor(resized), **IMAGENET_STATISTICS)[None]
    with torch.no_grad():
        logits, seconds = timed(lambda: network(feed)[0])
    return TimedAnswer(class_map(logits.numpy(), picture.width, picture.height), seconds)


def ask_graph(run: RunGraph, picture: Image.Image, preparation: dict) -> TimedAnswer:
    done = run(GRAPH, {"picture": prepare(picture, preparation).feed})
    return TimedAnswer(class_map(done.outputs["out"][0], picture.width, picture.height), done.seconds)
