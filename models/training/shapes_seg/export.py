"""Writes a trained shapes-seg as one ONNX file.

The graph has the contract of torchvision's segmentation models: `input`,
float32 [batch, 3, height, width], RGB normalised with ImageNet's mean and
standard deviation; `out`, float32 logits [batch, 5, height, width].  Batch,
height and width are free.
"""

import argparse
from pathlib import Path

import onnx
import torch
from torch import nn

from shapes_training import describe_file, strip_origin
from shapes_world import CLASS_NAMES

from .evaluate import load_network

OPSET = 17
FREE_AXES = {0: "batch", 2: "height", 3: "width"}


def export(network: nn.Module, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        network.eval(),
        torch.zeros(1, 3, 75, 101),
        str(path),
        input_names=["input"],
        output_names=["out"],
        dynamic_axes={"input": FREE_AXES, "out": FREE_AXES},
        opset_version=OPSET,
    )
    model = strip_origin(onnx.load(str(path)), "shapes-seg")
    declare_classes(model, len(CLASS_NAMES))
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, str(path))


def declare_classes(model: onnx.ModelProto, classes: int) -> None:
    """States the number of logits per pixel, which the exporter leaves open."""
    axis = model.graph.output[0].type.tensor_type.shape.dim[1]
    axis.dim_value = classes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    export(load_network(options.checkpoint), options.output)
    print(f"{options.output}: {describe_file(options.output)}")


if __name__ == "__main__":
    main()
