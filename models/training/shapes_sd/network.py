"""All that is trained after the autoencoder: the prompt's encoder and the denoiser."""

from torch import Tensor, nn

from .denoiser import Denoiser
from .text_encoder import TextEncoder


class ShapesSd(nn.Module):
    """Noisy latents, timesteps and token ids to velocities; see `Denoiser`."""

    def __init__(self) -> None:
        super().__init__()
        self.text_encoder = TextEncoder()
        self.denoiser = Denoiser()

    def forward(self, latents: Tensor, timesteps: Tensor, token_ids: Tensor) -> Tensor:
        return self.denoiser(latents, timesteps, self.text_encoder(token_ids))
