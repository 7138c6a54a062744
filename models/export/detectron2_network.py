"""Faster and Mask R-CNN with ResNet and FPN as Detectron2 has them, with its names of weights.

It is written out so that a checkpoint can be exported where Detectron2 is not installed, and without what only
training needs. What it computes differs from torchvision's networks: strides lie in the first convolution of a
block, anchors are not rounded, regions are pooled at half-pixel centres, and the background is the last class.
"""

import math
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn import functional
from torchvision.ops import batched_nms, roi_align
from torchvision.ops.misc import FrozenBatchNorm2d

STAGES = (2, 3, 4, 5)
# The pyramid's levels that regions are pooled from, and the one that proposals alone come from.
POOLED_LEVELS = (2, 3, 4, 5)
LEVELS = (*POOLED_LEVELS, 6)
DIVISIBLE_BY = 32
# Boxes never grow by more than this at once.
SCALE_CLAMP = math.log(1000 / 16)
CANONICAL_SIDE, CANONICAL_LEVEL = 224, 4


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


class NormalizedConv(nn.Conv2d):
    """A convolution with its batch norm under its own name."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, size, stride, padding=size // 2, groups=groups, bias=False)
        self.norm = FrozenBatchNorm2d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(super().forward(x))


class Stem(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = NormalizedConv(3, channels, 7, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.max_pool2d(functional.relu(self.conv1(x)), 3, stride=2, padding=1)


class Bottleneck(nn.Module):
    def __init__(
        self, inputs: int, inner: int, outputs: int, stride: int, groups: int, stride_in_1x1: bool
    ) -> None:
        super().__init__()
        first, second = (stride, 1) if stride_in_1x1 else (1, stride)
        self.shortcut = NormalizedConv(inputs, outputs, 1, stride) if inputs != outputs else None
        self.conv1 = NormalizedConv(inputs, inner, 1, first)
        self.conv2 = NormalizedConv(inner, inner, 3, second, groups)
        self.conv3 = NormalizedConv(inner, outputs, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = functional.relu(self.conv2(functional.relu(self.conv1(x))))
        return functional.relu(self.conv3(inner) + (self.shortcut(x) if self.shortcut else x))


class ResNet(nn.Module):
    def __init__(self, sizes: Sizes, stride_in_1x1: bool) -> None:
        super().__init__()
        self.stem = Stem(sizes.stem_channels)
        channels = sizes.stem_channels
        for index, stage in enumerate(STAGES):
            blocks = []
            inner, outer = sizes.inner_channels[index], sizes.outer_channels[index]
            for block in range(sizes.blocks[index]):
                stride = 2 if block == 0 and index > 0 else 1
                blocks.append(Bottleneck(channels, inner, outer, stride, sizes.groups, stride_in_1x1))
                channels = outer
            self.add_module(f"res{stage}", nn.Sequential(*blocks))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        features, x = [], self.stem(x)
        for stage in STAGES:
            x = getattr(self, f"res{stage}")(x)
            features.append(x)
        return features


class FeaturePyramid(nn.Module):
    """@return features of the levels 2 to 6, each half as large as the one before"""

    def __init__(self, sizes: Sizes, stride_in_1x1: bool) -> None:
        super().__init__()
        self.bottom_up = ResNet(sizes, stride_in_1x1)
        for stage, channels in zip(STAGES, sizes.outer_channels):
            self.add_module(f"fpn_lateral{stage}", nn.Conv2d(channels, sizes.pyramid_channels, 1))
            output = nn.Conv2d(sizes.pyramid_channels, sizes.pyramid_channels, 3, padding=1)
            self.add_module(f"fpn_output{stage}", output)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        features = self.bottom_up(x)
        pyramid: list[torch.Tensor] = []
        above = None
        for stage, feature in reversed(list(zip(STAGES, features))):
            lateral = getattr(self, f"fpn_lateral{stage}")(feature)
            if above is not None:
                lateral = lateral + functional.interpolate(above, scale_factor=2.0, mode="nearest")
            above = lateral
            pyramid.insert(0, getattr(self, f"fpn_output{stage}")(lateral))
        return [*pyramid, functional.max_pool2d(pyramid[-1], kernel_size=1, stride=2)]


class ProposalHead(nn.Module):
    def __init__(self, channels: int, anchors: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.objectness_logits = nn.Conv2d(channels, anchors, 1)
        self.anchor_deltas = nn.Conv2d(channels, anchors * 4, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """@return logits [anchors] and deltas [anchors, 4], those of one place after another"""
        inner = functional.relu(self.conv(x))
        logits = self.objectness_logits(inner)[0].permute(1, 2, 0).flatten()
        return logits, self.anchor_deltas(inner)[0].permute(1, 2, 0).reshape(-1, 4)


class ProposalGenerator(nn.Module):
    def __init__(self, channels: int, settings: Settings) -> None:
        super().__init__()
        anchors = len(settings.anchor_sizes[0]) * len(settings.aspect_ratios)
        self.rpn_head = ProposalHead(channels, anchors)
        self.settings = settings

    def forward(self, pyramid: list[torch.Tensor], size: tuple[int, int]) -> torch.Tensor:
        """@return boxes [N, 4], best first"""
        settings = self.settings
        all_boxes, all_logits, all_levels = [], [], []
        for index, features in enumerate(pyramid):
            logits, deltas = self.rpn_head(features)
            anchors = anchors_of(features, 2 ** LEVELS[index], settings.anchor_sizes[index], settings.aspect_ratios)
            logits, best = logits.topk(at_most(settings.proposals_per_level, logits))
            all_boxes.append(move_boxes(anchors[best], deltas[best], settings.proposal_weights)[:, 0])
            all_logits.append(logits)
            all_levels.append(torch.zeros_like(best) + index)
        boxes, logits, levels = clip(torch.cat(all_boxes), size), torch.cat(all_logits), torch.cat(all_levels)
        has_area = torch.nonzero((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))[:, 0]
        boxes, logits, levels = boxes[has_area], logits[has_area], levels[has_area]
        kept = batched_nms(boxes, logits, levels, settings.proposal_overlap)
        return boxes[kept[:settings.proposals]]


class BoxHead(nn.Module):
    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(inputs, channels)
        self.fc2 = nn.Linear(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(self.fc2(functional.relu(self.fc1(x.flatten(1)))))


class BoxPredictor(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.cls_score = nn.Linear(sizes.head_channels, sizes.classes + 1)
        boxes = 1 if sizes.is_class_agnostic else sizes.classes
        self.bbox_pred = nn.Linear(sizes.head_channels, boxes * 4)


class MaskHead(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.count = sizes.mask_convolutions
        channels = sizes.pyramid_channels
        for index in range(self.count):
            self.add_module(f"mask_fcn{index + 1}", nn.Conv2d(channels, sizes.mask_channels, 3, padding=1))
            channels = sizes.mask_channels
        self.deconv = nn.ConvTranspose2d(channels, sizes.mask_channels, 2, stride=2)
        self.predictor = nn.Conv2d(sizes.mask_channels, 1 if sizes.is_mask_class_agnostic else sizes.classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for index in range(self.count):
            x = functional.relu(getattr(self, f"mask_fcn{index + 1}")(x))
        return self.predictor(functional.relu(self.deconv(x)))


class RegionHeads(nn.Module):
    def __init__(self, sizes: Sizes, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.sizes = sizes
        self.box_head = BoxHead(sizes.pyramid_channels * settings.box_cells**2, sizes.head_channels)
        self.box_predictor = BoxPredictor(sizes)
        if sizes.mask_convolutions:
            self.mask_head = MaskHead(sizes)

    def forward(
        self, pyramid: list[torch.Tensor], proposals: torch.Tensor, size: tuple[int, int]
    ) -> tuple[torch.Tensor, ...]:
        """@return boxes [N, 4], classes [N], scores [N] and, where there are, masks [N, 1, cells, cells]"""
        settings = self.settings
        hidden = self.box_head(pool(pyramid, proposals, settings.box_cells, settings.sampling_ratio))
        scores = self.box_predictor.cls_score(hidden).softmax(-1)[:, :-1]
        deltas = self.box_predictor.bbox_pred(hidden)
        boxes = clip(move_boxes(proposals, deltas, settings.box_weights), size)
        rows, classes = torch.nonzero(scores > settings.score_threshold).unbind(1)
        scores = scores[rows, classes]
        boxes = boxes[rows, torch.zeros_like(classes) if self.sizes.is_class_agnostic else classes]
        kept = batched_nms(boxes, scores, classes, settings.overlap)[:settings.detections]
        boxes, classes, scores = boxes[kept], classes[kept], scores[kept]
        if not self.sizes.mask_convolutions:
            return boxes, classes, scores
        masks = self.mask_head(pool(pyramid, boxes, settings.mask_cells, settings.sampling_ratio))
        places = torch.arange(masks.shape[0])
        shown = torch.zeros_like(classes) if self.sizes.is_mask_class_agnostic else classes
        return boxes, classes, scores, masks[places, shown][:, None].sigmoid()


class GeneralizedRcnn(nn.Module):
    """Takes one resized picture, [3, height, width], channels and values as the config has them."""

    def __init__(self, sizes: Sizes, settings: Settings) -> None:
        super().__init__()
        self.backbone = FeaturePyramid(sizes, settings.stride_in_1x1)
        self.proposal_generator = ProposalGenerator(sizes.pyramid_channels, settings)
        self.roi_heads = RegionHeads(sizes, settings)
        statistics = {"pixel_mean": settings.pixel_mean, "pixel_std": settings.pixel_std}
        for name, values in statistics.items():
            self.register_buffer(name, torch.tensor(values).view(3, 1, 1), persistent=False)

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, ...]:
        height, width = picture.shape[-2:]
        normalized = (picture - self.pixel_mean) / self.pixel_std
        padding = (0, -width % DIVISIBLE_BY, 0, -height % DIVISIBLE_BY)
        pyramid = self.backbone(functional.pad(normalized, padding)[None])
        proposals = self.proposal_generator(pyramid, (height, width))
        return self.roi_heads(pyramid[:len(POOLED_LEVELS)], proposals, (height, width))


def anchors_of(
    features: torch.Tensor, stride: int, sides: tuple[float, ...], ratios: tuple[float, ...]
) -> torch.Tensor:
    """Boxes [places × anchors, 4] around the corner of each cell; the sides are those of a square of that area."""
    cells = []
    for side in sides:
        for ratio in ratios:
            width = math.sqrt(side**2 / ratio)
            cells.append([-width / 2, -width * ratio / 2, width / 2, width * ratio / 2])
    height, width = features.shape[-2:]
    rows, columns = torch.arange(height) * stride, torch.arange(width) * stride
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    corners = torch.stack((x, y, x, y), dim=-1).reshape(-1, 1, 4)
    return (corners + torch.tensor(cells)).reshape(-1, 4)


def move_boxes(boxes: torch.Tensor, deltas: torch.Tensor, weights: tuple[float, ...]) -> torch.Tensor:
    """`Box2BoxTransform.apply_deltas`. @param deltas [N, boxes × 4] @return [N, boxes, 4]"""
    sides = (boxes[:, 2:] - boxes[:, :2])[:, None]
    centers = boxes[:, None, :2] + 0.5 * sides
    steps = deltas.reshape(deltas.shape[0], -1, 4) / torch.tensor(weights)
    moved = centers + steps[..., :2] * sides
    grown = torch.exp(steps[..., 2:].clamp(max=SCALE_CLAMP)) * sides
    return torch.cat((moved - 0.5 * grown, moved + 0.5 * grown), dim=-1)


def clip(boxes: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    height, width = size
    x = boxes[..., 0::2].clamp(min=0).clamp(max=width)
    y = boxes[..., 1::2].clamp(min=0).clamp(max=height)
    return torch.stack((x[..., 0], y[..., 0], x[..., 1], y[..., 1]), dim=-1)


def pool(pyramid: list[torch.Tensor], boxes: torch.Tensor, cells: int, sampling_ratio: int) -> torch.Tensor:
    """`ROIPooler`: each box from the level where it is about as large as ImageNet's pictures were in training."""
    sides = ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sqrt()
    levels = torch.floor(CANONICAL_LEVEL + torch.log2(sides / CANONICAL_SIDE + 1e-8))
    levels = levels.clamp(POOLED_LEVELS[0], POOLED_LEVELS[-1])
    regions = torch.cat((torch.zeros_like(boxes[:, :1]), boxes), dim=1)
    here = [torch.nonzero(levels == level)[:, 0] for level in POOLED_LEVELS]
    parts = [
        roi_align(features, regions[rows], (cells, cells), 1 / 2**level, sampling_ratio, True)
        for level, features, rows in zip(POOLED_LEVELS, pyramid, here)
    ]
    # Back in the order of the boxes. Written into their places, a single one would be traced as a shape of its own.
    places = torch.cat(here)
    order = torch.zeros_like(places).scatter(0, places, torch.arange(places.shape[0]))
    return torch.cat(parts)[order]


def at_most(limit: int, values: torch.Tensor):
    """The number of values, or the limit; while a graph is traced, both are kept."""
    count = values.shape[0]
    return count.clamp(max=limit) if isinstance(count, torch.Tensor) else min(count, limit)
