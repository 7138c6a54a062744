"""Stand-ins that a pickle can pass on, and not change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True, slots=True)
class Sealed:
    """A tensor or the numbers of a storage; a pickle that had the tensor itself could write into it."""

    tensor: Any


@dataclass(frozen=True, slots=True)
class SealedCall:
    """A function of ours; of a plain one a pickle could change the defaults."""

    function: Callable[..., Any]

    def __call__(self, *arguments: Any) -> Any:
        return self.function(*arguments)


@dataclass(frozen=True, slots=True)
class StorageType:
    """Names the numbers of a storage; what is in it lies elsewhere in the file."""

    dtype: torch.dtype


class Weights(dict):
    """Stands for an `OrderedDict`, of which PyTorch keeps the versions of modules beside the entries."""

    __slots__ = ()

    def __setstate__(self, _state: Any) -> None:
        pass
