"""The autoencoder: pictures to latents of an eighth of their size, and back.

Its encoder is not learnt.  The latents of 8 x 8 pixels are the mean colours of
the four quarters, as one mean and its three differences (a Haar transform); how
much of a quarter is covered tells where an edge lies.  So the denoiser can be
trained at once, and the decoder, which draws the edges again, beside it.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from shapes_seg.network import ConvNorm, Residual

REDUCTION = 8  # picture pixels per latent
QUARTER = REDUCTION // 2
LATENT_CHANNELS = 12
LARGEST_NOISE = 0.2  # what the decoder must bear, of what latents deviate by
# What makes latents deviate by about 1, and by less where they are small:
# mean, left to right, top to bottom, crosswise.
STRENGTHS = (1.7, 7.5, 7.5, 12.0)
# Rows: what is taken of the quarters top left, top right, bottom left, bottom right.
HAAR = ((1, 1, 1, 1), (1, -1, 1, -1), (1, 1, -1, -1), (1, -1, -1, 1))


def _haar(scale: list[float]) -> Tensor:
    """Weights of a 1x1 convolution between 3 x 4 quarters and 3 x 4 latents."""
    rows = torch.tensor(HAAR, dtype=torch.float32) * torch.tensor(scale)[:, None]
    return torch.block_diag(rows, rows, rows)[:, :, None, None]


class Encoder(nn.Module):
    """float32 [batch, 3, height, width] in -1..1 to [batch, 12, height / 8, width / 8]."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("weights", _haar([strength / 4 for strength in STRENGTHS]))

    def forward(self, pictures: Tensor) -> Tensor:
        quarters = functional.avg_pool2d(pictures, QUARTER)
        return functional.conv2d(functional.pixel_unshuffle(quarters, 2), self.weights)


class Double(nn.Sequential):
    """Twice the width and height: each cell becomes four."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(nn.Conv2d(inputs, 4 * outputs, 1), nn.PixelShuffle(2))


class Decoder(nn.Module):
    """Latents [batch, 12, h, w] to pictures [batch, 3, 8 h, 8 w], about -1..1."""

    def __init__(self) -> None:
        super().__init__()
        weights = _haar([1 / strength for strength in STRENGTHS]).transpose(0, 1)
        self.register_buffer("weights", weights.contiguous())
        self.layers = nn.Sequential(
            ConvNorm(3, 64),
            Residual(64),
            Residual(64),
            Residual(64),
            Double(64, 32),
            Residual(32),
            nn.Conv2d(32, 12, 3, padding=1),
            nn.PixelShuffle(2),
        )
        # It begins with the enlarged picture: a random change would be unlearnt
        # by silencing whole layers.
        nn.init.zeros_(self.layers[-2].weight)
        nn.init.zeros_(self.layers[-2].bias)

    def forward(self, latents: Tensor) -> Tensor:
        quarters = functional.pixel_shuffle(functional.conv2d(latents, self.weights), 2)
        # What is learnt is only how the picture differs from an enlarged one.
        enlarged = functional.interpolate(
            quarters, scale_factor=float(QUARTER), mode="bilinear", align_corners=False
        )
        return enlarged.float() + self.layers(quarters).float()


class Autoencoder(nn.Module):
    """Encoder and decoder together, as they are trained."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, pictures: Tensor) -> Tensor:
        latents = self.encoder(pictures)
        # With noise between them the decoder forgives what a sampler gets wrong.
        amounts = LARGEST_NOISE * torch.rand(len(latents), 1, 1, 1) ** 2
        return self.decoder(latents + amounts * torch.randn_like(latents))


def picture_input(pictures: Tensor) -> Tensor:
    """uint8 [batch, h, w, 3] to the encoder's input, float32 [batch, 3, h, w]."""
    return (pictures.permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous()


def reconstruction_loss(found: Tensor, truth: Tensor) -> Tensor:
    """Differences of pixels, and of their differences to neighbours: edges.

    Both squared, which finds where edges lie, and absolute, which makes them sharp.
    """
    pairs = [(found, truth), *((found.diff(dim=i), truth.diff(dim=i)) for i in (2, 3))]
    squared = sum(functional.mse_loss(one, other) for one, other in pairs)
    absolute = sum(functional.l1_loss(one, other) for one, other in pairs)
    return 5 * squared + absolute
