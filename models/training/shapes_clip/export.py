"""Writes a trained shapes-clip as a folder that is laid out as transformers lays out CLIP.

`vision_model.onnx`: `pixel_values` float32 [batch, 3, 64, 64] to `image_embeds`
[batch, 128].

`text_model.onnx`: `input_ids` and `attention_mask` int64 [batch, sequence], up to 32
tokens, to `text_embeds` [batch, 128].

Embeddings are not brought to length 1.  Weights are stored as float16, arithmetic is
float32.
"""

import argparse
import math
from pathlib import Path

import torch

from shapes_training import GraphFile, describe_file, store_weights_as_float16, write_graph

from .batches import tokens_of
from .evaluate import load_network
from .folder import write_small_files
from .network import ShapesClip
from .preparation import SIZE
from .served import served

FILE = GraphFile("shapes-clip", opset=17, finish=store_weights_as_float16)
TEXTS = {0: "batch_size", 1: "sequence_length"}
GRAPHS = ("vision_model.onnx", "text_model.onnx")


def export(network: ShapesClip, folder: Path) -> None:
    network = served(network)
    write_small_files(folder, round(math.log(network.scale().item()), 6))
    write_graph(
        network.picture_encoder,
        (torch.randn(2, 3, SIZE, SIZE),),
        folder / "vision_model.onnx",
        inputs={"pixel_values": {0: "batch_size"}},
        outputs={"image_embeds": {0: "batch_size"}},
        file=FILE,
    )
    write_graph(
        network.text_encoder,
        tokens_of(["a red star", "a blue circle on a grey background"]),
        folder / "text_model.onnx",
        inputs={"input_ids": TEXTS, "attention_mask": TEXTS},
        outputs={"text_embeds": {0: "batch_size"}},
        file=FILE,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="the model's folder")
    options = parser.parse_args()
    network = load_network(options.checkpoint)
    export(network, options.folder)
    for name in GRAPHS:
        print(f"{name}: {describe_file(options.folder / name)}")
    print(f"logit scale {network.scale().item():.4f}")


if __name__ == "__main__":
    main()
