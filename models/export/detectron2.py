"""Faster and Mask R-CNN with ResNet and FPN of Detectron2."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torchvision.models.detection import MaskRCNN_ResNet50_FPN_Weights

from .answers import Detections
from .checkpoint_kind import require_kind
from .detectron2_config import Config, read_config
from .detectron2_network import GeneralizedRcnn
from .detectron2_settings import STAGES, Sizes
from .export_failure import ExportFailure
from .exported import Exported, RunGraph, TimedAnswer
from .graph_file import GraphDescription, write_graph
from .labels import read_labels
from .match_weights import match_weights, shape_of
from .onnx_runner import timed
from .paste_masks import paste_masks
from .preparation import detectron2_size, prepare, resized_size
from .roi_align_operator import register_roi_align
from .safe_load import load_checkpoint

KIND = "detectron2"
GRAPH = "graph.onnx"
COCO_CLASSES = 80
ROWS = {0: "things"}
EXAMPLE_SIDES = (224, 320)
# Made anew from the config; old checkpoints hold them.
DERIVED = ("proposal_generator.anchor_generator.", "pixel_mean", "pixel_std")


def export(options: argparse.Namespace, folder: Path) -> Exported:
    checkpoint = load_checkpoint(options.checkpoint, options.key)
    weights = checkpoint.weights
    require_kind(weights, KIND)
    sizes = read_sizes(weights)
    config = read_config(options.config, weights, sizes.groups)
    own = {name: value for name, value in weights.items() if not name.startswith(DERIVED)}
    network = match_weights(
        GeneralizedRcnn(sizes, config.settings), own, "an R-CNN of Detectron2 with ResNet and FPN"
    )
    has_masks = sizes.mask_convolutions > 0
    labels = read_labels(options.labels, sizes.classes) if options.labels else labels_of(sizes.classes)
    write_detectron2(network, has_masks, 2 * config.settings.mask_cells, folder / GRAPH)
    preparation = preparation_of(config)
    return Exported(
        parts={"graph": GRAPH},
        fields={
            "task": "detection",
            "family": "rcnn",
            "description": f"{'Mask' if has_masks else 'Faster'} R-CNN of Detectron2 with {sizes.classes} classes.",
            "labels": labels,
            "preparation": preparation,
            "family_options": {
                "masks": has_masks,
                **({"mask_pasting": "detectron2"} if has_masks else {}),
                "first_class": 0,
            },
        },
        ask_original=lambda picture: ask_original(network, picture, config, options.score_threshold),
        network=network,
        ask_graphs=lambda picture, run: ask_graph(run, picture, preparation, options.score_threshold),
        ask_service=lambda picture, service, model: service.detections(
            picture, model, options.score_threshold, has_masks
        ),
        labels=labels,
        notes=[*checkpoint.notes, *config.notes],
    )


def write_detectron2(network: GeneralizedRcnn, has_masks: bool, mask_cells: int, path: Path) -> None:
    outputs = {
        "pred_boxes": ROWS,
        "pred_classes": ROWS,
        "scores": ROWS,
        **({"pred_masks": ROWS} if has_masks else {}),
    }
    description = GraphDescription(
        inputs={"picture": {1: "height", 2: "width"}},
        outputs=outputs,
        output_shapes={
            "pred_boxes": [None, 4],
            "pred_classes": [None],
            "scores": [None],
            "pred_masks": [None, 1, mask_cells, mask_cells],
        },
    )
    register_roi_align()
    example = 255 * torch.rand(3, *EXAMPLE_SIDES, generator=torch.Generator().manual_seed(0))
    write_graph(network, (example,), path, description)


def read_sizes(weights: dict[str, torch.Tensor]) -> Sizes:
    def shape(name: str) -> torch.Size:
        return shape_of(weights, name)

    if any(".conv2_offset." in name for name in weights):
        raise ExportFailure(
            "the network has deformable convolutions, which ONNX Runtime doesn't know; only plain ResNets are exported"
        )
    blocks = tuple(count(weights, f"backbone.bottom_up.res{stage}.", ".conv1.weight") for stage in STAGES)
    first = "backbone.bottom_up.res2.0.conv"
    outputs = shape("roi_heads.box_predictor.cls_score.weight")[0]
    mask_convolutions = count(weights, "roi_heads.mask_head.mask_fcn", ".weight")
    masks = shape("roi_heads.mask_head.predictor.weight") if mask_convolutions else (0, 0)
    boxes = shape("roi_heads.box_predictor.bbox_pred.weight")[0]
    return Sizes(
        stem_channels=shape("backbone.bottom_up.stem.conv1.weight")[0],
        blocks=blocks,
        inner_channels=tuple(shape(f"backbone.bottom_up.res{stage}.0.conv1.weight")[0] for stage in STAGES),
        outer_channels=tuple(shape(f"backbone.bottom_up.res{stage}.0.conv3.weight")[0] for stage in STAGES),
        groups=shape(f"{first}1.weight")[0] // shape(f"{first}2.weight")[1],
        pyramid_channels=shape("backbone.fpn_output2.weight")[0],
        head_channels=shape("roi_heads.box_head.fc1.weight")[0],
        classes=outputs - 1,
        is_class_agnostic=boxes == 4 and outputs > 2,
        mask_convolutions=mask_convolutions,
        mask_channels=masks[1],
        is_mask_class_agnostic=masks[0] == 1 and outputs > 2,
    )


def count(weights: dict[str, torch.Tensor], start: str, end: str) -> int:
    return sum(name.startswith(start) and name.endswith(end) for name in weights)


def labels_of(classes: int) -> list[str]:
    if classes != COCO_CLASSES:
        return [f"class {index}" for index in range(classes)]
    names = MaskRCNN_ResNet50_FPN_Weights.COCO_V1.meta["categories"]
    return [name for name in names if name not in ("__background__", "N/A")]


def preparation_of(config: Config) -> dict[str, Any]:
    return {
        "resize": "shortest-edge",
        "shortest_edge": config.shortest_edge,
        "longest_edge": config.longest_edge,
        "shortest_edge_rounding": "detectron2",
        "resampler": "pil-bilinear",
        "channel_order": config.channel_order,
        "scale": 1,
    }


def ask_original(
    network: GeneralizedRcnn, picture: Image.Image, config: Config, score_threshold: float
) -> TimedAnswer:
    """As `DefaultPredictor` prepares pictures and `detector_postprocess` brings answers back."""
    size = detectron2_size(picture.size, config.shortest_edge, config.longest_edge)
    pixels = np.asarray(picture.resize(size, Image.BILINEAR), np.float32)
    if config.channel_order == "bgr":
        pixels = pixels[:, :, ::-1]
    feed = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))
    with torch.no_grad():
        rows, seconds = timed(lambda: network(feed))
    return TimedAnswer(to_picture([row.numpy() for row in rows], picture, size, score_threshold), seconds)


def ask_graph(
    run: RunGraph, picture: Image.Image, preparation: dict[str, Any], score_threshold: float
) -> TimedAnswer:
    done = run(GRAPH, {"picture": prepare(picture, preparation).feed[0]})
    names = ("pred_boxes", "pred_classes", "scores", "pred_masks")
    rows = [done.outputs[name] for name in names if name in done.outputs]
    size = resized_size(picture.size, preparation)
    return TimedAnswer(to_picture(rows, picture, size, score_threshold), done.seconds)


def to_picture(
    rows: list[np.ndarray], picture: Image.Image, size: tuple[int, int], score_threshold: float
) -> Detections:
    boxes, classes, scores, *masks = rows
    kept = np.flatnonzero(scores >= score_threshold)
    scale = np.array([picture.width / size[0], picture.height / size[1]] * 2, np.float32)
    placed = (boxes[kept] * scale).astype(np.float32)
    pasted = paste_masks(masks[0][kept], placed, picture, "detectron2") if masks else None
    return Detections(placed, scores[kept], classes[kept], pasted)
