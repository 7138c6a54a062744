"""A plain sampler to measure with: DDIM with classifier-free guidance.

Song et al., "Denoising Diffusion Implicit Models", 2021, equations 12 and 16 with
eta 0; steps are spread as diffusers does it with `timestep_spacing: "trailing"`.
"""

from collections.abc import Callable

import numpy as np

from .diffusion import TIMESTEPS, signal_shares

# Latents [batch, 12, h, w], a timestep and whether to heed the prompts, to velocities.
Velocity = Callable[[np.ndarray, int, bool], np.ndarray]


def spread_timesteps(steps: int) -> list[int]:
    """The timesteps of a sampling with so many steps, from most noise to least."""
    return [int(round(TIMESTEPS - i * TIMESTEPS / steps)) - 1 for i in range(steps)]


def sample(
    velocity: Velocity, noise: np.ndarray, steps: int, guidance: float
) -> list[np.ndarray]:
    """The latents after each step, from `noise`, float32 or float64 [batch, 12, h, w]."""
    shares = signal_shares().numpy()
    latents, trajectory = noise, []
    for timestep in spread_timesteps(steps):
        without, with_prompt = (velocity(latents, timestep, heed) for heed in (False, True))
        v = without + guidance * (with_prompt - without)
        share = shares[timestep]
        clean = share**0.5 * latents - (1 - share) ** 0.5 * v
        noise_found = share**0.5 * v + (1 - share) ** 0.5 * latents
        # Past the last timestep diffusers stays at 0 (`set_alpha_to_one: false`).
        share = shares[max(timestep - TIMESTEPS // steps, 0)]
        latents = (share**0.5 * clean + (1 - share) ** 0.5 * noise_found).astype(noise.dtype)
        trajectory.append(latents)
    return trajectory
