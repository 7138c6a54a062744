"""What a kind of checkpoint has made, for all that follows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image
from torch import nn

from .answers import Answer
from .onnx_runner import GraphRun
from .service import Service

# Runs one of the written graphs, given by its file's name.
RunGraph = Callable[[str, dict[str, np.ndarray]], GraphRun]

# Asks a service for a picture, by the model's id.
AskService = Callable[[Image.Image, Service, str], Answer]


@dataclass(frozen=True)
class TimedAnswer:
    """An answer, and how long the network alone took."""

    answer: Answer
    seconds: float


@dataclass(frozen=True)
class Exported:
    """A network that was written as graphs, and both ways to ask it."""

    # Names of the files by their part in the manifest, and the manifest's fields beyond those of all models.
    parts: dict[str, str]
    fields: dict[str, Any]
    # With PyTorch, and with the preparation of the library that the network comes from.
    ask_original: Callable[[Image.Image], TimedAnswer]
    # With the graphs, and with the preparation that the manifest describes.
    ask_graphs: Callable[[Image.Image, RunGraph], TimedAnswer]
    ask_service: AskService
    # What `ask_original` gives the picture to, where that is one call.
    network: nn.Module | None = None
    # Of classes, or the texts that were compared.
    labels: Sequence[str] = ()
    # What a user should know, a sentence each.
    notes: Sequence[str] = field(default_factory=tuple)
