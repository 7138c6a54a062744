"""Writes a trained shapes-det as one ONNX file.

The graph has the contract of an ultralytics YOLOv8 segmentation export:
`images`, float32 [batch, 3, height, width], RGB in 0..1; `output0`, float32
[batch, 40, N]; `output1`, float32 [batch, 32, height / 4, width / 4].  Batch,
height and width are free; both edges must be multiples of 32.
"""

import argparse
from pathlib import Path

import onnx
import torch

from shapes_training import describe_file, strip_origin
from shapes_world import KINDS

from .evaluate import load_network
from .network import COEFFICIENTS, STRIDES, ServedShapesDet, ShapesDet
from .preparation import INPUT_SIZE

OPSET = 17


def export(network: ShapesDet, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        ServedShapesDet(network).eval(),
        torch.zeros(1, 3, 96, 160),
        str(path),
        input_names=["images"],
        output_names=["output0", "output1"],
        dynamic_axes={
            "images": {0: "batch", 2: "height", 3: "width"},
            "output0": {0: "batch", 2: "cells"},
            "output1": {0: "batch", 2: "mask_height", 3: "mask_width"},
        },
        opset_version=OPSET,
    )
    model = strip_origin(onnx.load(str(path)), "shapes-det")
    declare_channels(model)
    onnx.helper.set_model_props(model, metadata())
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, str(path))


def metadata() -> dict[str, str]:
    """What ultralytics writes into its exports, as Python literals."""
    return {
        "description": "shapes-det, a demo model for the shapes world",
        "license": "Apache-2.0",
        "stride": str(max(STRIDES)),
        "task": "segment",
        "batch": "1",
        "imgsz": str([INPUT_SIZE, INPUT_SIZE]),
        "names": str(dict(enumerate(KINDS))),
    }


def declare_channels(model: onnx.ModelProto) -> None:
    """States the outputs' numbers of channels, which the exporter leaves open."""
    channels = (4 + len(KINDS) + COEFFICIENTS, COEFFICIENTS)
    for output, count in zip(model.graph.output, channels):
        output.type.tensor_type.shape.dim[1].dim_value = count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    export(load_network(options.checkpoint), options.output)
    print(f"{options.output}: {describe_file(options.output)}")


if __name__ == "__main__":
    main()
