"""Attention among tokens, and the feed-forward layer beside it."""

import math

from torch import Tensor, nn
from torch.nn import functional

HEAD_WIDTH = 64


def spread_heads(tokens: Tensor) -> Tensor:
    """[batch, tokens, heads * width] as [batch, heads, tokens, width]."""
    return tokens.reshape(*tokens.shape[:2], -1, HEAD_WIDTH).transpose(1, 2)


class Attention(nn.Module):
    """Tokens [batch, N, width] ask a context [batch, M, context_width]; keeps their shape."""

    def __init__(self, width: int, context_width: int):
        super().__init__()
        self.ask = nn.Linear(width, width, bias=False)
        self.answer = nn.Linear(context_width, 2 * width, bias=False)
        self.join = nn.Linear(width, width)

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        query = spread_heads(self.ask(tokens) * (1 / math.sqrt(HEAD_WIDTH)))
        key, value = map(spread_heads, self.answer(context).chunk(2, dim=2))
        found = (query @ key.transpose(2, 3)).softmax(dim=3) @ value
        return self.join(found.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """Two layers on each token alone."""

    def __init__(self, width: int, inner: int):
        super().__init__()
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.narrow(functional.gelu(self.widen(tokens)))
