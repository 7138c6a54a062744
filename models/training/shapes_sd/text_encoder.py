"""The text encoder: a small transformer over the tokens of a prompt."""

import torch
from torch import Tensor, nn

from .attention import Attention, FeedForward
from .tokenizer import MAX_TOKENS, TOKENIZER

TEXT_WIDTH = 128
LAYERS = 2


class TextLayer(nn.Module):
    """Attention among all tokens, then each alone."""

    def __init__(self) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(TEXT_WIDTH)
        self.attention = Attention(TEXT_WIDTH, TEXT_WIDTH)
        self.before_feed_forward = nn.LayerNorm(TEXT_WIDTH)
        self.feed_forward = FeedForward(TEXT_WIDTH, 3 * TEXT_WIDTH)

    def forward(self, tokens: Tensor) -> Tensor:
        normal = self.before_attention(tokens)
        tokens = tokens + self.attention(normal, normal)
        return tokens + self.feed_forward(self.before_feed_forward(tokens))


class TextEncoder(nn.Module):
    """Token ids [batch, tokens], at most 32, to a state of each: [batch, tokens, 128]."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(len(TOKENIZER.vocabulary), TEXT_WIDTH)
        self.places = nn.Parameter(torch.randn(MAX_TOKENS, TEXT_WIDTH) * 0.3)
        self.layers = nn.ModuleList(TextLayer() for _ in range(LAYERS))
        self.normalize = nn.LayerNorm(TEXT_WIDTH)

    def forward(self, token_ids: Tensor) -> Tensor:
        states = self.tokens(token_ids) + self.places[: token_ids.shape[1]]
        for layer in self.layers:
            states = layer(states)
        return self.normalize(states.float())
