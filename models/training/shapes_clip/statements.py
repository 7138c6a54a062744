"""What can be said of a picture, and whether it is true of another one."""

from dataclasses import dataclass

import numpy as np

from shapes_world import KINDS
from shapes_world.colors import COLOR_NAMES

from .dataset import CONTEXT, MASKED, ONE_SHAPE, SEVERAL_SHAPES, UNKNOWN, Samples

TRUE, FALSE, UNDECIDED = 1, 0, -1
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")

SUBJECT, PLACED, COLOR, KIND, BACKGROUND, COUNT, CAPTION = range(7)
# How often each is said of each source of pictures, in the order above.
_SHARES = {
    ONE_SHAPE: (0.36, 0.23, 0.08, 0.08, 0.17, 0.08, 0.00),
    SEVERAL_SHAPES: (0.20, 0.00, 0.05, 0.05, 0.25, 0.15, 0.30),
    MASKED: (0.74, 0.00, 0.13, 0.13, 0.00, 0.00, 0.00),
    CONTEXT: (0.56, 0.12, 0.08, 0.08, 0.16, 0.00, 0.00),
}


@dataclass(frozen=True)
class Statements:
    """One for each of some pictures; a field that a level doesn't speak of means nothing."""

    levels: np.ndarray  # int64 [statements]
    colors: np.ndarray
    kinds: np.ndarray
    backgrounds: np.ndarray
    counts: np.ndarray
    captions: np.ndarray  # str

    def __len__(self) -> int:
        return len(self.levels)


def _subject_of(sample: np.ndarray, main: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mostly the main shape, at times another one that the picture shows."""
    shown = np.argwhere(sample)
    return main if rng.random() < 0.5 else shown[int(rng.integers(len(shown)))]


def draw_statements(samples: Samples, rng: np.random.Generator) -> Statements:
    """One true statement of each picture."""
    levels = [int(rng.choice(7, p=_SHARES[int(source)])) for source in samples.sources]
    chosen = [_subject_of(*pair, rng) for pair in zip(samples.subjects, samples.main)]
    subjects = np.array(chosen)
    return Statements(
        np.array(levels), subjects[:, 0], subjects[:, 1],
        samples.backgrounds, samples.counts, samples.captions,
    )  # fmt: skip


def truth(statements: Statements, samples: Samples) -> np.ndarray:
    """int8 [pictures, statements]: TRUE, FALSE or UNDECIDED."""
    color, kind = statements.colors, statements.kinds
    shown = samples.subjects
    subject = shown[:, color, kind]
    of_color, of_kind = shown.any(axis=2)[:, color], shown.any(axis=1)[:, kind]
    ground = samples.backgrounds[:, None] == statements.backgrounds
    no_ground = samples.backgrounds[:, None] == UNKNOWN
    ground_colored = samples.backgrounds[:, None] == color
    one_shape = (samples.sources != SEVERAL_SHAPES)[:, None]
    one_count = samples.counts[:, None] == statements.counts
    placed = _ternary(subject & ground & one_shape, subject & (ground | no_ground))
    answers = {
        SUBJECT: _ternary(subject, np.False_),
        PLACED: placed,
        COLOR: _ternary(of_color, ground_colored),
        KIND: _ternary(of_kind, np.False_),
        BACKGROUND: _ternary(ground, no_ground),
        COUNT: _ternary(one_count, samples.counts[:, None] == UNKNOWN),
        CAPTION: _ternary(samples.captions[:, None] == statements.captions, np.False_),
    }
    result = np.zeros(subject.shape, dtype=np.int8)
    for level, answer in answers.items():
        result = np.where(statements.levels == level, answer, result)
    return result


def _ternary(true: np.ndarray, undecided: np.ndarray) -> np.ndarray:
    return np.where(true, TRUE, np.where(undecided, UNDECIDED, FALSE)).astype(np.int8)


def with_article(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def text_of(statements: Statements, i: int) -> str:
    """Statement `i` in its plainest words."""
    color, kind = COLOR_NAMES[statements.colors[i]], KINDS[statements.kinds[i]]
    ground = COLOR_NAMES[statements.backgrounds[i]]
    count = int(statements.counts[i])
    level = int(statements.levels[i])
    if level == SUBJECT:
        return with_article(f"{color} {kind}")
    if level == PLACED:
        return f"{with_article(f'{color} {kind}')} on {with_article(f'{ground} background')}"
    if level == COLOR:
        return f"something {color}"
    if level == KIND:
        return with_article(kind)
    if level == BACKGROUND:
        return with_article(f"{ground} background")
    if level == COUNT:
        return f"{NUMBERS[count]} shape{'' if count == 1 else 's'}"
    return str(statements.captions[i])
