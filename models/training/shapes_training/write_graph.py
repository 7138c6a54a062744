"""Writes a module as an ONNX file, ready to be published."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from torch import nn

from .published_graph import strip_origin

# The names of dimensions that are free, by their axis, of each input or output.
FreeDimensions = dict[str, dict[int, str]]


@dataclass(frozen=True)
class GraphFile:
    """What stands in the file beside the graph itself."""

    model: str  # id of the demo model that it is part of
    opset: int
    # The last change before it is checked and written.
    finish: Callable[[onnx.ModelProto], onnx.ModelProto] = lambda model: model


def write_graph(
    module: nn.Module,
    example: tuple[torch.Tensor, ...],
    path: Path,
    inputs: FreeDimensions,
    outputs: FreeDimensions,
    file: GraphFile,
) -> None:
    """Writes what `module` does with inputs like `example`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        module.eval(),
        example,
        str(path),
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_axes={**inputs, **outputs},
        opset_version=file.opset,
    )
    model = file.finish(strip_origin(onnx.load(str(path)), file.model))
    with torch.no_grad():
        answers = module(*example)
    answers = answers if isinstance(answers, tuple) else (answers,)
    declare_shapes(model, (answer.shape for answer in answers), outputs.values())
    description = f"{file.model}, a demo model for the shapes world"
    onnx.helper.set_model_props(model, {"description": description, "license": "Apache-2.0"})
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, str(path))


def declare_shapes(
    model: onnx.ModelProto, shapes: Iterable[torch.Size], free: Iterable[dict[int, str]]
) -> None:
    """States the outputs' dimensions, which the exporter leaves open where it can't tell."""
    for output, shape, names in zip(model.graph.output, shapes, free):
        dimensions = output.type.tensor_type.shape.dim
        for axis, size in enumerate(shape):
            if axis in names:
                dimensions[axis].dim_param = names[axis]
            else:
                dimensions[axis].dim_value = size
