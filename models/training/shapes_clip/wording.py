"""The many ways to say one thing."""

import numpy as np

_FRAMES = (
    "a picture of {}", "a photo of {}", "an image of {}", "a drawing of {}", "this is {}",
    "there is {}", "a crop of {}", "the picture of {}", "this is a picture of {}",
)  # fmt: skip
_OF_COLOR = ("something {}", "{}", "a {} shape", "a {} thing", "{} shape", "the {} shape")
_OF_GROUND = ("{} background", "on a {} background", "something on a {} background",
              "the background is {}")  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _one(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def _without_article(text: str) -> str:
    first, _, rest = text.partition(" ")
    return rest if first in ("a", "an") else text


def _same_in_other_words(text: str, rng: np.random.Generator) -> str:
    if text.startswith("something "):
        return _one(_OF_COLOR, rng).format(text.removeprefix("something "))
    if text.endswith(" background") and " on " not in text and rng.random() < 0.5:
        color = _without_article(text).removesuffix(" background")
        return _one(_OF_GROUND, rng).format(color)
    if text == "one shape" and rng.random() < 0.5:
        return "a single shape"
    return text


def reworded(text: str, rng: np.random.Generator) -> str:
    """`text`, in its plain words or in others, at times inexactly written."""
    if rng.random() < 0.6:
        text = _same_in_other_words(text, rng)
    turn = rng.random()
    if turn < 0.25:
        text = _without_article(text)
    elif turn < 0.35:  # the article of a template that knows nothing of vowels
        text = f"a {_without_article(text)}"
    elif turn < 0.40:
        text = f"the {_without_article(text)}"
    if rng.random() < 0.35:
        text = _one(_FRAMES, rng).format(text)
    if rng.random() < 0.15:
        text = text.replace("grey", "gray")
    if rng.random() < 0.08:
        text += "."
    if rng.random() < 0.06:  # a word that it doesn't know
        words = text.split()
        length = int(rng.integers(2, 8))
        unknown = "".join(_LETTERS[int(i)] for i in rng.integers(26, size=length))
        words.insert(int(rng.integers(len(words) + 1)), unknown)
        text = " ".join(words)
    return text
