"""Checkpoints for tests: sound ones as small as they go, and some that mean harm."""

import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch


class RunsACommand:
    """Pickled, it is a program that makes a file when it is loaded carelessly."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return os.system, (f"touch {self.trace}",)


class EvaluatesCode:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return eval, (f"open({str(self.trace)!r}, 'w')",)


class ChangesTheProgram:
    """Sets an attribute of a type that every program has."""

    def __reduce__(self):
        return setattr, (Path, "stolen", True)


def small_weights() -> OrderedDict:
    generator = torch.Generator().manual_seed(1)
    return OrderedDict(
        [
            ("first.weight", torch.rand(3, 2, generator=generator)),
            ("first.bias", torch.rand(3, generator=generator).half()),
            ("steps", torch.tensor(7)),
        ]
    )


def write_pickle_in_archive(path: Path, content: bytes) -> None:
    """A checkpoint whose pickle is anything."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        archive.writestr("archive/version", "3\n")


def write_plain_pickle(path: Path, value: object, protocol: int = 2) -> None:
    path.write_bytes(pickle.dumps(value, protocol=protocol))
