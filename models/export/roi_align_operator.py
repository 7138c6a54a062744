"""Tells PyTorch's exporter how regions are pooled in ONNX.

torchvision has an answer of its own, but up to 0.14 one that leaves out where cells have their middle, and ONNX
has changed its mind about that between versions.
"""

import torch
from torch.onnx import register_custom_op_symbolic, symbolic_helper

# The first version of RoiAlign that says where cells have their middle.
FIRST_OPSET = 16


@symbolic_helper.parse_args("v", "v", "f", "i", "i", "i", "i")
def roi_align(g, features, regions, scale, height, width, sampling_ratio, aligned):
    """@param regions [N, 5]: the picture's place in the batch, then the box"""

    def columns(*indices: int):
        return g.op("Gather", regions, g.op("Constant", value_t=torch.tensor(indices)), axis_i=1)

    axis = g.op("Constant", value_t=torch.tensor([1]))
    pictures = g.op("Cast", g.op("Squeeze", columns(0), axis), to_i=INT64)
    return g.op(
        "RoiAlign",
        features,
        columns(1, 2, 3, 4),
        pictures,
        coordinate_transformation_mode_s="half_pixel" if aligned else "output_half_pixel",
        output_height_i=height,
        output_width_i=width,
        # As many as the region has pixels, in ONNX 0 and in torchvision -1.
        sampling_ratio_i=max(sampling_ratio, 0),
        spatial_scale_f=scale,
    )


INT64 = 7  # of onnx.TensorProto


def register_roi_align() -> None:
    register_custom_op_symbolic("torchvision::roi_align", roi_align, FIRST_OPSET)
