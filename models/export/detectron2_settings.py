"""What a network of Detectron2 is made by: numbers of its config, and sizes that its weights tell."""

from dataclasses import dataclass, field

# Stages of the ResNet, each half as large as the one before, from a quarter of the picture on.
STAGES = (2, 3, 4, 5)
# The pyramid's levels that regions are pooled from, and the one that proposals alone come from.
POOLED_LEVELS = (2, 3, 4, 5)
LEVELS = (*POOLED_LEVELS, 6)


@dataclass(frozen=True)
class Settings:
    """What is in Detectron2's config and not in the weights; defaults are those of mask_rcnn_R_50_FPN_3x."""

    pixel_mean: tuple[float, ...] = (103.53, 116.28, 123.675)
    pixel_std: tuple[float, ...] = (1.0, 1.0, 1.0)
    stride_in_1x1: bool = True
    anchor_sizes: tuple[tuple[float, ...], ...] = ((32,), (64,), (128,), (256,), (512,))
    aspect_ratios: tuple[float, ...] = (0.5, 1.0, 2.0)
    proposals_per_level: int = 1000
    proposals: int = 1000
    proposal_overlap: float = 0.7
    proposal_weights: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    box_cells: int = 7
    box_weights: tuple[float, ...] = (10.0, 10.0, 5.0, 5.0)
    mask_cells: int = 14
    sampling_ratio: int = 0
    score_threshold: float = 0.05
    overlap: float = 0.5
    detections: int = 100


@dataclass(frozen=True)
class Sizes:
    """What the weights' shapes tell."""

    stem_channels: int
    blocks: tuple[int, ...]  # of each stage
    inner_channels: tuple[int, ...]  # of each stage's 3 × 3 convolutions
    outer_channels: tuple[int, ...]
    groups: int
    pyramid_channels: int
    head_channels: int  # of the fully connected layers
    classes: int
    is_class_agnostic: bool
    mask_convolutions: int  # 0 without masks
    mask_channels: int = field(default=0)
    is_mask_class_agnostic: bool = field(default=False)
