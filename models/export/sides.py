"""Sizes that a pickle gives to tensors and arrays."""

import pickle
from typing import Any

MOST_SIDES = 16
LARGEST_SIDE = 2**40


def whole_numbers(values: Any) -> tuple[int, ...]:
    """Sides, strides or an offset that count something; Python's own numbers, which never wrap around."""
    if not isinstance(values, (tuple, list)) or len(values) > MOST_SIDES:
        raise pickle.UnpicklingError("a tensor has sides that are none")
    if any(type(value) is not int or not 0 <= value < LARGEST_SIDE for value in values):
        raise pickle.UnpicklingError("a tensor has sides that are no sizes")
    return tuple(values)
