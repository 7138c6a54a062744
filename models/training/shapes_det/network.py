"""The network: a residual backbone, a feature pyramid and three small heads.

It answers in the layout of an ultralytics YOLOv8 segmentation model, so that
the service decodes it like one.  The code and the weights are our own.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from shapes_seg.network import ConvNorm, Residual

STRIDES = (8, 16, 32)  # input pixels per cell of the three levels
COEFFICIENTS = 32  # prototype masks, and numbers per box that mix them
# Channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the input's size.
WIDTHS = (16, 32, 48, 72, 104)
NECK_WIDTH = 56
CLASS_WIDTH = 40
PROTOTYPE_WIDTH = 40
RARITY = 0.01  # the score that an untrained network gives every class


@dataclass(frozen=True)
class Predictions:
    """What the network says about each of the N cells of all levels."""

    boxes: Tensor  # [batch, N, 4]: x0, y0, x1, y1 in input pixels
    class_logits: Tensor  # [batch, N, classes]
    coefficients: Tensor  # [batch, N, 32]
    prototypes: Tensor  # [batch, 32, height / 4, width / 4]
    centers: Tensor  # [N, 2]: x, y of the cells in input pixels


class Up(nn.Module):
    """Doubles coarse features and joins them with finer ones."""

    def __init__(self, coarse: int, fine: int, outputs: int):
        super().__init__()
        self.join = ConvNorm(coarse + fine, outputs)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        doubled = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        return self.join(torch.cat([doubled, fine], dim=1))


class Head(nn.Module):
    """Class logits and, per cell, four distances and the mask coefficients."""

    def __init__(self, channels: int, classes: int):
        super().__init__()
        self.trunk = ConvNorm(channels, channels)
        self.classify = nn.Sequential(
            ConvNorm(channels, CLASS_WIDTH), nn.Conv2d(CLASS_WIDTH, classes, 1)
        )
        self.locate = nn.Sequential(
            ConvNorm(channels, channels), nn.Conv2d(channels, 4 + COEFFICIENTS, 1)
        )
        rarity = torch.tensor(RARITY)
        nn.init.constant_(self.classify[1].bias, float(torch.logit(rarity)))
        # Boxes begin about four cells wide: softplus(2) is 2.1 cells each way.
        nn.init.constant_(self.locate[1].bias[:4], 2.0)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        trunk = self.trunk(features)
        return self.classify(trunk), self.locate(trunk)


class Prototypes(nn.Module):
    """Prototype masks at a quarter of the input's size."""

    def __init__(self, coarse: int, fine: int):
        super().__init__()
        self.up = Up(coarse, fine, PROTOTYPE_WIDTH)
        self.refine = ConvNorm(PROTOTYPE_WIDTH, PROTOTYPE_WIDTH)
        self.mix = nn.Conv2d(PROTOTYPE_WIDTH, COEFFICIENTS, 1)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        return self.mix(self.refine(self.up(coarse, fine)))


def cell_centers(features: Tensor, stride: int) -> Tensor:
    """x and y in input pixels of each cell, row by row: [height * width, 2]."""
    # Counted from the features, so that an exported graph takes any size.
    ones = torch.ones_like(features[0, 0])
    x = (ones.cumsum(dim=1) - 0.5) * stride
    y = (ones.cumsum(dim=0) - 0.5) * stride
    return torch.stack([x.flatten(), y.flatten()], dim=1)


def cells_last(features: Tensor) -> Tensor:
    """[batch, channels, height, width] as [batch, height * width, channels]."""
    return features.flatten(2).transpose(1, 2).float()


class ShapesDet(nn.Module):
    """Pictures to boxes, classes and masks.

    Input float32 [batch, 3, height, width], RGB in 0..1, both edges multiples
    of 32.
    """

    def __init__(self, classes: int = 4):
        super().__init__()
        stages = []
        for level, (inputs, outputs) in enumerate(zip((3, *WIDTHS), WIDTHS)):
            halve = ConvNorm(inputs, outputs, stride=2)
            more = [Residual(outputs)] if level > 0 else []
            stages.append(nn.Sequential(halve, *more))
        self.down = nn.ModuleList(stages)
        _, quarter, *finer, coarsest = WIDTHS
        self.lateral = nn.Sequential(
            nn.Conv2d(coarsest, NECK_WIDTH, 1, bias=False),
            nn.BatchNorm2d(NECK_WIDTH),
            nn.ReLU(inplace=True),
        )
        self.up = nn.ModuleList(Up(NECK_WIDTH, fine, NECK_WIDTH) for fine in reversed(finer))
        self.heads = nn.ModuleList(Head(NECK_WIDTH, classes) for _ in STRIDES)
        self.prototypes = Prototypes(NECK_WIDTH, quarter)

    def pyramid(self, pictures: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Features at stride 4 of the backbone, and at strides 8, 16 and 32."""
        stages = []
        features = pictures
        for stage in self.down:
            features = stage(features)
            stages.append(features)
        levels = [self.lateral(stages[-1])]
        for up, fine in zip(self.up, reversed(stages[2:-1])):
            levels.insert(0, up(levels[0], fine))
        return stages[1], levels

    def forward(self, pictures: Tensor) -> Predictions:
        quarter, levels = self.pyramid(pictures)
        boxes, class_logits, coefficients, centers = [], [], [], []
        for head, features, stride in zip(self.heads, levels, STRIDES):
            logits, located = map(cells_last, head(features))
            middle = cell_centers(features.float(), stride)
            distances = functional.softplus(located[..., :4]) * stride
            boxes.append(
                torch.cat([middle - distances[..., :2], middle + distances[..., 2:]], dim=2)
            )
            class_logits.append(logits)
            coefficients.append(located[..., 4:])
            centers.append(middle)
        return Predictions(
            boxes=torch.cat(boxes, dim=1),
            class_logits=torch.cat(class_logits, dim=1),
            coefficients=torch.cat(coefficients, dim=1),
            prototypes=self.prototypes(levels[0], quarter).float(),
            centers=torch.cat(centers),
        )


class ServedShapesDet(nn.Module):
    """The network with the two outputs that an ultralytics export has.

    `output0` is [batch, 4 + classes + 32, N]: centre x, centre y, width and
    height in input pixels, then scores, then mask coefficients.  `output1` is
    [batch, 32, height / 4, width / 4]: the prototype masks.
    """

    def __init__(self, network: ShapesDet):
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        found = self.network(pictures)
        low, high = found.boxes[..., :2], found.boxes[..., 2:]
        rows = [(low + high) / 2, high - low, found.class_logits.sigmoid(), found.coefficients]
        return torch.cat(rows, dim=2).transpose(1, 2), found.prototypes
