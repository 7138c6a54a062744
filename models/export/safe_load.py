"""Finds the weights in a checkpoint, and runs no code that stands in it."""

import tarfile
import zipfile
from pathlib import Path
from typing import Any

import torch

from .checkpoint_file import read_checkpoint
from .export_failure import ExportFailure
from .safe_unpickler import ForeignCode
from .tensor_file import TensorFileError, read_tensor_file

# What training programs put their weights under, beside the optimizer's state.
WEIGHT_KEYS = ("model", "state_dict", "model_state_dict", "network", "net", "weights")
# Put before all names by DataParallel, and by Lightning.
PREFIXES = ("module.", "model.")
LONGEST_REASON = 200


def load_weights(path: Path) -> dict[str, torch.Tensor]:
    """The weights in a checkpoint by name, without what stands before all names."""
    return without_prefix(find_weights(read(path), path))


def refuse_code(path: Path) -> None:
    """Looks through a checkpoint that another library is going to read."""
    read(path)


def read(path: Path) -> Any:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ExportFailure(f"{path} {what}; expected the file of a checkpoint")
    if path.suffix == ".safetensors":
        return read_safetensors(path)
    refuse_other_archives(path)
    try:
        return read_checkpoint(path)
    except ForeignCode as asked:
        raise ExportFailure(
            f"{path} is no plain checkpoint: it asks for {asked}, which is no part of a tensor and could run"
            " any code. Nothing of it was run."
            "\n  If it is your own and holds a whole model, save its weights instead:"
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
    if tarfile.is_tarfile(path):
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


def find_weights(content: Any, path: Path) -> dict[str, torch.Tensor]:
    """The weights in what a checkpoint holds: all of it, or what lies under one of the usual names."""
    if not isinstance(content, dict):
        raise ExportFailure(f"{path} holds {describe(content)}; expected weights by name")
    candidates = [content, *(content[key] for key in WEIGHT_KEYS if isinstance(content.get(key), dict))]
    for candidate in candidates:
        weights = {
            name: torch.as_tensor(value)
            for name, value in candidate.items()
            if isinstance(name, str) and (torch.is_tensor(value) or is_array(value))
        }
        plain = [value for value in candidate.values() if isinstance(value, (str, int, float))]
        # The zoo of Detectron2 has its name beside the weights, and some programs a version.
        if weights and len(weights) + len(plain) == len(candidate) and len(weights) > len(plain):
            return weights
    keys = ", ".join(str(key) for key in list(content)[:12]) or "nothing"
    raise ExportFailure(
        f"{path} holds no weights: at its top are {keys}; expected weights by name, or those under"
        f" {', '.join(WEIGHT_KEYS)}"
    )


def is_array(value: Any) -> bool:
    return type(value).__module__ == "numpy" and hasattr(value, "dtype") and value.dtype.kind in "fiub"


def describe(content: Any) -> str:
    return "one tensor without a name" if torch.is_tensor(content) else f"a {type(content).__name__}"


def without_prefix(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    for prefix in PREFIXES:
        if all(name.startswith(prefix) for name in weights):
            return {name[len(prefix) :]: value for name, value in weights.items()}
    return weights
