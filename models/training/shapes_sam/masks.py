"""Masks of the picture from the decoder's logits, as segment-anything makes them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .network import ServedDecoder, ServedEncoder, ShapesSam
from .preparation import INPUT_SIZE, Placement, encoder_input, placement_of


def enlarge(logits: Tensor, placement: Placement) -> Tensor:
    """Logits [M, h, w] over the input as logits [M, height, width] of the picture.

    Bilinearly to the whole input, and the part that shows the picture to the
    picture's size.
    """
    at_input = functional.interpolate(
        logits[None], (INPUT_SIZE, INPUT_SIZE), mode="bilinear", align_corners=False
    )
    shown = at_input[..., : placement.resized_height, : placement.resized_width]
    size = placement.picture_height, placement.picture_width
    return functional.interpolate(shown, size, mode="bilinear", align_corners=False)[0]


def stability(enlarged: Tensor, offset: float = 1.0) -> Tensor:
    """How little masks [M, h, w] of logits depend on the threshold: [M], 0..1."""
    above, below = (
        (enlarged > threshold).sum(dim=(1, 2)).double() for threshold in (offset, -offset)
    )
    return above / below.clamp(min=1)


@dataclass(frozen=True)
class Answer:
    """What the decoder gives for some prompts."""

    fits: Tensor  # float32 [prompts, 3]: predicted intersection over union
    logits: Tensor  # float32 [prompts, 3, h, w]

    def best(self) -> Tensor:
        """The logits of each prompt's mask that is predicted to fit best: [prompts, h, w]."""
        return self.logits[torch.arange(len(self.fits)), self.fits.argmax(dim=1)]


class Predictor:
    """A picture that has been encoded, to be asked about; all places are in its pixels."""

    @torch.no_grad()
    def __init__(self, network: ShapesSam, picture: np.ndarray):
        """`picture` uint8 [height, width, 3], RGB."""
        self.placement = placement_of(picture.shape[1], picture.shape[0])
        self.decoder = ServedDecoder(network).eval()
        encoder = ServedEncoder(network).eval()
        self.embeddings = encoder(encoder_input(picture, self.placement))

    @torch.no_grad()
    def ask(
        self, points: np.ndarray, labels: np.ndarray, boxes: np.ndarray | None = None
    ) -> Answer:
        """`points` [prompts, N, 2], `labels` [prompts, N], `boxes` [prompts, 4] or None."""
        given = np.zeros((0, 4)) if boxes is None else boxes
        fits, logits = self.decoder(
            torch.from_numpy(self.placement.points_to_input(points)).float()[None],
            torch.from_numpy(labels).long()[None],
            torch.from_numpy(self.placement.boxes_to_input(given)).float()[None],
            *self.embeddings,
        )
        return Answer(fits[0], logits[0])

    def ask_points(self, points: np.ndarray) -> Answer:
        """Each of `points` [prompts, 2] is a prompt by itself."""
        return self.ask(points[:, None], np.ones((len(points), 1)))

    def ask_boxes(self, boxes: np.ndarray) -> Answer:
        """Each of `boxes` [prompts, 4] is a prompt by itself."""
        count = len(boxes)
        return self.ask(np.zeros((count, 0, 2)), np.zeros((count, 0)), boxes)
