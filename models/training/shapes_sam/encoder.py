"""The encoder: a small residual backbone and a feature pyramid.

It sees the picture once; whatever prompts need of it is in its embeddings.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from shapes_seg.network import ConvNorm, Residual

STRIDE = 8  # input pixels per cell of the embeddings
# Channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the input's size.
WIDTHS = (16, 32, 56, 80, 112)
NECK_WIDTH = 64
# What the embeddings are made of: features of the cells themselves, and the
# finer features of 1/4 and 1/2 of the input's size, folded into the cells.
COARSE, QUARTER, HALF = 64, 24, 12
EMBEDDING = COARSE + 4 * QUARTER + 16 * HALF
# Waves by which a place is told: from half a wave over the input to 16.
FREQUENCIES = tuple(0.5 * 2 ** (k / 3) for k in range(16))


def place_code(x: Tensor, y: Tensor) -> Tensor:
    """Sines and cosines of places [...], 0..1 over the input: [..., 64]."""
    frequencies = 2 * math.pi * torch.tensor(FREQUENCIES)
    waves = [place[..., None] * frequencies for place in (x, y)]
    return torch.cat([turn(wave) for wave in waves for turn in (torch.sin, torch.cos)], dim=-1)


def fold(features: Tensor, side: int) -> Tensor:
    """Moves `side` x `side` cells into the channels of one."""
    return functional.pixel_unshuffle(features, side)


def unfold_embeddings(embeddings: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Features of 1/8, 1/4 and 1/2 of the input's size, from folded ones."""
    coarse, quarter, half = embeddings.split([COARSE, 4 * QUARTER, 16 * HALF], dim=1)
    return coarse, functional.pixel_shuffle(quarter, 2), functional.pixel_shuffle(half, 4)


class Up(nn.Module):
    """Doubles coarse features, made narrower, and joins them with finer ones."""

    def __init__(self, coarse: int, fine: int, outputs: int):
        super().__init__()
        self.narrow = nn.Conv2d(coarse, outputs, 1)
        self.join = ConvNorm(outputs + fine, outputs)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        doubled = functional.interpolate(self.narrow(coarse), scale_factor=2.0, mode="nearest")
        return self.join(torch.cat([doubled, fine], dim=1))


class Encoder(nn.Module):
    """Pictures to embeddings.

    Input float32 [batch, 3, height, width], normalised; output float32
    [batch, 352, height / 8, width / 8].
    """

    def __init__(self) -> None:
        super().__init__()
        stages = []
        for level, (inputs, outputs) in enumerate(zip((3, *WIDTHS), WIDTHS)):
            halve = ConvNorm(inputs, outputs, stride=2)
            more = [ConvNorm(outputs, outputs)] if level == 0 else [Residual(outputs)]
            stages.append(nn.Sequential(halve, *more))
        self.down = nn.ModuleList(stages)
        half, quarter, eighth, sixteenth, coarsest = WIDTHS
        self.context = Residual(coarsest)
        self.up16 = Up(coarsest, sixteenth, NECK_WIDTH)
        self.up8 = nn.Sequential(Up(NECK_WIDTH, eighth, NECK_WIDTH), Residual(NECK_WIDTH))
        self.up4 = Up(NECK_WIDTH, quarter, QUARTER)
        self.up2 = Up(QUARTER, half, HALF)
        self.of_eighth = nn.Conv2d(NECK_WIDTH, COARSE, 1)
        self.of_quarter = nn.Conv2d(QUARTER, QUARTER, 1)
        self.of_half = nn.Conv2d(HALF, HALF, 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        stages = []
        features = pictures
        for stage in self.down:
            features = stage(features)
            stages.append(features)
        half, quarter, eighth, sixteenth, coarsest = stages
        join, refine = self.up8
        at16 = self.up16(self.context(coarsest), sixteenth)
        at8 = refine(join(at16, eighth))
        at4 = self.up4(at8, quarter)
        at2 = self.up2(at4, half)
        folded = [
            self.of_eighth(at8),
            fold(self.of_quarter(at4), 2),
            fold(self.of_half(at2), 4),
        ]
        return torch.cat(folded, dim=1)


def cell_places(embeddings: Tensor) -> Tensor:
    """The code of each cell's middle: [batch, 64, height, width]."""
    # Counted from the embeddings, so that an exported graph takes any batch.
    ones = torch.ones_like(embeddings[:, 0]).float()
    x = (ones.cumsum(dim=2) - 0.5) / embeddings.shape[3]
    y = (ones.cumsum(dim=1) - 0.5) / embeddings.shape[2]
    return place_code(x, y).permute(0, 3, 1, 2)
