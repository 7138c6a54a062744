"""How much of a difference is PyTorch's own rounding."""

from typing import Any

import torch
from PIL import Image
from torch import nn

from .answers import Answer
from .exported import Exported


def ask_in_double_precision(exported: Exported, picture: Image.Image) -> Answer:
    """The original's answer with numbers of 64 bits; its network stays as it then is."""
    network = exported.network
    assert network is not None
    network.double()
    usual = torch.get_default_dtype()
    # What a network makes for itself, such as anchors, is of the usual type.
    torch.set_default_dtype(torch.float64)
    hook = network.register_forward_pre_hook(widen_given)
    try:
        return exported.ask_original(picture).answer
    finally:
        hook.remove()
        torch.set_default_dtype(usual)


def widen_given(_network: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(widen(value) for value in given)


def widen(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value.double()
    if isinstance(value, (list, tuple)):
        return type(value)(map(widen, value))
    return value
