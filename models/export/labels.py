"""Names of classes."""

import json
from pathlib import Path

from .export_failure import ExportFailure

MAX_BYTES = 1_000_000


def read_labels(path: Path, classes: int) -> list[str]:
    """@param classes how many the network has, the background too where it has one."""
    if not path.is_file():
        raise ExportFailure(f"{path} does not exist; expected the names of {classes} classes")
    if path.stat().st_size > MAX_BYTES:
        raise ExportFailure(f"{path} is larger than {MAX_BYTES} bytes; expected the names of classes")
    labels = _parse(path)
    if len(labels) != classes:
        raise ExportFailure(
            f"{path} names {len(labels)} classes, but the network has {classes}; name every class,"
            " in the order of the training, and the background where it is one"
        )
    return labels


def _parse(path: Path) -> list[str]:
    try:
        # Editors on Windows put a mark before the first name.
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExportFailure(f"{path} is not UTF-8: {error}") from None
    if path.suffix != ".json":
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExportFailure(f"{path} is not valid JSON: {error}") from None
    if isinstance(content, dict):
        ids = [str(index) for index in range(len(content))]
        if set(content) != set(ids):
            raise ExportFailure(
                f"{path}: expected the class ids 0 to {len(ids) - 1} as keys, got {', '.join(content)[:200]}"
            )
        content = [content[key] for key in ids]
    if not isinstance(content, list) or not all(isinstance(label, str) for label in content):
        raise ExportFailure(f"{path}: expected a list of names, or names by class id")
    return content


def plain_labels(classes: int, first: str = "background") -> list[str]:
    """Where nothing names them; torchvision's networks have the background first."""
    return [first, *(f"class {index}" for index in range(1, classes))]
