"""The last touch to `.onnx` files that are published."""

import hashlib
from pathlib import Path

import onnx


def strip_origin(model: onnx.ModelProto, name: str) -> onnx.ModelProto:
    """Names the graph, and removes what only tells where and how the file was made."""
    model.doc_string = model.graph.doc_string = ""
    model.graph.name = name
    del model.metadata_props[:]
    del model.graph.value_info[:]
    for node in model.graph.node:
        node.doc_string = ""
    return model


def describe_file(path: Path) -> str:
    """Size and hash of a file, as model cards and manifests want them."""
    content = path.read_bytes()
    return f"{len(content)} bytes\nsha256 {hashlib.sha256(content).hexdigest()}"
