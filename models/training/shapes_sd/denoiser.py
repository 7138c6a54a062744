"""The denoiser: a diffusion transformer on one token per latent.

It stands where Stable Diffusion has its UNet, with the same inputs and output.
Its plan is that of DiT (Peebles and Xie, "Scalable Diffusion Models with
Transformers", 2023) with cross-attention to the prompt and one modulation for
all layers (Chen et al., "PixArt-α", 2023), and with the long skips of U-ViT
(Bao et al., "All are Worth Words", 2023).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from .attention import Attention, FeedForward
from .autoencoder import LATENT_CHANNELS
from .text_encoder import TEXT_WIDTH

WIDTH = 192
LAYERS = 6
INNER_WIDTH = 512
MODULATIONS = 6  # shift, scale and gate, for attention and for feed-forward
# Waves by which a place is told: from half a wave over the picture to 16.
PLACE_FREQUENCIES = tuple(0.5 * 2 ** (k / 2) for k in range(11))


def time_code(timesteps: Tensor) -> Tensor:
    """Cosines and sines of timesteps [batch]: [batch, 256]."""
    exponents = torch.arange(128, dtype=torch.float32) / 128
    waves = timesteps.float()[:, None] * torch.exp(-math.log(10_000) * exponents)
    return torch.cat([waves.cos(), waves.sin()], dim=1)


def place_code(latents: Tensor) -> Tensor:
    """Sines and cosines of each latent's middle: [height * width, 44]."""
    # Counted from the latents, so that an exported graph takes any size.
    ones = torch.ones_like(latents[0, 0])
    x = (ones.cumsum(dim=1) - 0.5) / ones.sum(dim=1, keepdim=True)
    y = (ones.cumsum(dim=0) - 0.5) / ones.sum(dim=0, keepdim=True)
    frequencies = 2 * math.pi * torch.tensor(PLACE_FREQUENCIES)
    waves = [place.flatten()[:, None] * frequencies for place in (x, y)]
    return torch.cat([turn(wave) for wave in waves for turn in (torch.sin, torch.cos)], dim=1)


class DenoiserLayer(nn.Module):
    """Tokens look at each other, some at the prompt, and then each is changed alone."""

    def __init__(self, has_skip: bool, sees_prompt: bool):
        super().__init__()
        self.skip = nn.Linear(2 * WIDTH, WIDTH) if has_skip else None
        self.modulation = nn.Parameter(torch.zeros(MODULATIONS, WIDTH))
        self.normalize = nn.LayerNorm(WIDTH)
        self.attention = Attention(WIDTH, WIDTH)
        self.before_prompt = nn.LayerNorm(WIDTH) if sees_prompt else None
        self.prompt_attention = Attention(WIDTH, TEXT_WIDTH) if sees_prompt else None
        self.feed_forward = FeedForward(WIDTH, INNER_WIDTH)

    def forward(
        self, tokens: Tensor, prompt: Tensor, modulation: Tensor, skip: Tensor | None
    ) -> Tensor:
        if self.skip is not None and skip is not None:
            tokens = self.skip(torch.cat([tokens, skip], dim=2)).float()
        parts = (modulation + self.modulation).unsqueeze(2).unbind(dim=1)
        shift, scale, gate, later_shift, later_scale, later_gate = parts
        normal = self.normalize(tokens) * (1 + scale) + shift
        tokens = tokens + gate * self.attention(normal, normal)
        if self.prompt_attention is not None and self.before_prompt is not None:
            tokens = tokens + self.prompt_attention(self.before_prompt(tokens), prompt)
        normal = self.normalize(tokens) * (1 + later_scale) + later_shift
        return tokens + later_gate * self.feed_forward(normal)


class Denoiser(nn.Module):
    """Noisy latents to the velocity `v` of their diffusion.

    Latents float32 [batch, 12, height, width], timesteps [batch] in 0..999, states
    of the prompt's tokens [batch, tokens, 128]; output as the latents.
    """

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(LATENT_CHANNELS, WIDTH)
        self.places = nn.Linear(4 * len(PLACE_FREQUENCIES), WIDTH)
        self.times = nn.Sequential(nn.Linear(256, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH))
        self.whole_prompt = nn.Linear(TEXT_WIDTH, WIDTH)
        self.modulation = nn.Linear(WIDTH, MODULATIONS * WIDTH)
        half = LAYERS // 2
        self.layers = nn.ModuleList(
            DenoiserLayer(has_skip=i >= LAYERS - half, sees_prompt=i % 2 == 0)
            for i in range(LAYERS)
        )
        self.last_modulation = nn.Linear(WIDTH, 2 * WIDTH)
        self.normalize = nn.LayerNorm(WIDTH)
        self.leave = nn.Linear(WIDTH, LATENT_CHANNELS)
        for layer in (self.modulation, self.last_modulation, self.leave):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, latents: Tensor, timesteps: Tensor, prompt: Tensor) -> Tensor:
        tokens = self.enter(latents.flatten(2).transpose(1, 2)).float()
        tokens = tokens + self.places(place_code(latents)).float()
        # The state of the last token, always an end, stands for the whole prompt.
        condition = self.times(time_code(timesteps)) + self.whole_prompt(prompt[:, -1])
        condition = functional.silu(condition.float())
        modulation = self.modulation(condition).float().reshape(-1, MODULATIONS, WIDTH)
        half, passed = LAYERS // 2, []
        for index, layer in enumerate(self.layers):
            skip = passed.pop() if index >= LAYERS - half else None
            tokens = layer(tokens, prompt, modulation, skip)
            if index < half:
                passed.append(tokens)
        shift, scale = self.last_modulation(condition).float().unsqueeze(1).chunk(2, dim=2)
        changed = self.leave(self.normalize(tokens) * (1 + scale) + shift).float()
        return changed.transpose(1, 2).reshape(latents.shape)
