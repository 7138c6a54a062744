"""The diffusion: how much noise a timestep has, and what is learnt of it."""

import torch
from torch import Tensor

TIMESTEPS = 1000
FIRST_BETA, LAST_BETA = 0.00085, 0.012  # `scaled_linear`, as Stable Diffusion has them

MOST_SIGNAL = 5.0  # signal to noise ratio above which errors count less


def signal_shares() -> Tensor:
    """The cumulated alphas of all timesteps, float64 [1000], from nearly 1 to nearly 0."""
    roots = torch.linspace(FIRST_BETA**0.5, LAST_BETA**0.5, TIMESTEPS, dtype=torch.float64)
    return torch.cumprod(1 - roots**2, dim=0)


def amounts(timesteps: Tensor) -> tuple[Tensor, Tensor]:
    """Factors of the signal and of the noise, float32 [batch, 1, 1, 1]."""
    shares = signal_shares()[timesteps][:, None, None, None]
    return shares.sqrt().float(), (1 - shares).sqrt().float()


def random_timesteps(count: int) -> Tensor:
    """int64 [count].  Most where shapes emerge, few where only the last noise goes."""
    spread = torch.sigmoid(0.4 + 1.2 * torch.randn(count))
    anywhere = torch.rand(count)
    places = torch.where(torch.rand(count) < 0.75, spread, anywhere)
    return (places * TIMESTEPS).long().clamp(0, TIMESTEPS - 1)


def loss_weights(timesteps: Tensor) -> Tensor:
    """How much an error of the velocity counts: less where hardly any noise is, [batch].

    There the velocity is noise too small to be told, whose error would drown all
    others.  The bound is that of Hang et al., "Efficient Diffusion Training via
    Min-SNR Weighting Strategy", 2023.
    """
    shares = signal_shares()[timesteps]
    ratios = shares / (1 - shares)  # of signal to noise
    return ((MOST_SIGNAL + 1) / (ratios + 1)).clamp(max=1).float()


def diffuse(latents: Tensor, timesteps: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Noisy latents, and the velocity that leads back (`v_prediction`).

    Salimans and Ho, "Progressive Distillation for Fast Sampling of Diffusion
    Models", 2022.
    """
    signal, noisy = amounts(timesteps)
    return signal * latents + noisy * noise, signal * noise - noisy * latents
