"""The words that shapes-clip knows as one token each."""

from shapes_training import WordTokenizer
from shapes_world import KINDS
from shapes_world.colors import COLOR_NAMES

MAX_TOKENS = 32  # start and end included

_WORDS = (
    "a", "an", "the", "and", "on", "of", "in", "with", "is", "this", "there", "background",
    "left", "right", "above", "below", "front", "behind",
    "one", "two", "three", "four", "five", "six", "no", "single",
    "shape", "shapes", "thing", "something", "picture", "photo", "image", "drawing", "crop",
    "gray",
    *COLOR_NAMES,
    *KINDS,
    *(f"{kind}s" for kind in KINDS),
)  # fmt: skip

TOKENIZER = WordTokenizer(_WORDS, MAX_TOKENS)
