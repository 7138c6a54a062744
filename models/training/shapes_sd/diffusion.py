"""The diffusion: how much noise a timestep has, and what is learnt of it."""

import torch
from torch import Tensor

TIMESTEPS = 1000
FIRST_BETA, LAST_BETA = 0.00085, 0.012  # `scaled_linear`, as Stable Diffusion has them


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


def diffuse(latents: Tensor, timesteps: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Noisy latents, and the velocity that leads back (`v_prediction`).

    Salimans and Ho, "Progressive Distillation for Fast Sampling of Diffusion
    Models", 2022.
    """
    signal, noisy = amounts(timesteps)
    return signal * latents + noisy * noise, signal * noise - noisy * latents
