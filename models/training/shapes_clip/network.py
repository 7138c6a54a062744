"""Two encoders, one for pictures and one for texts, into one space."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from shapes_seg.network import ConvNorm, Residual
from shapes_training import END

from .tokenizer import MAX_TOKENS, TOKENIZER

EMBEDDING = 128
TEXT_WIDTH, TEXT_LAYERS, HEADS = 128, 2, 4
WIDTHS = (48, 64, 128, 160)  # channels at 1/4 (before and after), 1/8 and 1/16
LARGEST_SCALE = 100.0  # of the logits, as CLIP limits it


class PictureEncoder(nn.Module):
    """Normalised pictures [batch, 3, 64, 64] to embeddings [batch, 128]."""

    def __init__(self) -> None:
        super().__init__()
        first, quarter, eighth, sixteenth = WIDTHS
        self.features = nn.Sequential(
            # 4 x 4 pixels and a margin of 2 around them make a cell.
            nn.Conv2d(3, first, 8, stride=4, padding=2, bias=False),
            nn.BatchNorm2d(first),
            nn.ReLU(inplace=True),
            ConvNorm(first, quarter),
            Residual(quarter),
            ConvNorm(quarter, eighth, stride=2),
            Residual(eighth),
            ConvNorm(eighth, sixteenth, stride=2),
            Residual(sixteenth),
        )
        # What is where: every cell has weights of its own.
        self.narrow = nn.Conv2d(sixteenth, 48, 1)
        self.of_places = nn.Linear(48 * 16, EMBEDDING)
        self.of_means = nn.Linear(sixteenth, EMBEDDING)

    def forward(self, pictures: Tensor) -> Tensor:
        features = self.features(pictures)
        places = functional.relu(self.narrow(features)).flatten(1)
        return self.of_places(places) + self.of_means(features.mean(dim=(2, 3)))


class TextLayer(nn.Module):
    """Attention among all tokens that are no padding, then each alone."""

    def __init__(self) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(TEXT_WIDTH)
        self.ask = nn.Linear(TEXT_WIDTH, 3 * TEXT_WIDTH)
        self.join = nn.Linear(TEXT_WIDTH, TEXT_WIDTH)
        self.before_feed_forward = nn.LayerNorm(TEXT_WIDTH)
        self.feed_forward = nn.Sequential(
            nn.Linear(TEXT_WIDTH, 3 * TEXT_WIDTH), nn.GELU(), nn.Linear(3 * TEXT_WIDTH, TEXT_WIDTH)
        )

    def forward(self, tokens: Tensor, hidden: Tensor) -> Tensor:
        """`hidden` float32 [batch, 1, 1, tokens] is added to what is paid attention to."""
        parts = self.ask(self.before_attention(tokens)).chunk(3, dim=2)
        query, key, value = (
            part.reshape(*part.shape[:2], HEADS, -1).transpose(1, 2) for part in parts
        )
        scale = 1 / math.sqrt(TEXT_WIDTH / HEADS)
        weights = ((query * scale) @ key.transpose(2, 3) + hidden).softmax(dim=3)
        tokens = tokens + self.join((weights @ value).transpose(1, 2).flatten(2))
        return tokens + self.feed_forward(self.before_feed_forward(tokens))


class TextEncoder(nn.Module):
    """Token ids and mask int64 [batch, tokens], at most 32, to embeddings [batch, 128]."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(len(TOKENIZER.vocabulary), TEXT_WIDTH)
        self.places = nn.Parameter(torch.randn(MAX_TOKENS, TEXT_WIDTH) * 0.3)
        self.layers = nn.ModuleList(TextLayer() for _ in range(TEXT_LAYERS))
        self.normalize = nn.LayerNorm(TEXT_WIDTH)
        self.project = nn.Linear(TEXT_WIDTH, EMBEDDING, bias=False)

    def forward(self, token_ids: Tensor, mask: Tensor) -> Tensor:
        ends = (token_ids == TOKENIZER.vocabulary[END]).to(torch.int64)
        # Whatever stands after the first end is padding, whether the mask says so or not.
        seen = mask * (ends.cumsum(dim=1) - ends < 1)
        hidden = (1 - seen[:, None, None, :].float()) * -10_000.0
        states = self.tokens(token_ids) + self.places[: token_ids.shape[1]]
        for layer in self.layers:
            states = layer(states, hidden)
        first_end = ends.argmax(dim=1)[:, None, None].expand(-1, 1, TEXT_WIDTH)
        return self.project(self.normalize(states.gather(1, first_end)[:, 0]))


class ShapesClip(nn.Module):
    """Both encoders, and by how much the similarity of their embeddings counts."""

    def __init__(self) -> None:
        super().__init__()
        self.picture_encoder = PictureEncoder()
        self.text_encoder = TextEncoder()
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def scale(self) -> Tensor:
        return self.logit_scale.exp().clamp(max=LARGEST_SCALE)

    def forward(self, pictures: Tensor, token_ids: Tensor, mask: Tensor) -> Tensor:
        """Logits [pictures, texts]."""
        of_pictures = functional.normalize(self.picture_encoder(pictures).float(), dim=1)
        of_texts = functional.normalize(self.text_encoder(token_ids, mask).float(), dim=1)
        return self.scale() * of_pictures @ of_texts.T
