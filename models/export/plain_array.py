"""Arrays and numbers of NumPy in a pickle, made anew from their bytes.

NumPy's own would believe what a pickle says of their types, and read and write where it likes.
"""

import math
import pickle
from typing import Any

import numpy as np

from .sealed import Sealed
from .sides import whole_numbers

# Those that PyTorch has, too.
TYPES = ("b1", "i1", "u1", "i2", "i4", "i8", "f2", "f4", "f8")
ORDERS = ("<", "|", "=")


class PlainType:
    """Stands for a `numpy.dtype`; its state says in which order bytes come."""

    __slots__ = ("_code", "_order")

    def __init__(self, code: Any = None, *_flags: Any) -> None:
        self._code = code.lstrip("<|=") if isinstance(code, str) else None
        self._order = "="

    def __setstate__(self, state: Any) -> None:
        # Version, order, then what arrays of arrays and records would have.
        if not isinstance(state, tuple) or len(state) < 5 or any(part is not None for part in state[2:5]):
            self._code = None
        else:
            self._order = state[1]

    def dtype(self) -> np.dtype | None:
        """`None` for types that PyTorch doesn't have, of which no weights are."""
        return np.dtype(self._code) if self._code in TYPES and self._order in ORDERS else None


class PlainArray:
    """Stands for a `numpy.ndarray`, whose numbers come with its state; without those that are no weights."""

    __slots__ = ("array",)

    def __init__(self) -> None:
        self.array: np.ndarray | None = None

    @classmethod
    def begin(cls, *_subtype_shape_and_code: Any) -> "PlainArray":
        return cls()

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            raise pickle.UnpicklingError("an array has a state that is none")
        _, shape, type_, is_fortran, content = state
        numbers = numbers_in(content, type_)
        if numbers is None:
            return
        sides = whole_numbers(shape)
        if math.prod(sides) != len(numbers):
            raise pickle.UnpicklingError("an array has not as many numbers as its sides say")
        self.array = numbers.reshape(sides, order="F" if is_fortran else "C")


def numbers_in(content: Any, type_: Any) -> np.ndarray | None:
    if not isinstance(type_, PlainType):
        raise pickle.UnpicklingError("an array has a type that is none")
    dtype = type_.dtype()
    if dtype is None:
        return None
    # Pickles of Python 2 have their bytes as text.
    raw = content.encode("latin1") if isinstance(content, str) else content
    if not isinstance(raw, bytes):
        raise pickle.UnpicklingError("an array is made of something that is no bytes")
    if len(raw) % dtype.itemsize:
        raise pickle.UnpicklingError("an array has a part of a number")
    return np.frombuffer(raw, dtype).copy()


def number_of(type_: Any, content: Any = b"") -> float | int | bool | None:
    """A single number; `None` where it is something else, as a training's settings may be."""
    if not isinstance(type_, PlainType) or not isinstance(content, (bytes, str)):
        return None
    numbers = numbers_in(content, type_)
    return None if numbers is None or len(numbers) != 1 else numbers[0].item()


def array_of(value: Any) -> Any:
    """The tensor or array that a stand-in holds; all else as it is."""
    if isinstance(value, Sealed):
        return value.tensor
    return value.array if isinstance(value, PlainArray) else value
