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

import torch

from shapes_training import GraphFile, describe_file, write_graph

from .encoder import COARSE, EMBEDDING
from .evaluate import load_network
from .network import ServedDecoder, ServedEncoder, ShapesSam
from .preparation import INPUT_SIZE

FILE = GraphFile("shapes-sam", opset=17)
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
        file=FILE,
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
        file=FILE,
    )


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
