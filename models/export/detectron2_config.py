"""Reads what Detectron2's config.yaml says beyond the weights, and refuses what is not written out here."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from .detectron2_settings import LEVELS, Settings
from .export_failure import ExportFailure

MAX_BYTES = 1_000_000
# Of Detectron2's configs for ResNeXt, whose weights come from PyTorch's and not from Caffe's.
RESNEXT = {"stride_in_1x1": False, "pixel_std": (57.375, 57.12, 58.395)}

# Settings that only one value of is written out here.
EXPECTED = {
    "MODEL.META_ARCHITECTURE": "GeneralizedRCNN",
    "MODEL.BACKBONE.NAME": "build_resnet_fpn_backbone",
    "MODEL.FPN.FUSE_TYPE": "sum",
    "MODEL.RESNETS.RES5_DILATION": 1,
    "MODEL.ANCHOR_GENERATOR.OFFSET": 0.0,
    "MODEL.PROPOSAL_GENERATOR.MIN_SIZE": 0,
    "MODEL.ROI_HEADS.NAME": "StandardROIHeads",
    "MODEL.ROI_BOX_HEAD.NAME": "FastRCNNConvFCHead",
    "MODEL.ROI_BOX_HEAD.POOLER_TYPE": "ROIAlignV2",
    "MODEL.ROI_MASK_HEAD.POOLER_TYPE": "ROIAlignV2",
    "MODEL.KEYPOINT_ON": False,
}


@dataclass(frozen=True)
class Config:
    """How the network runs, and how pictures are prepared for it."""

    settings: Settings = Settings()
    shortest_edge: int = 800
    longest_edge: int = 1333
    channel_order: str = "bgr"
    notes: tuple[str, ...] = ()


def read_config(path: Path | None, weights: dict[str, torch.Tensor], groups: int) -> Config:
    """@param path config.yaml, or `None` for the defaults of the model zoo"""
    if path is not None:
        return config_of(load_yaml(path), path)
    config = Config(notes=("no --config: sizes, anchors and thresholds are those of mask_rcnn_R_50_FPN_3x",))
    settings = replace(config.settings, **RESNEXT) if groups > 1 else config.settings
    for name in ("pixel_mean", "pixel_std"):
        if name in weights:
            settings = replace(settings, **{name: tuple(weights[name].flatten().tolist())})
    return replace(config, settings=settings)


def load_yaml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ExportFailure(f"--config: {path} does not exist; Detectron2 writes config.yaml into OUTPUT_DIR")
    if path.stat().st_size > MAX_BYTES:
        raise ExportFailure(f"--config: {path} is larger than {MAX_BYTES} bytes")
    import yaml

    try:
        content = yaml.safe_load(path.read_text("utf8"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ExportFailure(f"--config: {path} is not valid YAML that is safe to read: {error}") from None
    if not isinstance(content, dict) or "MODEL" not in content:
        raise ExportFailure(f"--config: {path} has no MODEL; expected a config of Detectron2")
    if "_BASE_" in content:
        raise ExportFailure(
            f"--config: {path} builds on another file; give the whole config, as print(cfg.dump()) or"
            " OUTPUT_DIR/config.yaml has it"
        )
    return content


def config_of(content: dict[str, Any], path: Path) -> Config:
    for name, expected in EXPECTED.items():
        found = value_at(content, name, expected)
        if found != expected:
            raise ExportFailure(
                f"{path}: {name} is {found}; only {expected} is written out here. Export it with Detectron2's own"
                " tools/deploy/export_model.py, and add the graph with darkroom models add"
            )
    try:
        return read_values(content)
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise ExportFailure(f"{path}: a value is of another kind than Detectron2's: {error}") from None


def read_values(content: dict[str, Any]) -> Config:
    plain, known = Config(), Settings()

    def get(name: str, default: Any) -> Any:
        return value_at(content, name, default)

    anchors = get("MODEL.ANCHOR_GENERATOR.SIZES", known.anchor_sizes)
    ratios = get("MODEL.ANCHOR_GENERATOR.ASPECT_RATIOS", [known.aspect_ratios])
    settings = Settings(
        pixel_mean=floats(get("MODEL.PIXEL_MEAN", known.pixel_mean)),
        pixel_std=floats(get("MODEL.PIXEL_STD", known.pixel_std)),
        stride_in_1x1=bool(get("MODEL.RESNETS.STRIDE_IN_1X1", known.stride_in_1x1)),
        anchor_sizes=tuple(
            floats(anchors[0 if len(anchors) == 1 else level]) for level in range(len(LEVELS))
        ),
        aspect_ratios=floats(ratios[0]),
        proposals_per_level=int(get("MODEL.RPN.PRE_NMS_TOPK_TEST", known.proposals_per_level)),
        proposals=int(get("MODEL.RPN.POST_NMS_TOPK_TEST", known.proposals)),
        proposal_overlap=float(get("MODEL.RPN.NMS_THRESH", known.proposal_overlap)),
        proposal_weights=floats(get("MODEL.RPN.BBOX_REG_WEIGHTS", known.proposal_weights)),
        box_cells=int(get("MODEL.ROI_BOX_HEAD.POOLER_RESOLUTION", known.box_cells)),
        box_weights=floats(get("MODEL.ROI_BOX_HEAD.BBOX_REG_WEIGHTS", known.box_weights)),
        mask_cells=int(get("MODEL.ROI_MASK_HEAD.POOLER_RESOLUTION", known.mask_cells)),
        sampling_ratio=int(get("MODEL.ROI_BOX_HEAD.POOLER_SAMPLING_RATIO", known.sampling_ratio)),
        score_threshold=float(get("MODEL.ROI_HEADS.SCORE_THRESH_TEST", known.score_threshold)),
        overlap=float(get("MODEL.ROI_HEADS.NMS_THRESH_TEST", known.overlap)),
        detections=int(get("TEST.DETECTIONS_PER_IMAGE", known.detections)),
    )
    return Config(
        settings,
        shortest_edge=int(get("INPUT.MIN_SIZE_TEST", plain.shortest_edge)),
        longest_edge=int(get("INPUT.MAX_SIZE_TEST", plain.longest_edge)),
        channel_order=str(get("INPUT.FORMAT", plain.channel_order)).lower(),
    )


def floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def value_at(content: Any, name: str, default: Any) -> Any:
    for key in name.split("."):
        if not isinstance(content, dict) or key not in content:
            return default
        content = content[key]
    return content
