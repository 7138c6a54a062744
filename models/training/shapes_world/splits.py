"""Which scene seeds belong to which split.

Every model that is trained on the shapes world takes its seeds from here, so
that no model is ever evaluated on a scene that another one was trained on.
"""

from enum import Enum

SEEDS_PER_SPLIT = 1_000_000


class Split(Enum):
    """A disjoint range of one million scene seeds."""

    TRAINING = 0  # seeds 0 .. 999,999
    VALIDATION = 1  # seeds 1,000,000 .. 1,999,999: watched while training
    HELD_OUT = 2  # seeds 2,000,000 .. 2,999,999: for the published figures
    SAMPLES = 3  # seeds 3,000,000 .. 3,999,999: for pictures shown to people


def seed_for(split: Split, index: int) -> int:
    """The scene seed of number `index` (0-based) in `split`."""
    if not 0 <= index < SEEDS_PER_SPLIT:
        raise ValueError(f"index {index} is outside 0..{SEEDS_PER_SPLIT - 1}")
    return split.value * SEEDS_PER_SPLIT + index
