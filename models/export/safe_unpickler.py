"""An unpickler that knows tensors and runs no code that a file asks for.

A pickle is a small program: it may name any function of any installed package and have it called. Here it gets
stand-ins for what tensors are made of, and nothing else. What it makes cannot be changed by it afterwards, and every
number that says where something lies in memory is checked. (`torch.load` can be told to do the same, but PyTorch 1.13
passes over the pickle module that it is given, and its own `weights_only` had a hole up to 2.5.)
"""

import math
import pickle
from typing import Any

import torch

from .plain_array import PlainArray, PlainType, number_of
from .sealed import Sealed, SealedCall, StorageType, Weights
from .sides import whole_numbers


class ForeignCode(Exception):
    """A pickle asks for something that is no part of a tensor."""


class Record:
    """Stands for what trainings keep beside the weights: takes all that is said of it, and does nothing."""

    __slots__ = ()

    def __init__(self, *_arguments: Any, **_fields: Any) -> None:
        pass

    def ignore(self, *_arguments: Any) -> None:
        pass

    __setstate__ = __setitem__ = append = extend = add = ignore


# Extensions, instances made in older ways, buffers and what is filled with zeros before it is read.
LEFT_OUT = (
    *(pickle.EXT1, pickle.EXT2, pickle.EXT4, pickle.INST, pickle.OBJ),
    *(pickle.BYTEARRAY8, pickle.NEXT_BUFFER, pickle.READONLY_BUFFER),
)
# What may be given a state: all others keep what they were made of.
WITH_STATE = (Record, Weights, PlainArray, PlainType)
KEY_TYPES = (str, int, float, bool, type(None))
LONGEST_KEY = 10_000


class SafeUnpickler(pickle._Unpickler):
    """Written on Python's own slow unpickler: the fast one cannot be kept from changing what was made."""

    dispatch = {
        code: load for code, load in pickle._Unpickler.dispatch.items() if bytes([code]) not in LEFT_OUT
    }

    def find_class(self, module: str, name: str) -> Any:
        if module in RECORDS and name in RECORDS[module]:
            return Record
        if module == "torch" and isinstance(getattr(torch, name, None), torch.dtype):
            return Record
        if (module, name) not in KNOWN:
            raise ForeignCode(f"{module}.{name}"[:200])
        return KNOWN[module, name]

    def load_build(self) -> None:
        made = self.stack[-2]
        if not isinstance(made, WITH_STATE):
            raise pickle.UnpicklingError("something is changed that has no state")
        made.__setstate__(self.stack.pop())

    def load_setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._set(self.stack[-1], [(key, value)])

    def load_setitems(self) -> None:
        items = self.pop_mark()
        self._set(self.stack[-1], list(zip(items[::2], items[1::2])))

    def load_dict(self) -> None:
        items = self.pop_mark()
        made: dict = {}
        self._set(made, list(zip(items[::2], items[1::2])))
        self.append(made)

    def load_empty_set(self) -> None:
        self.append(Record())

    def load_frozenset(self) -> None:
        self.pop_mark()
        self.append(Record())

    def load_additems(self) -> None:
        self.pop_mark()

    @staticmethod
    def _set(target: Any, items: list[tuple[Any, Any]]) -> None:
        if isinstance(target, Record):
            return
        if not isinstance(target, dict):
            raise pickle.UnpicklingError("something gets entries that has none")
        for key, value in items:
            check_key(key)
            target[key] = value

    dispatch.update(
        {
            pickle.BUILD[0]: load_build,
            pickle.SETITEM[0]: load_setitem,
            pickle.SETITEMS[0]: load_setitems,
            pickle.DICT[0]: load_dict,
            pickle.EMPTY_SET[0]: load_empty_set,
            pickle.FROZENSET[0]: load_frozenset,
            pickle.ADDITEMS[0]: load_additems,
        }
    )


def check_key(key: Any) -> None:
    """Others, such as tuples of tuples, could take for ever to compare."""
    is_long = (isinstance(key, str) and len(key) > LONGEST_KEY) or (isinstance(key, int) and key.bit_length() > 64)
    if type(key) not in KEY_TYPES or is_long:
        raise pickle.UnpicklingError("a key is no short text and no number")


