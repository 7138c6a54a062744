"""Faster and Mask R-CNN with ResNet and FPN as Detectron2 has them, with its names of weights.

It is written out so that a checkpoint can be exported where Detectron2 is not installed, and without what only
training needs. What it computes differs from torchvision's networks: strides lie in the first convolution of a
block, anchors are not rounded, regions are pooled at half-pixel centres, and the background is the last class.
"""

import torch
from torch import nn
from torch.nn import functional
from torchvision.ops import batched_nms

from .detectron2_backbone import FeaturePyramid
from .detectron2_boxes import anchors_of, at_most, clip, move_boxes, pool
from .detectron2_settings import LEVELS, POOLED_LEVELS, Settings, Sizes

DIVISIBLE_BY = 32


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
            anchors = anchors_of(
                features, 2 ** LEVELS[index], settings.anchor_sizes[index], settings.aspect_ratios
            )
            logits, best = logits.topk(at_most(settings.proposals_per_level, logits))
            all_boxes.append(move_boxes(anchors[best], deltas[best], settings.proposal_weights)[:, 0])
            all_logits.append(logits)
            all_levels.append(torch.zeros_like(best) + index)
        boxes, logits, levels = clip(torch.cat(all_boxes), size), torch.cat(all_logits), torch.cat(all_levels)
        has_area = torch.nonzero((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))[:, 0]
        boxes, logits, levels = boxes[has_area], logits[has_area], levels[has_area]
        kept = batched_nms(boxes, logits, levels, settings.proposal_overlap)
        return boxes[kept[: settings.proposals]]


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
        self.predictor = nn.Conv2d(
            sizes.mask_channels, 1 if sizes.is_mask_class_agnostic else sizes.classes, 1
        )

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
        kept = batched_nms(boxes, scores, classes, settings.overlap)[: settings.detections]
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
        return self.roi_heads(pyramid[: len(POOLED_LEVELS)], proposals, (height, width))
