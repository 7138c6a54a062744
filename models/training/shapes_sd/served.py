"""The parts of shapes-sd as they are served: the graphs of a Stable Diffusion folder."""

from torch import Tensor, nn

from .autoencoder import Autoencoder
from .network import ShapesSd

# Served latents are the trained ones over this, as Stable Diffusion's VAE has it.
SCALING_FACTOR = 0.18215


class ServedTextEncoder(nn.Module):
    """`text_encoder`: token ids [batch, tokens] to all states, and that of the first end."""

    def __init__(self, network: ShapesSd):
        super().__init__()
        self.text_encoder = network.text_encoder

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor]:
        states = self.text_encoder(input_ids)
        # The end has the highest id of all, and the first of several counts.
        ends = input_ids.argmax(dim=1)
        places = ends[:, None, None].expand(-1, 1, states.shape[2])
        return states, states.gather(1, places)[:, 0]


class ServedDenoiser(nn.Module):
    """`unet`: `timestep` [1] or [batch], one for all or one for each."""

    def __init__(self, network: ShapesSd):
        super().__init__()
        self.denoiser = network.denoiser

    def forward(self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor) -> Tensor:
        return self.denoiser(sample, timestep, encoder_hidden_states)


class ServedDecoder(nn.Module):
    """`vae_decoder`: latents divided by the scaling factor, to pictures in -1..1."""

    def __init__(self, autoencoder: Autoencoder):
        super().__init__()
        self.decoder = autoencoder.decoder

    def forward(self, latent_sample: Tensor) -> Tensor:
        return self.decoder(latent_sample * SCALING_FACTOR)


class ServedEncoder(nn.Module):
    """`vae_encoder`: pictures in -1..1 to latents that are to be multiplied by the factor."""

    def __init__(self, autoencoder: Autoencoder):
        super().__init__()
        self.encoder = autoencoder.encoder

    def forward(self, sample: Tensor) -> Tensor:
        return self.encoder(sample) / SCALING_FACTOR
