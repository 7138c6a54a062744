"""CLIP, SAM, DETR and SegFormer of the installed transformers, from a folder as `save_pretrained` writes it."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import transformers

from . import huggingface_clip, huggingface_detr, huggingface_sam, huggingface_segformer
from .export_failure import ExportFailure
from .exported import Exported
from .safe_load import refuse_code

MAX_CONFIG_BYTES = 5_000_000
PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")

# What exports a network of transformers, by its class.
EXPORTERS: dict[str, Callable[..., Exported]] = {
    "CLIPModel": huggingface_clip.export,
    "SamModel": huggingface_sam.export,
    "DetrForObjectDetection": huggingface_detr.export,
    "SegformerForSemanticSegmentation": huggingface_segformer.export,
}


def export(options: argparse.Namespace, folder: Path) -> Exported:
    source = options.checkpoint
    architecture = architecture_of(source)
    for pattern in PICKLES:
        for path in source.glob(pattern):
            refuse_code(path)
    network = load(source, architecture)
    return EXPORTERS[architecture](network, options, folder)


def architecture_of(source: Path) -> str:
    config = read_config(source / "config.json")
    named = config.get("architectures")
    architecture = named[0] if isinstance(named, list) and named else None
    if architecture in EXPORTERS:
        return architecture
    raise ExportFailure(
        f"{source / 'config.json'} is of the architecture {architecture}; expected {', '.join(EXPORTERS)}."
        "\n  optimum-cli exports many others, and darkroom models add takes what it writes"
    )


def read_config(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ExportFailure(f"{path} does not exist; expected a folder as save_pretrained writes it")
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise ExportFailure(f"{path} is larger than {MAX_CONFIG_BYTES} bytes")
    try:
        content = json.loads(path.read_text("utf8"))
    except (ValueError, RecursionError) as error:
        raise ExportFailure(f"{path} is not valid JSON: {error}") from None
    if not isinstance(content, dict):
        raise ExportFailure(f"{path} holds no object; expected a config of transformers")
    return content


def load(source: Path, architecture: str):
    """The network with its weights. Nothing is fetched, and no code of the folder is run."""
    try:
        network, told = getattr(transformers, architecture).from_pretrained(
            str(source),
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            # The plain way to reckon attention is the one that ONNX has operators for.
            attn_implementation="eager",
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise ExportFailure(
            f"{source} does not load as {architecture}: {str(error).splitlines()[0]}"
        ) from None
    missing = sorted(told["missing_keys"])
    if missing:
        raise ExportFailure(
            f"{source} lacks {len(missing)} weights of {architecture}, such as {', '.join(missing[:3])}"
        )
    return network.float().eval()
