"""Training batches: latents of drawn scenes with the ids of their captions."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .autoencoder import Encoder, picture_input
from .scenes import cached_group
from .tokenizer import tokenize

UNPROMPTED = 0.1  # of the scenes are learnt without a prompt, for guidance


@dataclass(frozen=True)
class LatentScenes:
    """Encoded scenes with their captions."""

    latents: Tensor  # float32 [scenes, 12, height, width]
    token_ids: Tensor  # int64 [scenes, MAX_TOKENS]


@torch.no_grad()
def encoded_groups(folder: Path, groups: int) -> LatentScenes:
    """All scenes of these groups; what `folder` lacks is drawn into it."""
    encoder = Encoder()
    latents, token_ids = [], []
    for index in range(groups):
        drawn = cached_group(folder, index)
        latents.append(encoder(picture_input(torch.from_numpy(drawn.pictures))))
        token_ids.append(torch.from_numpy(drawn.token_ids))
    return LatentScenes(torch.cat(latents), torch.cat(token_ids))


def training_batches(
    scenes: LatentScenes, batch: int, rng: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches of latents and token ids, every scene once a round."""
    nothing = torch.tensor(tokenize(""))
    while True:
        order = torch.from_numpy(rng.permutation(len(scenes.latents)))
        for chosen in order[: len(order) // batch * batch].split(batch):
            token_ids = scenes.token_ids[chosen]
            token_ids[torch.from_numpy(rng.random(batch) < UNPROMPTED)] = nothing
            yield scenes.latents[chosen], token_ids
