"""`.safetensors` files: the length of a JSON header, the header, then the numbers, little-endian."""

import json
import math
from pathlib import Path

import numpy as np

LENGTH_BYTES = 8
# As the format has it.
HEADER_BYTES_MAX = 100_000_000
TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}


class TensorFileError(Exception):
    """The file is something else, or doesn't hold what its header says."""


def write_tensor_file(path: Path, tensors: dict[str, np.ndarray]) -> None:
    names = {np.dtype(type_): name for name, type_ in TYPES.items()}
    header, contents, offset = {}, [], 0
    for name, array in tensors.items():
        content = np.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": names[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [offset, offset + len(content)],
        }
        contents.append(content)
        offset += len(content)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(LENGTH_BYTES, "little") + text + b"".join(contents))


def read_tensor_file(path: Path) -> dict[str, np.ndarray]:
    content = path.read_bytes()
    length = int.from_bytes(content[:LENGTH_BYTES], "little")
    if len(content) < LENGTH_BYTES or length > min(HEADER_BYTES_MAX, len(content) - LENGTH_BYTES):
        raise TensorFileError(f"its {len(content)} bytes don't hold the header that they announce")
    numbers = memoryview(content)[LENGTH_BYTES + length :]
    try:
        header = json.loads(content[LENGTH_BYTES : LENGTH_BYTES + length])
        header.pop("__metadata__", None)
        if sum(end - start for start, end in (entry["data_offsets"] for entry in header.values())) > len(numbers):
            raise TensorFileError("its tensors lie over one another")
        return {name: _read(name, entry, numbers) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TensorFileError(f"its header is wrong: {error}") from None


def _read(name: str, entry: dict, numbers: memoryview) -> np.ndarray:
    shape = entry["shape"]
    if entry["dtype"] == "BF16":
        # The upper half of a float32.
        halves = _numbers(name, numbers, entry["data_offsets"], np.dtype("<u2"), shape)
        return (halves.astype(np.uint32) << 16).view(np.float32)
    if entry["dtype"] not in TYPES:
        raise TensorFileError(f"{name} has numbers of {entry['dtype']}; expected {', '.join(TYPES)} or BF16")
    return _numbers(name, numbers, entry["data_offsets"], np.dtype(TYPES[entry["dtype"]]), shape).copy()


def _numbers(
    name: str, numbers: memoryview, offsets: list[int], dtype: np.dtype, shape: list[int]
) -> np.ndarray:
    start, end = offsets
    wanted = math.prod(shape) * dtype.itemsize
    if not 0 <= start <= end <= len(numbers) or end - start != wanted or min(shape, default=0) < 0:
        raise TensorFileError(f"{name} of {shape} needs {wanted} bytes, but has {start} to {end}")
    return np.frombuffer(numbers[start:end], dtype).reshape(shape)
