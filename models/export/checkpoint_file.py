"""The formats in which PyTorch writes checkpoints: an archive since 1.6, pickles in a row before, plain pickles."""

import io
import pickle
import sys
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import torch

from .safe_unpickler import SafeUnpickler
from .sealed import Sealed, StorageType

# What the older format begins with, and the version of it that there is.
MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
LEGACY_VERSION = 1001
COUNT_BYTES = 8
ARCHIVE_ENTRY = b"PK\x03\x04"
LFS_POINTER = b"version https://git-lfs"


class CheckpointFileError(Exception):
    """The file isn't what it says."""


def read_checkpoint(path: Path) -> Any:
    """What was saved, with the numbers of all tensors."""
    if sys.byteorder != "little":
        raise CheckpointFileError("checkpoints are read on little-endian machines alone")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return read_archive(archive, path.stat().st_size)
    with path.open("rb") as file:
        refuse_incomplete(file)
        if is_legacy(file):
            return read_legacy(file, path.stat().st_size)
        return SafeUnpickler(file, encoding="latin1").load()


class ArchiveUnpickler(SafeUnpickler):
    """Numbers of a storage are a file of the archive."""

    def __init__(self, file: BinaryIO, archive: zipfile.ZipFile, folder: str, most_bytes: int) -> None:
        super().__init__(file, encoding="utf-8")
        self._archive, self._folder, self._left = archive, folder, most_bytes
        self._storages: dict[str, Sealed] = {}

    def persistent_load(self, saved: Any) -> Sealed:
        storage_type, key, count = storage_of(saved)
        if key not in self._storages:
            content = read_stored(self._archive, f"{self._folder}data/{key}", self._left)
            # Files of an archive may lie over one another.
            self._left -= len(content)
            self._storages[key] = Sealed(numbers(content, storage_type, count))
        return self._storages[key]


def read_archive(archive: zipfile.ZipFile, size: int) -> Any:
    pickles = [name for name in archive.namelist() if name.endswith("data.pkl")]
    if len(pickles) != 1:
        raise CheckpointFileError(f"expected one data.pkl in the archive, found {len(pickles)}")
    folder = pickles[0].removesuffix("data.pkl")
    byteorder = f"{folder}byteorder"
    if byteorder in archive.namelist() and read_stored(archive, byteorder, size) != b"little":
        raise CheckpointFileError("its numbers are big-endian")
    content = io.BytesIO(read_stored(archive, pickles[0], size))
    return ArchiveUnpickler(content, archive, folder, size).load()


def read_stored(archive: zipfile.ZipFile, name: str, most_bytes: int) -> bytearray:
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise CheckpointFileError(f"the archive lacks {name}") from None
    # PyTorch never compresses; what is packed could be of any size.
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
        raise CheckpointFileError(f"{name} is compressed")
    if entry.file_size > most_bytes:
        raise CheckpointFileError(f"{name} is larger than the file that it is in")
    content = bytearray(entry.file_size)
    with archive.open(entry) as file:
        if file.readinto(content) != len(content):
            raise CheckpointFileError(f"{name} is cut off")
    return content


class LegacyUnpickler(SafeUnpickler):
    """Numbers of all storages come behind the pickles."""

    def __init__(self, file: BinaryIO, most_bytes: int) -> None:
        super().__init__(file, encoding="utf-8")
        self._left = most_bytes
        self.storages: dict[str, Sealed] = {}

    def persistent_load(self, saved: Any) -> Sealed:
        storage_type, key, count = storage_of(saved)
        if key not in self.storages:
            self._left -= count * item_bytes(storage_type)
            if self._left < 0:
                raise CheckpointFileError("it announces more numbers than it has bytes")
            self.storages[key] = Sealed(torch.zeros(count, dtype=storage_type.dtype))
        return self.storages[key]


def refuse_incomplete(file: BinaryIO) -> None:
    """What comes of downloads that did not end well."""
    beginning = file.read(len(LFS_POINTER))
    file.seek(0)
    if not beginning:
        raise CheckpointFileError("it is empty")
    if beginning.startswith(ARCHIVE_ENTRY):
        raise CheckpointFileError("its end is missing: fetch it again")
    if beginning == LFS_POINTER:
        raise CheckpointFileError("it only points to the file: run git lfs pull where it comes from")
    if beginning.lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise CheckpointFileError("it is a web page: look at the address that it was fetched from")


def is_legacy(file: BinaryIO) -> bool:
    beginning = pickle.dumps(MAGIC_NUMBER, protocol=2)
    found = file.read(len(beginning))
    file.seek(0)
    return found == beginning


def read_legacy(file: BinaryIO, size: int) -> Any:
    _, version, system = (SafeUnpickler(file).load() for _ in range(3))
    if version != LEGACY_VERSION or not isinstance(system, dict) or not system.get("little_endian"):
        raise CheckpointFileError("it is of a version of the older format that is not known")
    unpickler = LegacyUnpickler(file, size)
    content = unpickler.load()
    keys = SafeUnpickler(file).load()
    is_list = isinstance(keys, list) and all(type(key) is str for key in keys)
    if not is_list or sorted(keys) != sorted(unpickler.storages):
        raise CheckpointFileError("it has not the numbers of all its storages, or others too")
    for key in keys:
        storage = unpickler.storages[key].tensor
        if int.from_bytes(file.read(COUNT_BYTES), "little") != len(storage):
            raise CheckpointFileError("a storage has another length than announced")
        filled = bytearray(file.read(len(storage) * storage.element_size()))
        storage.copy_(numbers(filled, StorageType(storage.dtype), len(storage)))
    return content


def storage_of(saved: Any) -> tuple[StorageType, str, int]:
    """What a pickle says of a storage: that it is one, its type, its key, its device and its length."""
    if not isinstance(saved, tuple) or len(saved) < 5 or saved[0] != "storage":
        raise CheckpointFileError("it refers to something that is no storage")
    _, storage_type, key, _, count, *view = saved
    if not isinstance(storage_type, StorageType) or type(count) is not int or count < 0:
        raise CheckpointFileError("it has a storage of a type that is not known")
    if view and view[0] is not None:
        raise CheckpointFileError("it has views of storages, as PyTorch before 0.4 wrote them: save it again")
    if type(key) is not str:
        raise CheckpointFileError("it has a storage whose name is no text")
    return storage_type, key, count


def numbers(content: bytearray, storage_type: StorageType, count: int) -> torch.Tensor:
    if len(content) != count * item_bytes(storage_type):
        raise CheckpointFileError(f"expected {count} numbers in a storage of {len(content)} bytes")
    if count == 0:
        return torch.zeros(0, dtype=storage_type.dtype)
    return torch.frombuffer(content, dtype=storage_type.dtype)


def item_bytes(storage_type: StorageType) -> int:
    return torch.empty(0, dtype=storage_type.dtype).element_size()
