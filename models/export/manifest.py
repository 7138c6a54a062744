"""The `model.json` of an exported model; docs/add-a-model.md describes its fields."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from .export_failure import ExportFailure

ID_LENGTH_MAX = 64
ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# Folders of models lie in `models/` or one deeper, in `models/local/`.
SCHEMA_FILE = "model.schema.json"
MODELS_FOLDER = Path(__file__).resolve().parents[1]

IMAGENET_STATISTICS = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}


def model_id(given: str | None, folder: Path | None, checkpoint: Path) -> str:
    """The id that is asked for, or that of the folder that is, or one after the checkpoint's name."""
    for option, asked in (("--id", given), ("the name of the folder in --output", folder and folder.name)):
        if asked is not None:
            return checked_id(option, asked)
    name = checkpoint.resolve().name if checkpoint.is_dir() else checkpoint.stem
    plain = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip(".-_")[:ID_LENGTH_MAX]
    return plain or "model"


def checked_id(option: str, asked: str) -> str:
    if ID.fullmatch(asked):
        return asked
    expected = f"lower-case letters, digits, '.', '_' and '-', {ID_LENGTH_MAX} at most"
    raise ExportFailure(f"{option}: expected {expected}, got {asked or 'none'}")


def compose_manifest(
    model: str, folder: Path, files: Path, parts: dict[str, str], fields: dict[str, Any]
) -> dict[str, Any]:
    """@param folder where it is going to be @param files where its files are now, by part in `parts`"""
    schema = schema_path(folder)
    return {
        **({"$schema": schema} if schema else {}),
        "id": model,
        "task": fields["task"],
        "family": fields["family"],
        "description": fields["description"],
        "license": fields["license"],
        "source": fields["source"],
        "files": {part: {"path": name, "sha256": sha256_of(files / name)} for part, name in parts.items()},
        **{
            key: value
            for key, value in fields.items()
            if key in ("labels", "palette", "preparation", "defaults", "family_options") and value
        },
    }


def write_manifest(manifest: dict[str, Any], folder: Path) -> None:
    (folder / "model.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf8")


def schema_path(folder: Path) -> str | None:
    """Seen from the manifest; `None` for a folder that lies elsewhere."""
    parents = folder.resolve().parents
    if MODELS_FOLDER not in parents:
        return None
    return "../" * (parents.index(MODELS_FOLDER) + 1) + SCHEMA_FILE


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
