"""The network: a small U-Net that works at half the picture's resolution."""

import torch
from torch import Tensor, nn
from torch.nn import functional

# Channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture's size.
WIDTHS = (20, 28, 40, 56, 72)


class ConvNorm(nn.Sequential):
    """3x3 convolution, batch normalisation and (unless told not to) ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, relu: bool = True):
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        ]
        super().__init__(*layers, *([nn.ReLU(inplace=True)] if relu else []))


class Residual(nn.Module):
    """Two convolutions beside a skip connection; keeps the shape."""

    def __init__(self, channels: int):
        super().__init__()
        self.branch = nn.Sequential(
            ConvNorm(channels, channels), ConvNorm(channels, channels, relu=False)
        )

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(features + self.branch(features))


class Up(nn.Module):
    """Doubles coarse features and joins them with finer ones."""

    def __init__(self, coarse: int, fine: int, residual: bool):
        super().__init__()
        self.join = ConvNorm(coarse + fine, fine)
        self.refine = Residual(fine) if residual else nn.Identity()

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        # Halving rounds up, so doubling never falls short and may be cropped.
        doubled = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        cropped = doubled[:, :, : fine.shape[2], : fine.shape[3]]
        return self.refine(self.join(torch.cat([cropped, fine], dim=1)))


class ShapesSeg(nn.Module):
    """Normalised pictures to per-pixel logits.

    Input float32 [batch, 3, height, width]; output float32 [batch, classes,
    height, width].  Any height and width from 32 on, odd ones included.
    """

    def __init__(self, classes: int = 5, widths: tuple[int, ...] = WIDTHS):
        super().__init__()
        levels = len(widths)
        self.down = nn.ModuleList()
        for level, (inputs, outputs) in enumerate(zip((3, *widths), widths)):
            halve = ConvNorm(inputs, outputs, stride=2)
            more = ConvNorm(outputs, outputs) if level == 0 else Residual(outputs)
            self.down.append(nn.Sequential(halve, more))
        self.up = nn.ModuleList(
            Up(widths[level + 1], widths[level], residual=level >= 1)
            for level in reversed(range(levels - 1))
        )
        # Each half-resolution pixel holds the logits of its four pixels.
        self.head = nn.Conv2d(widths[0], classes * 4, 3, padding=1)
        self.spread = nn.PixelShuffle(2)

    def forward(self, pictures: Tensor) -> Tensor:
        skips = []
        features = pictures
        for stage in self.down:
            features = stage(features)
            skips.append(features)
        for stage, skip in zip(self.up, reversed(skips[:-1])):
            features = stage(features, skip)
        logits = self.spread(self.head(features))
        return logits[:, :, : pictures.shape[2], : pictures.shape[3]]