def make_dict(*arguments: Any) -> Weights:
    """An `OrderedDict`, which may be made of its entries."""
    made = Weights()
    for entry in arguments[0] if arguments else ():
        key, value = entry
        check_key(key)
        made[key] = value
    return made


def rebuild_tensor(storage: Any, offset: Any, size: Any, stride: Any, *_others: Any) -> Sealed:
    """A tensor that looks at a part of a storage, which is a flat tensor here; never beyond its ends."""
    if not isinstance(storage, Sealed) or not isinstance(storage.tensor, torch.Tensor):
        raise pickle.UnpicklingError("a tensor is made of something that is no storage")
    flat = storage.tensor
    sides, steps = whole_numbers(size), whole_numbers(stride)
    (start,) = whole_numbers((offset,))
    if len(sides) != len(steps):
        raise pickle.UnpicklingError("a tensor has not as many strides as sides")
    count = math.prod(sides)
    if count == 0:
        return Sealed(torch.zeros(sides, dtype=flat.dtype))
    last = start + sum((side - 1) * step for side, step in zip(sides, steps))
    if last >= flat.numel() or count > flat.numel():
        raise pickle.UnpicklingError("a tensor reaches beyond its storage")
    return Sealed(torch.as_strided(flat, sides, steps, start))


def rebuild_parameter(data: Any, *_others: Any) -> Any:
    return data


def encode_latin(text: Any, encoding: Any) -> bytes:
    """What pickles of protocol 2 call for their bytes; the codec is always the same."""
    if encoding != "latin1":
        raise ForeignCode(f"_codecs.encode to {str(encoding)[:50]}")
    return text.encode("latin1")


def make_bytes(*_nothing: Any) -> bytes:
    """Those of protocol 2 that are empty."""
    return b""


STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


def numpy_parts() -> dict[tuple[str, str], Any]:
    """What arrays and single numbers of NumPy are made of, in its old place and its new one."""
    places = ("numpy.core.multiarray", "numpy._core.multiarray")
    return {
        **{(place, "_reconstruct"): SealedCall(PlainArray.begin) for place in places},
        **{(place, "scalar"): SealedCall(number_of) for place in places},
        ("numpy", "ndarray"): Sealed(None),
        ("numpy", "dtype"): SealedCall(PlainType),
    }


# The state of optimizers and of schedules, and the arguments of a training. Nothing of these names is ever looked up.
BUILT_IN = ("set", "frozenset", "list", "dict", "int", "float", "str", "getattr", "bytearray", "complex", "slice")
PATHS = ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath")
RECORDS: dict[str, tuple[str, ...]] = {
    "argparse": ("Namespace",),
    "builtins": BUILT_IN,
    "__builtin__": BUILT_IN,
    "collections": ("Counter", "defaultdict", "deque"),
    "datetime": ("datetime", "date", "timedelta"),
    "decimal": ("Decimal",),
    "pathlib": PATHS,
    "pathlib._local": PATHS,
    "torch": ("device",),
    "torch.optim.lr_scheduler": ("OneCycleLR", "CyclicLR", "LambdaLR"),
    "torch.optim.sgd": ("SGD",),
    "torch.optim.swa_utils": ("SWALR",),
    "torch.torch_version": ("TorchVersion",),
    "types": ("SimpleNamespace",),
    "uuid": ("UUID",),
}
KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): SealedCall(make_dict),
    ("torch._utils", "_rebuild_tensor_v2"): SealedCall(rebuild_tensor),
    ("torch._utils", "_rebuild_tensor"): SealedCall(rebuild_tensor),
    ("torch._utils", "_rebuild_parameter"): SealedCall(rebuild_parameter),
    ("torch", "Size"): SealedCall(tuple),
    ("_codecs", "encode"): SealedCall(encode_latin),
    ("builtins", "bytes"): SealedCall(make_bytes),
    ("__builtin__", "bytes"): SealedCall(make_bytes),
    **{("torch", name): StorageType(dtype) for name, dtype in STORAGES.items()},
    **numpy_parts(),
}
