"""Writes a trained shapes-sam as two ONNX files, split as transformers splits SAM.

`vision_encoder.onnx`: `pixel_values` [batch, 3, 256, 256], normalised, to
`image_embeddings` [batch, 352, 32, 32] and `image_positional_embeddings`
[batch, 64, 32, 32].

`prompt_encoder_mask_decoder.onnx`: `input_points` float32 [batch, prompts, N,
2] in input pixels, `input_labels` int64 [batch, prompts, N] (1 positive, 0
negative, others no point), `input_boxes` float32 [batch, prompts or 0, 4] and
the embeddings to `iou_scores` [batch, prompts, 3] and `pred_masks`, logits
[batch, prompts, 3, 128, 128].
"""

import argparse
from pathlib import Path

import onnx
import torch
from torch import nn

from shapes_training import describe_file, strip_origin

from .encoder import COARSE, EMBEDDING
from .evaluate import load_network
from .network import ServedDecoder, ServedEncoder, ShapesSam
from .preparation import INPUT_SIZE

OPSET = 17
ENCODER_FILE = "vision_encoder.onnx"
DECODER_FILE = "prompt_encoder_mask_decoder.onnx"
EMBEDDINGS = ("image_embeddings", "image_positional_embeddings")
CELLS = INPUT_SIZE // 8


def export_encoder(network: ShapesSam, path: Path) -> None:
    write_graph(
        ServedEncoder(network),
        (torch.rand(2, 3, INPUT_SIZE, INPUT_SIZE),),
        path,
        inputs={"pixel_values": {0: "batch"}},
        outputs={name: {0: "batch"} for name in EMBEDDINGS},
    )


def export_decoder(network: ShapesSam, path: Path) -> None:
    batch, prompts, points = 2, 3, 5
    places = {0: "batch", 1: "prompts"}
    write_graph(
        ServedDecoder(network),
        (
            torch.rand(batch, prompts, points, 2) * INPUT_SIZE,
            torch.ones(batch, prompts, points, dtype=torch.int64),
            torch.tensor([10.0, 20.0, 90.0, 70.0]).expand(batch, prompts, 4),
            torch.rand(batch, EMBEDDING, CELLS, CELLS),
            torch.rand(batch, COARSE, CELLS, CELLS),
        ),
        path,
        inputs={
            "input_points": {**places, 2: "points"},
            "input_labels": {**places, 2: "points"},
            "input_boxes": {0: "batch", 1: "boxes"},
            **{name: {0: "batch"} for name in EMBEDDINGS},
        },
        outputs={"iou_scores": places, "pred_masks": places},
    )


def write_graph(
    module: nn.Module,
    example: tuple[torch.Tensor, ...],
    path: Path,
    inputs: dict[str, dict[int, str]],
    outputs: dict[str, dict[int, str]],
) -> None:
    """`inputs` and `outputs`: the names of dimensions that are free."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        module.eval(),
        example,
        str(path),
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_axes={**inputs, **outputs},
        opset_version=OPSET,
    )
    model = strip_origin(onnx.load(str(path)), "shapes-sam")
    with torch.no_grad():
        answers = module(*example)
    for output, answer, free in zip(model.graph.output, answers, outputs.values()):
        declare_shape(output, answer.shape, free)
    onnx.helper.set_model_props(
        model,
        {"description": "shapes-sam, a demo model for the shapes world", "license": "Apache-2.0"},
    )
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, str(path))


def declare_shape(
    output: onnx.ValueInfoProto, shape: torch.Size, free: dict[int, str]
) -> None:
    """States an output's dimensions, which the exporter leaves open where it can't tell."""
    dimensions = output.type.tensor_type.shape.dim
    for axis, size in enumerate(shape):
        if axis in free:
            dimensions[axis].dim_param = free[axis]
        else:
            dimensions[axis].dim_value = size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="the model's folder")
    options = parser.parse_args()
    network = load_network(options.checkpoint)
    export_encoder(network, options.folder / ENCODER_FILE)
    export_decoder(network, options.folder / DECODER_FILE)
    for name in (ENCODER_FILE, DECODER_FILE):
        print(f"{name}: {describe_file(options.folder / name)}")


if __name__ == "__main__":
    main()
