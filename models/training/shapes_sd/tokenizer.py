"""The words that shapes-sd knows as one token each: those of the world's captions."""

from shapes_training import WordTokenizer
from shapes_world import KINDS
from shapes_world.colors import COLOR_NAMES

MAX_TOKENS = 32  # start and end included

_WORDS = (
    "a", "an", "and", "on", "of", "in", "background", "left", "right", "above", "below",
    "front", "behind", "two", "three", "four", "five", "six", "no", "shape", "shapes",
    *COLOR_NAMES,
    *KINDS,
    *(f"{kind}s" for kind in KINDS),
)  # fmt: skip

TOKENIZER = WordTokenizer(_WORDS, MAX_TOKENS)


def tokenize(text: str) -> list[int]:
    """MAX_TOKENS ids: start, the text's tokens as far as they fit, then ends."""
    return TOKENIZER.tokenize(text)
