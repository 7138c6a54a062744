"""Reads the weights of a checkpoint, and runs no code that stands in it.

A `.pth` file is a pickle, a small program: it may name any function of any installed package and have it
called.  Here such a program gets what tensors are made of, and nothing else.
"""

import collections
import pickle
import tarfile
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from .export_failure import ExportFailure
from .tensor_file import TensorFileError, read_tensor_file

# What training programs put their weights under, beside the optimizer's state.
WEIGHT_KEYS = ("model", "state_dict", "model_state_dict", "network", "net", "weights")
# Put before all names by DataParallel, and by Lightning.
PREFIXES = ("module.", "model.")


class _Unpickler(pickle.Unpickler):
    """An unpickler that knows tensors, and plain records that it stands something empty in for.

    Types of storages are none of it: `torch.load` takes them for mere names before it asks here.
    """

    def find_class(self, module: str, name: str) -> Any:
        known = _known(module, name)
        if known is None:
            raise _ForeignCode(f"{module}.{name}")
        return known


class _ForeignCode(Exception):
    """A pickle asks for something that is no part of a tensor."""


class _SafePickle:
    """What `torch.load` wants of a pickle module."""

    Unpickler = _Unpickler
    UnpicklingError = pickle.UnpicklingError

    @staticmethod
    def load(file: Any, **options: Any) -> Any:
        return _Unpickler(file, **options).load()


class _Record(SimpleNamespace):
    """Stands for an `argparse.Namespace`, which torchvision's recipes keep beside the weights."""

    def __init__(self, *_arguments: Any, **fields: Any) -> None:
        super().__init__(**fields)


def _encode_latin(text: str, encoding: str) -> bytes:
    """What pickles of protocol 2 call for their bytes; the codec is always the same."""
    if encoding != "latin1":
        raise _ForeignCode(f"_codecs.encode to {encoding}")
    return text.encode("latin1")


def _known(module: str, name: str) -> Any:
    if module == "torch" and isinstance(getattr(torch, name, None), torch.dtype):
        return getattr(torch, name)
    return _KNOWN.get((module, name))


def _numpy_parts() -> dict[tuple[str, str], Any]:
    import numpy

    array = numpy.empty(0)
    reconstruct = array.__reduce__()[0]
    scalar = numpy.float64(0).__reduce__()[0]
    places = ("numpy.core.multiarray", "numpy._core.multiarray")
    return {
        **{(place, "_reconstruct"): reconstruct for place in places},
        **{(place, "scalar"): scalar for place in places},
        ("numpy", "ndarray"): numpy.ndarray,
        ("numpy", "dtype"): numpy.dtype,
    }


_KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_tensor"): torch._utils._rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): torch._utils._rebuild_parameter,
    ("torch.nn.parameter", "Parameter"): torch.nn.Parameter,
    ("torch", "Size"): torch.Size,
    ("torch", "device"): torch.device,
    ("argparse", "Namespace"): _Record,
    ("_codecs", "encode"): _encode_latin,
    **_numpy_parts(),
}


def load_weights(path: Path) -> dict[str, torch.Tensor]:
    """The weights in a checkpoint by name, without what stands before all names."""
    return without_prefix(find_weights(_read(path), path))


def refuse_code(path: Path) -> None:
    """Looks through a checkpoint that another library is going to read."""
    _read(path)


def _read(path: Path) -> Any:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ExportFailure(f"{path} {what}; expected the file of a checkpoint")
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    _refuse_other_archives(path)
    try:
        return _unpickle(path)
    except _ForeignCode as asked:
        raise ExportFailure(
            f"{path} is no plain checkpoint: it asks for {asked}, which is no part of a tensor and could run"
            " any code. Nothing of it was run."
            "\n  If it is your own and holds a whole model, save its weights instead:"
            ' torch.save(model.state_dict(), "weights.pth")'
        ) from None
    except Exception as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ExportFailure(
            f"{path} is no checkpoint of PyTorch ({reason}); expected what torch.save writes, or .safetensors"
        ) from None


def _unpickle(path: Path) -> Any:
    if zipfile.is_zipfile(path) or _is_legacy(path):
        # `weights_only` would refuse the records beside the weights too, and says less of what it refuses.
        return torch.load(path, map_location="cpu", pickle_module=_SafePickle, weights_only=False)
    with path.open("rb") as file:
        return _Unpickler(file, encoding="latin1").load()


def _is_legacy(path: Path) -> bool:
    """Whether it is what PyTorch wrote before 1.6: pickles in a row, the first a magic number."""
    beginning = pickle.dumps(torch.serialization.MAGIC_NUMBER, protocol=2)
    with path.open("rb") as file:
        return file.read(len(beginning)) == beginning


def _read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        return {name: torch.from_numpy(array) for name, array in read_tensor_file(path).items()}
    except TensorFileError as error:
        raise ExportFailure(f"{path} is no .safetensors file: {error}") from None


def _refuse_other_archives(path: Path) -> None:
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
        raise ExportFailure(f"{path} holds {_describe(content)}; expected weights by name")
    candidates = [content, *(content[key] for key in WEIGHT_KEYS if isinstance(content.get(key), dict))]
    for candidate in candidates:
        weights = {
            name: torch.as_tensor(value)
            for name, value in candidate.items()
            if isinstance(name, str) and (torch.is_tensor(value) or _is_array(value))
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


def _is_array(value: Any) -> bool:
    return type(value).__module__ == "numpy" and hasattr(value, "dtype") and value.dtype.kind in "fiub"


def _describe(content: Any) -> str:
    return "one tensor without a name" if torch.is_tensor(content) else f"a {type(content).__name__}"


def without_prefix(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    for prefix in PREFIXES:
        if all(name.startswith(prefix) for name in weights):
            return {name[len(prefix):]: value for name, value in weights.items()}
    return weights
