"""Faster R-CNN and Mask R-CNN of torchvision."""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional
from torchvision.models import detection
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.transform import (
    GeneralizedRCNNTransform,
    resize_boxes,
)
from torchvision.ops.misc import FrozenBatchNorm2d
from torchvision.transforms.functional import to_tensor

from .answers import Detections
from .checkpoint_kind import require_kind
from .command_line import DETECTION_ARCHITECTURES
from .export_failure import ExportFailure
from .exported import Exported, RunGraph, TimedAnswer
from .graph_file import GraphDescription, write_graph
from .labels import plain_labels, read_labels
from .match_weights import COUNTER, match_weights, shape_of
from .onnx_runner import timed
from .paste_masks import paste_masks
from .preparation import prepare
from .roi_align_operator import register_roi_align
from .safe_load import load_checkpoint

KIND = "torchvision-detection"
GRAPH = "graph.onnx"
COCO_CLASSES = 91
EXAMPLE_SIDES = (240, 320)
BATCH_NORM_EPS = 1e-5
MASK_CELLS = 28
ROWS = {0: "things"}
# The graph resizes and normalizes by itself.
PREPARATION = {"resize": "none"}


class ServedDetection(nn.Module):
    """The network for one picture of [3, height, width], RGB from 0 to 1.

    Boxes are in pixels of the picture; masks are those of the boxes, 28 × 28: pasting them into the picture is
    left to the service, which does it for those that are wanted, and not for a hundred at full size.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, ...]:
        transform = self.network.transform
        resized = resize(
            transform.normalize(picture), float(transform.min_size[-1]), float(transform.max_size)
        )
        height, width = resized.shape[-2:]
        padding = (0, -width % transform.size_divisible, 0, -height % transform.size_divisible)
        images = ImageList(functional.pad(resized[None], padding), [(height, width)])
        features = self.network.backbone(images.tensors)
        proposals, _ = self.network.rpn(images, features)
        (found,), _ = self.network.roi_heads(features, proposals, images.image_sizes)
        boxes = resize_boxes(found["boxes"], images.image_sizes[0], picture.shape[-2:])
        masks = (found["masks"],) if "masks" in found else ()
        return (boxes, found["labels"], found["scores"], *masks)


def resize(picture: torch.Tensor, shortest: float, longest: float) -> torch.Tensor:
    """`GeneralizedRCNNTransform.resize`, to the same pixel.

    That one reckons otherwise when it is traced: some pictures, such as those of 430 pixels, would become a pixel
    higher or lower, and every box another.
    """
    sizes = torch._shape_as_tensor(picture)[-2:]
    sides = torch.stack((sizes.min(), sizes.max()))
    if RECKONS_WITH_FLOATS:
        scale = (sides.float().reciprocal() * torch.tensor([shortest, longest])).min().double()
    else:
        scale = torch.div(torch.tensor([shortest, longest], dtype=torch.float64), sides.double()).min()
    height, width = torch.floor(sizes.double() * scale).long().unbind()
    return functional.interpolate(picture[None], size=(height, width), mode="bilinear", align_corners=False)[
        0
    ]


def reckons_with_floats() -> bool:
    """Whether the installed torchvision takes scales in single precision, as it did up to 0.14 at least."""
    transform = GeneralizedRCNNTransform(800, 1333, [0.0] * 3, [1.0] * 3)
    resized, _ = transform.resize(torch.zeros(3, 430, 512))
    return resized.shape[1] == 799


RECKONS_WITH_FLOATS = reckons_with_floats()


def export(options: argparse.Namespace, folder: Path) -> Exported:
    checkpoint = load_checkpoint(options.checkpoint, options.key)
    weights = checkpoint.weights
    require_kind(weights, KIND)
    architecture = options.architecture or recognize_architecture(weights)
    classes = shape_of(weights, "roi_heads.box_predictor.cls_score.weight")[0]
    eps = batch_norm_eps(options, weights)
    network = match_weights(build(architecture, classes, weights, options, eps), weights, architecture)
    has_masks = architecture.startswith("maskrcnn")
    labels = labels_of(options, classes)
    write_detection(ServedDetection(network), has_masks, folder / GRAPH)
    return Exported(
        parts={"graph": GRAPH},
        fields={
            "task": "detection",
            "family": "rcnn",
            "description": f"{architecture} of torchvision with {classes - 1} classes.",
            "labels": labels,
            "preparation": PREPARATION,
            "family_options": {"masks": has_masks},
        },
        ask_original=lambda picture: ask_original(network, picture, options.score_threshold),
        network=network,
        ask_graphs=lambda picture, run: ask_graph(run, picture, options.score_threshold),
        ask_service=lambda picture, service, model: service.detections(
            picture, model, options.score_threshold, has_masks
        ),
        labels=labels,
        notes=[*checkpoint.notes, *notes_on(architecture, eps)],
    )


def write_detection(network: nn.Module, has_masks: bool, path: Path) -> None:
    outputs = {"boxes": ROWS, "labels": ROWS, "scores": ROWS, **({"masks": ROWS} if has_masks else {})}
    description = GraphDescription(
        inputs={"picture": {1: "height", 2: "width"}},
        outputs=outputs,
        output_shapes={
            "boxes": [None, 4],
            "labels": [None],
            "scores": [None],
            "masks": [None, 1, MASK_CELLS, MASK_CELLS],
        },
    )
    register_roi_align()
    # Noise, so that something is found while the graph is traced.
    example = torch.rand(3, *EXAMPLE_SIDES, generator=torch.Generator().manual_seed(0))
    write_graph(network, (example,), path, description)


def recognize_architecture(weights: dict[str, torch.Tensor]) -> str:
    if "backbone.body.layer1.0.conv1.weight" not in weights:
        both = " or ".join(name for name in DETECTION_ARCHITECTURES if "mobilenet" in name)
        raise ExportFailure(f"the weights alone don't tell which network they are of: give --architecture {both}")
    kind = "maskrcnn" if any(name.startswith("roi_heads.mask_head.") for name in weights) else "fasterrcnn"
    is_second = any(name.startswith("rpn.head.conv.1.") for name in weights)
    return f"{kind}_resnet50_fpn_v2" if is_second else f"{kind}_resnet50_fpn"


def notes_on(architecture: str, eps: float | None) -> list[str]:
    """What a checkpoint doesn't hold, so that the comparison cannot find it wrong."""
    settings = (
        f"anchors, thresholds and statistics of pixels are those that {architecture} has unless told otherwise;"
        " a program that builds it with others has to export it by itself"
    )
    if eps != 0:
        return [settings]
    frozen = (
        "frozen batch norms have an eps of 0, as in what is tuned from torchvision's COCO weights;"
        " if training began with weights of the backbone alone: --batch-norm-eps 1e-5"
    )
    return [settings, frozen]


