"""Writes a trained shapes-sd as a folder that is laid out as optimum lays out Stable Diffusion.

`text_encoder/model.onnx`: `input_ids` int32 [batch, tokens] to
`last_hidden_state` [batch, tokens, 128] and `pooler_output` [batch, 128].

`unet/model.onnx`: `sample` [batch, 12, height, width], `timestep` int64 [1] or
[batch] and `encoder_hidden_states` [batch, tokens, 128] to `out_sample`, the
velocity.

`vae_decoder/model.onnx`: `latent_sample` [batch, 12, height, width] to `sample`
[batch, 3, 8 height, 8 width] in -1..1; `vae_encoder/model.onnx` the other way.

Weights are stored as float16, inputs, outputs and arithmetic are float32.
"""

import argparse
from pathlib import Path

import torch

from shapes_training import GraphFile, describe_file, store_weights_as_float16, write_graph

from .autoencoder import LATENT_CHANNELS, Autoencoder
from .evaluate import load_autoencoder, load_network
from .folder import write_small_files
from .network import ShapesSd
from .served import ServedDecoder, ServedDenoiser, ServedEncoder, ServedTextEncoder
from .text_encoder import TEXT_WIDTH
from .tokenizer import MAX_TOKENS, tokenize

FILE = GraphFile("shapes-sd", opset=17, finish=store_weights_as_float16)
PARTS = ("text_encoder", "unet", "vae_decoder", "vae_encoder")
PICTURES = {0: "batch_size", 2: "height", 3: "width"}
TOKENS = {0: "batch_size", 1: "sequence_length"}


def graph_path(folder: Path, part: str) -> Path:
    return folder / part / "model.onnx"


def export(network: ShapesSd, autoencoder: Autoencoder, folder: Path) -> None:
    write_small_files(folder)
    write_graph(
        ServedTextEncoder(network),
        (torch.tensor([tokenize("a red star"), tokenize("")], dtype=torch.int32),),
        graph_path(folder, "text_encoder"),
        inputs={"input_ids": TOKENS},
        outputs={"last_hidden_state": TOKENS, "pooler_output": {0: "batch_size"}},
        file=FILE,
    )
    latents = torch.randn(2, LATENT_CHANNELS, 8, 10)
    write_graph(
        ServedDenoiser(network),
        (latents, torch.tensor([999]), torch.randn(2, MAX_TOKENS, TEXT_WIDTH)),
        graph_path(folder, "unet"),
        inputs={"sample": PICTURES, "timestep": {0: "steps"}, "encoder_hidden_states": TOKENS},
        outputs={"out_sample": PICTURES},
        file=FILE,
    )
    write_graph(
        ServedDecoder(autoencoder),
        (latents,),
        graph_path(folder, "vae_decoder"),
        inputs={"latent_sample": PICTURES},
        outputs={"sample": {0: "batch_size", 2: "picture_height", 3: "picture_width"}},
        file=FILE,
    )
    write_graph(
        ServedEncoder(autoencoder),
        (torch.randn(2, 3, 64, 80),),
        graph_path(folder, "vae_encoder"),
        inputs={"sample": PICTURES},
        outputs={"latent_sample": {0: "batch_size", 2: "latent_height", 3: "latent_width"}},
        file=FILE,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--autoencoder", type=Path, required=True, help="its checkpoint")
    parser.add_argument("--folder", type=Path, required=True, help="the model's folder")
    options = parser.parse_args()
    network, autoencoder = load_network(options.checkpoint), load_autoencoder(options.autoencoder)
    export(network, autoencoder, options.folder)
    for part in PARTS:
        path = graph_path(options.folder, part)
        print(f"{path.relative_to(options.folder)}: {describe_file(path)}")


if __name__ == "__main__":
    main()
