"""From a `preprocessor_config.json` of transformers to a manifest's preparation."""

from pathlib import Path
from typing import Any

from .export_failure import ExportFailure

# PIL's numbers of its filters.
RESAMPLERS = {1: "pil-lanczos", 2: "pil-bilinear", 3: "pil-bicubic"}
BILINEAR = 2


def preparation_of(config: dict[str, Any], path: Path) -> dict[str, Any]:
    """@param path of the config, for messages"""
    return {**sizes(config, path), **resampler(config, path), **values(config)}


def sizes(config: dict[str, Any], path: Path) -> dict[str, Any]:
    if config.get("do_resize") is False:
        raise ExportFailure(f"{path}: do_resize is false; expected the size that pictures are resized to")
    size = config.get("size")
    longest = config.get("max_size")
    if isinstance(size, int):
        size = (
            {"shortest_edge": size, "longest_edge": longest} if longest else {"width": size, "height": size}
        )
    if isinstance(size, dict):
        if size.get("width") and size.get("height"):
            return {"resize": "stretch", "width": size["width"], "height": size["height"]}
        if size.get("shortest_edge"):
            most = size.get("longest_edge")
            return {
                "resize": "shortest-edge",
                "shortest_edge": size["shortest_edge"],
                **({"longest_edge": most} if most else {}),
                "shortest_edge_rounding": "transformers",
            }
    raise ExportFailure(f"{path}: size is {size}; expected width and height, or shortest_edge")


def resampler(config: dict[str, Any], path: Path) -> dict[str, Any]:
    number = config.get("resample", BILINEAR)
    if number not in RESAMPLERS:
        raise ExportFailure(
            f"{path}: resample is {number}; expected 1 (Lanczos), 2 (bilinear) or 3 (bicubic)"
        )
    return {"resampler": RESAMPLERS[number]}


def values(config: dict[str, Any]) -> dict[str, Any]:
    """What is left out is as manifests have it: times 1/255, no mean and std."""
    factor = config.get("rescale_factor")
    scale = 1 if config.get("do_rescale") is False else factor
    scaled = {"scale": scale} if scale is not None and abs(scale - 1 / 255) > 1e-9 else {}
    if config.get("do_normalize") is False:
        return scaled
    statistics = {name: config.get(f"image_{name}") for name in ("mean", "std")}
    return {**scaled, **{name: list(value) for name, value in statistics.items() if value}}
