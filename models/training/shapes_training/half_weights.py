"""Weights stored as float16 in a graph that computes in float32."""

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

SMALLEST = 256  # numbers; smaller tensors are kept as they are


def store_weights_as_float16(model: onnx.ModelProto) -> onnx.ModelProto:
    """Halves a float32 model's file; each weight is cast back where it is used.

    Runtimes cast once, as they load the model.
    """
    casts = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < SMALLEST:
            continue
        name, half_name = weight.name, f"{weight.name}.float16"
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), half_name))
        casts.append(
            onnx.helper.make_node(
                "Cast", [half_name], [name], name=f"{name}.cast", to=onnx.TensorProto.FLOAT
            )
        )
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])
    return model


@torch.no_grad()
def round_weights(module: nn.Module) -> None:
    """Rounds to float16 what the export stores so."""
    for parameter in module.parameters():
        if parameter.numel() >= SMALLEST:
            parameter.copy_(parameter.half().float())
