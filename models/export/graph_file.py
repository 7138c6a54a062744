"""Writes a module as an ONNX file."""

import inspect
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import onnx
import torch
from torch import nn

OPSET = 17
# What one protobuf file can hold is 2 GiB; beyond this, weights lie in a file beside the graph.
INLINE_BYTES_MAX = 1_800_000_000


@dataclass(frozen=True)
class GraphDescription:
    """Names of inputs and outputs, with those of their free dimensions by axis."""

    inputs: dict[str, dict[int, str]]
    outputs: dict[str, dict[int, str]]
    # Shapes of outputs that the exporter can't tell; `None` for what is free.
    output_shapes: dict[str, Sequence[int | None]] = field(default_factory=dict)
    opset: int = OPSET


def write_graph(
    module: nn.Module, example: tuple[torch.Tensor, ...], path: Path, description: GraphDescription
) -> list[str]:
    """@return the names of the files, the graph's first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Weights of more than 2 GiB are written as a file each, which come together below.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        raw = Path(folder, path.name)
        with warnings.catch_warnings(), torch.no_grad():
            # Of traced conditions, which hold for all pictures here: the comparison would show it.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module.eval(),
                example,
                str(raw),
                input_names=list(description.inputs),
                output_names=list(description.outputs),
                dynamic_axes={**description.inputs, **description.outputs},
                opset_version=description.opset,
                **exporter_options(),
            )
        model = onnx.load(str(raw))
    strip_traces(model)
    declare_shapes(model, description)
    files = save(model, path)
    onnx.checker.check_model(str(path))
    return files


def exporter_options() -> dict[str, bool]:
    """Newer versions of PyTorch have a second exporter, which doesn't know torchvision's operators."""
    known = inspect.signature(torch.onnx.export).parameters
    return {"dynamo": False} if "dynamo" in known else {}


def strip_traces(model: onnx.ModelProto) -> None:
    """Removes where in whose programs each operator was written."""
    model.doc_string = ""
    model.graph.doc_string = ""
    _strip_nodes(model.graph)
    for function in model.functions:
        function.doc_string = ""


def _strip_nodes(graph: onnx.GraphProto) -> None:
    for node in graph.node:
        node.doc_string = ""
        for attribute in node.attribute:
            for inner in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                _strip_nodes(inner)


def declare_shapes(model: onnx.ModelProto, description: GraphDescription) -> None:
    for output in model.graph.output:
        shape = description.output_shapes.get(output.name)
        if shape is None:
            continue
        free = description.outputs[output.name]
        dimensions = output.type.tensor_type.shape.dim
        while len(dimensions) < len(shape):
            dimensions.add()
        for axis, size in enumerate(shape):
            if size is None:
                dimensions[axis].dim_param = free.get(axis, f"{output.name}_{axis}")
            else:
                dimensions[axis].dim_value = size


def save(model: onnx.ModelProto, path: Path) -> list[str]:
    size = sum(len(tensor.raw_data) for tensor in model.graph.initializer)
    if size <= INLINE_BYTES_MAX:
        onnx.save_model(model, str(path))
        return [path.name]
    data = f"{path.name}_data"
    onnx.save_model(model, str(path), save_as_external_data=True, all_tensors_to_one_file=True, location=data)
    # Others than who exported it have to read it, such as a worker in a container.
    (path.parent / data).chmod(path.stat().st_mode)
    return [path.name, data]


def part_files(part: str, files: list[str]) -> dict[str, str]:
    """A graph in the manifest's `files`, and the weights that lie beside it."""
    return dict(zip((part, f"{part}_data"), files))
