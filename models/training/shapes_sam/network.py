"""The whole network, and its two halves as they are served."""

import torch
from torch import Tensor, nn

from .decoder import Decoder
from .encoder import Encoder, cell_places
from .prompts import FILLER

# Served logits are the trained ones times this.  It moves no mask, but makes
# the stability score of segment-anything, which compares masks at logits of
# -1 and 1, mean what its default threshold expects.  Chosen on scenes of
# Split.VALIDATION.
SHARPNESS = 4.0


class ShapesSam(nn.Module):
    """Pictures and prompts to masks; see `Encoder` and `Decoder`."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(
        self, pictures: Tensor, points: Tensor, labels: Tensor, boxes: Tensor
    ) -> tuple[Tensor, Tensor]:
        embeddings = self.encoder(pictures).float()
        return self.decoder(points, labels, boxes, embeddings, cell_places(embeddings))


class ServedEncoder(nn.Module):
    """`vision_encoder` of transformers' split: embeddings and the code of their places."""

    def __init__(self, network: ShapesSam):
        super().__init__()
        self.encoder = network.encoder

    def forward(self, pixel_values: Tensor) -> tuple[Tensor, Tensor]:
        embeddings = self.encoder(pixel_values)
        return embeddings, cell_places(embeddings)


class ServedDecoder(nn.Module):
    """`prompt_encoder_mask_decoder` of transformers' split.

    `input_labels` [batch, prompts, N] says how many prompts there are.
    `input_points` is [batch, prompts, N, 2], or [batch, 1, 0, 2] where none has
    points; `input_boxes` [batch, prompts, 4], or [batch, 0, 4] where none has a
    box.
    """

    def __init__(self, network: ShapesSam):
        super().__init__()
        self.decoder = network.decoder

    def forward(
        self,
        input_points: Tensor,
        input_labels: Tensor,
        input_boxes: Tensor,
        image_embeddings: Tensor,
        image_positional_embeddings: Tensor,
    ) -> tuple[Tensor, Tensor]:
        batch, prompts = input_labels.shape[0], input_labels.shape[1]
        # A point that is none, so that there is one: runtimes differ about empty tensors.
        no_point = torch.zeros(batch, prompts, 1, 2)
        points = torch.cat([input_points + no_point, no_point], dim=2)
        labels = torch.cat([input_labels, torch.full((batch, prompts, 1), FILLER)], dim=2)
        # Boxes without area, which are none, stand in for those that are missing.
        boxes = torch.cat([input_boxes, torch.zeros(batch, prompts, 4)], dim=1)[:, :prompts]
        fits, logits = self.decoder(
            points, labels, boxes, image_embeddings, image_positional_embeddings
        )
        return fits, logits * SHARPNESS
