"""ResNet and feature pyramid as Detectron2 has them, with its names of weights."""

import torch
from torch import nn
from torch.nn import functional
from torchvision.ops.misc import FrozenBatchNorm2d

from .detectron2_settings import STAGES, Sizes


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
