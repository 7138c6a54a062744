"""Networks for golden data: of the libraries' own parts, with random weights, each as small as it goes."""

from collections import OrderedDict

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.detection import FasterRCNN, MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.segmentation import FCN, LRASPP, DeepLabV3
from torchvision.models.segmentation.deeplabv3 import ASPP
from torchvision.models.segmentation.fcn import FCNHead
from torchvision.ops import MultiScaleRoIAlign
from torchvision.transforms.functional import to_tensor

from .detectron2_config import Config
from .detectron2_network import GeneralizedRcnn
from .detectron2_settings import Settings, Sizes

CLASSES = 5
CHANNELS = 8
# How much likelier than a class the background is.
BACKGROUND_LOGIT = 2


def small_backbone() -> nn.Sequential:
    """Two features, a quarter and an eighth as large as the picture."""
    return nn.Sequential(
        OrderedDict(
            first=convolution(3, CHANNELS, 2),
            low=convolution(CHANNELS, CHANNELS, 2),
            high=convolution(CHANNELS, 2 * CHANNELS, 2),
        )
    )


def convolution(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    layers = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    return nn.Sequential(*layers)


def segmentation_networks() -> dict[str, nn.Module]:
    torch.manual_seed(7)
    features = 2 * CHANNELS

    def backbone(**layers: str) -> IntermediateLayerGetter:
        return IntermediateLayerGetter(small_backbone(), layers)

    pyramid = nn.Sequential(
        ASPP(features, [2, 4, 6], CHANNELS),
        convolution(CHANNELS, CHANNELS, 1),
        nn.Conv2d(CHANNELS, CLASSES, 1),
    )
    networks = {
        "deeplabv3": DeepLabV3(backbone(high="out"), pyramid),
        "fcn": FCN(backbone(high="out"), FCNHead(features, CLASSES)),
        "lraspp": LRASPP(
            backbone(low="low", high="high"), CHANNELS, features, CLASSES, inter_channels=CHANNELS
        ),
    }
    return {name: liven(network.eval()) for name, network in networks.items()}


def liven(network: nn.Module) -> nn.Module:
    """Batch norms as if something had been learnt: random weights alone see little of a picture."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.05, 0.15)
            nn.init.uniform_(module.bias, -0.3, 0.3)
    return network


class SmallPyramid(nn.Module):
    """Features of two sizes by name, as torchvision's detectors want them."""

    out_channels = CHANNELS

    def __init__(self) -> None:
        super().__init__()
        self.body = small_backbone()
        self.last = nn.Conv2d(2 * CHANNELS, CHANNELS, 1)

    def forward(self, x: torch.Tensor) -> OrderedDict:
        low = self.body.low(self.body.first(x))
        return OrderedDict([("0", low), ("1", self.last(self.body.high(low)))])


def detection_networks() -> dict[str, nn.Module]:
    sizes = {
        "min_size": 96,
        "max_size": 160,
        "rpn_anchor_generator": AnchorGenerator(((12,), (32,)), ((0.5, 1.0, 2.0),) * 2),
        "box_roi_pool": MultiScaleRoIAlign(["0", "1"], 3, 2),
        "box_score_thresh": 0.05,
        "rpn_pre_nms_top_n_test": 60,
        "rpn_post_nms_top_n_test": 40,
        "box_detections_per_img": 20,
    }
    networks: dict[str, nn.Module] = {}
    for name, kind, masks in (
        ("exported-faster-rcnn", FasterRCNN, {}),
        ("exported-mask-rcnn", MaskRCNN, {"mask_roi_pool": MultiScaleRoIAlign(["0", "1"], 14, 2)}),
    ):
        torch.manual_seed(SEEDS[name])
        networks[name] = kind(SmallPyramid(), **sizes, **masks, **small_heads(bool(masks))).eval()
        liven(networks[name])
    return networks


SEEDS = {"exported-faster-rcnn": 3, "exported-mask-rcnn": 5, "exported-detectron2": 11}


def small_heads(has_masks: bool) -> dict[str, nn.Module | None]:
    heads: dict[str, nn.Module | None] = {
        "num_classes": None,
        "box_head": TwoMLPHead(CHANNELS * 9, 16),
        "box_predictor": FastRCNNPredictor(16, CLASSES),
    }
    if has_masks:
        heads["mask_head"] = MaskRCNNHeads(CHANNELS, (CHANNELS,), 1)
        heads["mask_predictor"] = MaskRCNNPredictor(CHANNELS, CHANNELS, CLASSES)
    return heads


def detectron2_network(picture: Image.Image) -> tuple[GeneralizedRcnn, Config]:
    sizes = Sizes(
        stem_channels=8,
        blocks=(1, 1, 1, 1),
        inner_channels=(4, 4, 8, 8),
        outer_channels=(8, 12, 16, 24),
        groups=1,
        pyramid_channels=8,
        head_channels=16,
        classes=CLASSES - 1,
        is_class_agnostic=False,
        mask_convolutions=1,
        mask_channels=8,
    )
    settings = Settings(proposals_per_level=40, proposals=40, box_cells=3, detections=20)
    torch.manual_seed(SEEDS["exported-detectron2"])
    network = GeneralizedRcnn(sizes, settings).eval()
    network.backbone.bottom_up.stem.conv1.norm.running_var.fill_(40.0**2)
    feed = torch.from_numpy(np.asarray(picture, np.float32).transpose(2, 0, 1).copy())
    head, heads = network.proposal_generator.rpn_head, network.roi_heads
    spread_heads(network, feed, (head.objectness_logits, head.anchor_deltas), heads, -1)
    spread(network, feed, heads.mask_head.predictor, 2)
    return network, Config(settings, shortest_edge=96, longest_edge=160)


def spread_torchvision(network: nn.Module, picture: Image.Image) -> None:
    class Alone(nn.Module):
        def forward(self, pixels: torch.Tensor) -> None:
            network([pixels])

    feed, heads = to_tensor(picture), network.roi_heads
    spread_heads(Alone(), feed, (network.rpn.head.cls_logits, network.rpn.head.bbox_pred), heads, 0)
    if heads.mask_predictor is not None:
        spread(Alone(), feed, heads.mask_predictor.mask_fcn_logits, 2)


def spread(network: nn.Module, picture: torch.Tensor, layer: nn.Module, deviation: float) -> None:
    """Has a layer answer a picture around 0 and so far apart: no rounding then changes what is found."""
    answers: list[torch.Tensor] = []
    hook = layer.register_forward_hook(lambda _module, _given, answer: answers.append(answer))
    with torch.no_grad():
        network(picture)
        hook.remove()
        # One list of answers for each channel.
        channels = torch.cat([answer.transpose(0, 1).flatten(1) for answer in answers], 1)
        scale = deviation / channels.std(1)
        layer.weight.mul_(scale.view(-1, *[1] * (layer.weight.dim() - 1)))
        layer.bias.copy_((layer.bias - channels.mean(1)) * scale)


def spread_heads(
    network: nn.Module,
    picture: torch.Tensor,
    proposals: tuple[nn.Module, nn.Module],
    heads: nn.Module,
    background: int,
) -> None:
    """@param proposals layers of the scores and moves of anchors @param background its place among the classes"""
    spread(network, picture, proposals[0], 2)
    spread(network, picture, proposals[1], 0.2)
    spread(network, picture, heads.box_predictor.cls_score, 2)
    with torch.no_grad():
        heads.box_predictor.cls_score.bias[background] += BACKGROUND_LOGIT
    spread(network, picture, heads.box_predictor.bbox_pred, 0.3)