def batch_norm_eps(options: argparse.Namespace, weights: dict[str, torch.Tensor]) -> float | None:
    """torchvision's weights for COCO were trained without one, and so is what is tuned from them.

    @return `None` where the network has it as it is built
    """
    if options.batch_norm_eps is not None:
        return options.batch_norm_eps
    is_first_resnet = "backbone.body.layer1.0.conv1.weight" in weights and not any(
        name.startswith("rpn.head.conv.1.") for name in weights
    )
    return 0.0 if is_first_resnet and is_frozen(weights) else None


def is_frozen(weights: dict[str, torch.Tensor]) -> bool:
    return not any(name.startswith("backbone.") and name.endswith(COUNTER) for name in weights)


def build(
    architecture: str,
    classes: int,
    weights: dict[str, torch.Tensor],
    options: argparse.Namespace,
    eps: float | None,
) -> nn.Module:
    constructor = getattr(detection, architecture)
    sizes = {"min_size": options.shortest_edge, "max_size": options.longest_edge}
    given = {name: size for name, size in sizes.items() if size is not None}
    network = constructor(weights=None, weights_backbone=None, num_classes=classes, **given)
    if eps is not None:
        for module in network.modules():
            if isinstance(module, (nn.BatchNorm2d, FrozenBatchNorm2d)):
                module.eps = eps
    if options_differ(network, weights):
        raise ExportFailure(
            f"{architecture} has other sizes of anchors than the checkpoint; networks that were put together"
            " otherwise have to be exported by the program that builds them"
        )
    return network


def options_differ(network: nn.Module, weights: dict[str, torch.Tensor]) -> bool:
    name = "rpn.head.cls_logits.weight"
    return name in weights and network.state_dict()[name].shape != weights[name].shape


def labels_of(options: argparse.Namespace, classes: int) -> list[str]:
    if options.labels:
        return read_labels(options.labels, classes)
    if classes == COCO_CLASSES:
        return list(detection.MaskRCNN_ResNet50_FPN_Weights.COCO_V1.meta["categories"])
    return plain_labels(classes, "__background__")


def ask_original(network: nn.Module, picture: Image.Image, score_threshold: float) -> TimedAnswer:
    """torchvision's own forward, which pastes masks into the picture."""
    feed = to_tensor(picture)
    with torch.no_grad():
        found, seconds = timed(lambda: network([feed])[0])
    rows = found["scores"] >= score_threshold
    masks = (found["masks"][rows, 0] >= 0.5).numpy() if "masks" in found else None
    answer = Detections(
        found["boxes"][rows].numpy(), found["scores"][rows].numpy(), found["labels"][rows].numpy(), masks
    )
    return TimedAnswer(answer, seconds)


def ask_graph(run: RunGraph, picture: Image.Image, score_threshold: float) -> TimedAnswer:
    done = run(GRAPH, {"picture": prepare(picture, PREPARATION).feed[0]})
    found = done.outputs
    rows = np.flatnonzero(found["scores"] >= score_threshold)
    boxes = found["boxes"][rows]
    masks = paste_masks(found["masks"][rows], boxes, picture, "torchvision") if "masks" in found else None
    return TimedAnswer(Detections(boxes, found["scores"][rows], found["labels"][rows], masks), done.seconds)
