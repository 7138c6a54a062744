"""Finds the weights in a checkpoint, and runs no code that stands in it."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .checkpoint_file import read_checkpoint
from .checkpoint_kind import first_names
from .export_failure import ExportFailure
from .plain_array import array_of
from .safe_unpickler import ForeignCode, Record
from .sealed import Sealed
from .tensor_file import TensorFileError, read_tensor_file

# What training programs put their weights under, beside the optimizer's state. The first that there is counts.
WEIGHT_KEYS = (
    *("model", "state_dict", "model_state_dict", "network", "net", "weights"),
    *("model_ema", "ema", "ema_model", "ema_state_dict", "state_dict_ema"),
)
# Put before names by DataParallel, by Lightning and programs like it, by averaging, and by torch.compile.
PREFIXES = ("module.", "model.", "net.", "network.", "_orig_mod.")
MOST_PREFIXES = 4
# Counts the updates of averaged weights.
AVERAGED_COUNTER = "n_averaged"
LONGEST_REASON = 200
# What tar archives have in their first header.
TAR_MARK, TAR_MARK_AT = b"ustar", 257


@dataclass(frozen=True)
class Checkpoint:
    """What is of use in a checkpoint."""

    weights: dict[str, torch.Tensor]
    # What a user should know, a sentence each.
    notes: tuple[str, ...] = ()


def load_checkpoint(path: Path, key: str | None = None) -> Checkpoint:
    """The weights in a checkpoint by name, without what stands before most names.

    @param key under which they are; by default the first of the usual ones
    """
    found = find_weights(read(path), path, key)
    bare, dropped = without_prefixes(found.weights)
    if not dropped:
        return Checkpoint(bare, found.notes)
    return Checkpoint(bare, (*found.notes, f"left out, as no part of the network: {first_names(dropped)}"))


def refuse_code(path: Path) -> None:
    """Looks through a checkpoint that another library is going to read."""
    read(path)


def read(path: Path) -> Any:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ExportFailure(f"{path} {what}; expected the file of a checkpoint")
    if path.suffix == ".safetensors":
        return read_safetensors(path)
    try:
        refuse_other_archives(path)
        return read_checkpoint(path)
    except ExportFailure:
        raise
    except ForeignCode as asked:
        raise ExportFailure(
            f"{path} is no plain checkpoint: it asks for {asked}, which is no part of a tensor and could run"
            " any code. Nothing of it was run."
            "\n  If it is your own, save its weights alone, without whole models or objects of your program:"
            ' torch.save(model.state_dict(), "weights.pth")'
        ) from None
    # A damaged pickle can fail in any way.
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:LONGEST_REASON]
        raise ExportFailure(
            f"{path} is no checkpoint of PyTorch ({reason}); expected what torch.save writes, or .safetensors"
        ) from None


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        return {name: torch.from_numpy(array) for name, array in read_tensor_file(path).items()}
    except TensorFileError as error:
        raise ExportFailure(f"{path} is no .safetensors file: {error}") from None


def refuse_other_archives(path: Path) -> None:
    with path.open("rb") as file:
        beginning = file.read(TAR_MARK_AT + len(TAR_MARK))
    if beginning[TAR_MARK_AT:] == TAR_MARK:
        raise ExportFailure(
            f"{path} is a tar archive. Unpack it, and give the checkpoint in it;"
            " one of PyTorch 0.1 has to be saved again with a newer version"
        )
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        if any(name.endswith("constants.pkl") for name in names):
            raise ExportFailure(
                f"{path} is a TorchScript program. Save the weights of the model that it was made from:"
                ' torch.save(model.state_dict(), "weights.pth")'
            )


def find_weights(content: Any, path: Path, key: str | None) -> Checkpoint:
    """The weights in what a checkpoint holds: all of it, or what lies under one of its names."""
    if not isinstance(content, dict):
        raise ExportFailure(f"{path} holds {describe(content)}; expected weights by name")
    places = {None: content, **{name: value for name, value in content.items() if isinstance(value, dict)}}
    wanted = (None, *WEIGHT_KEYS) if key is None else (key,)
    found = [
        (name, weights) for name in wanted if name in places and (weights := weights_in(places[name]))
    ]
    if found:
        (first, weights), *others = found
        names = ", ".join(name for name, _ in others)
        notes = (f"these are the weights under {first}; there are {names} too: see --key",) if others else ()
        return Checkpoint(weights, notes)
    keys = ", ".join(str(name) for name in list(content)[:12]) or "nothing"
    expected = f"those under {key}" if key else f"weights by name, or those under {', '.join(WEIGHT_KEYS)}"
    raise ExportFailure(f"{path} holds no weights: at its top are {keys}; expected {expected}")


def weights_in(candidate: dict) -> dict[str, torch.Tensor]:
    """None, where there is more than weights."""
    held = {name: array_of(value) for name, value in candidate.items() if isinstance(name, str)}
    weights = {
        name: torch.as_tensor(value)
        for name, value in held.items()
        if torch.is_tensor(value) or isinstance(value, np.ndarray)
    }
    plain = [value for value in candidate.values() if isinstance(value, (str, int, float))]
    # The zoo of Detectron2 has its name beside the weights, and some programs a version.
    return weights if len(weights) + len(plain) == len(candidate) and len(weights) > len(plain) else {}


def describe(content: Any) -> str:
    if isinstance(content, Sealed):
        return "one tensor without a name"
    return "objects of a program" if isinstance(content, Record) else f"a {type(content).__name__}"


def without_prefixes(weights: dict[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], list[str]]:
    """@return the weights without what stands before most of their names, and the names without it"""
    kept, dropped = dict(weights), []
    kept.pop(AVERAGED_COUNTER, None)
    for _ in range(MOST_PREFIXES):
        prefix = prefix_of_most(kept)
        if prefix is None:
            break
        dropped += [name for name in kept if not name.startswith(prefix)]
        kept = {name[len(prefix) :]: value for name, value in kept.items() if name.startswith(prefix)}
    return kept, dropped


def prefix_of_most(names: Iterable[str]) -> str | None:
    """Losses with weights of their own, and the like, may stand beside a network."""
    known = list(names)
    for prefix in PREFIXES:
        if 2 * sum(name.startswith(prefix) for name in known) > len(known):
            return prefix
    return None
