"""Batches of pictures and texts, drawn anew at every step."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from shapes_training import END

from .dataset import (
    CONTEXT,
    MASKED,
    ONE_SHAPE,
    SEVERAL_SHAPES,
    Samples,
    cached_group,
    joined,
)
from .preparation import normalize
from .statements import draw_statements, text_of, truth
from .tokenizer import TOKENIZER
from .wording import reworded

# Of the pictures of a batch, by what they are.
SHARES = {ONE_SHAPE: 0.3125, SEVERAL_SHAPES: 0.1875, MASKED: 0.25, CONTEXT: 0.25}


@dataclass(frozen=True)
class Batch:
    pictures: Tensor  # float32 [pictures, 3, 64, 64], normalised
    token_ids: Tensor  # int64 [texts, tokens]
    mask: Tensor  # int64 [texts, tokens]
    truth: Tensor  # int8 [pictures, texts]


def tokens_of(texts: list[str]) -> tuple[Tensor, Tensor]:
    """Ids and mask, both int64 [texts, tokens of the longest]."""
    ids = torch.tensor([TOKENIZER.tokenize(text) for text in texts])
    ends = (ids == TOKENIZER.vocabulary[END]).long()
    mask = (ends.cumsum(dim=1) - ends < 1).long()
    longest = int(mask.sum(dim=1).max())
    return ids[:, :longest], mask[:, :longest]


def all_samples(folder: Path, groups: int) -> Samples:
    return joined([cached_group(folder, group) for group in range(groups)])


def _rows_to_columns(pictures: np.ndarray) -> np.ndarray:
    return pictures.swapaxes(1, 2)


def _upside_down(pictures: np.ndarray) -> np.ndarray:
    return pictures[:, ::-1]


def _left_to_right(pictures: np.ndarray) -> np.ndarray:
    return pictures[:, :, ::-1]


def turned(samples: Samples, rng: np.random.Generator) -> np.ndarray:
    """The pictures, mirrored and turned where nothing is told of left, right, above and below."""
    pictures = samples.pictures.copy()
    free = samples.sources != SEVERAL_SHAPES
    for turn in (_rows_to_columns, _upside_down, _left_to_right):
        which = free & (rng.random(len(samples)) < 0.5)
        pictures[which] = turn(pictures[which])
    return pictures


def degraded(pictures: np.ndarray, rng: np.random.Generator) -> Tensor:
    """Other light and some noise: float32 [pictures, 64, 64, 3] in 0..255."""
    count = len(pictures)
    light = 1 + 0.10 * (2 * rng.random((count, 1, 1, 1)) - 1)
    tint = 1 + 0.03 * (2 * rng.random((count, 1, 1, 3)) - 1)
    gains = torch.from_numpy((light * tint).astype(np.float32))
    strength = np.where(rng.random(count) < 0.5, 8 * rng.random(count), 0)
    noise = torch.randn(count, 64, 64, 3) * torch.from_numpy(strength).float().view(-1, 1, 1, 1)
    return (torch.from_numpy(pictures).float() * gains + noise).clamp(0, 255)


def _shuffled(members: np.ndarray, rng: np.random.Generator) -> Iterator[int]:
    """Endless, every member once before any comes again."""
    while True:
        yield from rng.permutation(members)


def training_batches(
    samples: Samples, batch: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """Endless batches, each with the same share of pictures of each source."""
    sources = [
        (_shuffled(np.flatnonzero(samples.sources == source), rng), round(share * batch))
        for source, share in SHARES.items()
    ]
    while True:
        drawn = [next(members) for members, count in sources for _ in range(count)]
        chosen = samples.chosen(np.array(drawn))
        statements = draw_statements(chosen, rng)
        texts = [reworded(text_of(statements, i), rng) for i in range(len(chosen))]
        pictures = degraded(turned(chosen, rng), rng)
        yield Batch(
            normalize(pictures), *tokens_of(texts), torch.from_numpy(truth(statements, chosen))
        )
