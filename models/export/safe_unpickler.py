"""An unpickler that knows tensors and runs no code that a file asks for.

A pickle is a small program: it may name any function of any installed package and have it called. Here it gets
stand-ins for what tensors are made of, and nothing else. (`torch.load` can be told to do the same, but PyTorch 1.13
passes over the pickle module that it is given, and its own `weights_only` had a hole up to 2.5.)
"""

import collections
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch


class ForeignCode(Exception):
    """A pickle asks for something that is no part of a tensor."""


@dataclass(frozen=True)
class StorageType:
    """Names the numbers of a storage; what is in it lies elsewhere in the file."""

    dtype: torch.dtype


class Record:
    """Stands for what trainings keep beside the weights: takes all that is said of it, and does nothing."""

    def __init__(self, *_arguments: Any, **_fields: Any) -> None:
        pass

    def ignore(self, *_arguments: Any) -> None:
        pass

    __setstate__ = __setitem__ = append = extend = add = ignore


class SafeUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module in RECORDS and name in RECORDS[module]:
            return Record
        if module == "torch" and isinstance(getattr(torch, name, None), torch.dtype):
            return getattr(torch, name)
        if (module, name) not in KNOWN:
            raise ForeignCode(f"{module}.{name}")
        return KNOWN[module, name]


def rebuild_tensor(
    storage: torch.Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_others: Any
) -> torch.Tensor:
    """A tensor that looks at a part of a storage, which is a flat tensor here; never beyond its end."""
    if not isinstance(storage, torch.Tensor):
        raise pickle.UnpicklingError("a tensor is made of something that is no storage")
    return torch.as_strided(storage, tuple(size), tuple(stride), offset)


def rebuild_parameter(data: torch.Tensor, *_others: Any) -> torch.Tensor:
    return data


def encode_latin(text: str, encoding: str) -> bytes:
    """What pickles of protocol 2 call for their bytes; the codec is always the same."""
    if encoding != "latin1":
        raise ForeignCode(f"_codecs.encode to {encoding}")
    return text.encode("latin1")


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
    reconstruct = np.empty(0).__reduce__()[0]
    scalar = np.float64(0).__reduce__()[0]
    places = ("numpy.core.multiarray", "numpy._core.multiarray")
    return {
        **{(place, "_reconstruct"): reconstruct for place in places},
        **{(place, "scalar"): scalar for place in places},
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }


# The state of optimizers and of schedules, and the arguments of a training. Nothing of these names is ever looked up.
BUILT_IN = ("set", "frozenset", "list", "dict", "int", "float", "getattr")
RECORDS: dict[str, tuple[str, ...]] = {
    "argparse": ("Namespace",),
    "builtins": BUILT_IN,
    "__builtin__": BUILT_IN,
    "collections": ("Counter", "defaultdict", "deque"),
    "pathlib": ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"),
    "pathlib._local": ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"),
    "torch.optim.lr_scheduler": ("OneCycleLR", "CyclicLR", "LambdaLR"),
}
KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
    ("torch._utils", "_rebuild_tensor"): rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): rebuild_parameter,
    ("torch", "Size"): tuple,
    ("torch", "device"): torch.device,
    ("_codecs", "encode"): encode_latin,
    **{("torch", name): StorageType(dtype) for name, dtype in STORAGES.items()},
    **numpy_parts(),
}
