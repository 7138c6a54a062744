"""Writes what PyTorch makes of some pictures and texts, to compare the service with.

An `.npz` file: for each of six pictures `picture_0` ... uint8 [H, W, 3]; `pixel_values`
[6, 3, 64, 64]; `image_embeds` [6, 128]; `texts`, `input_ids` and `attention_mask` int64
[12, 32]; `text_embeds` [12, 128]; `logit_scale`; `similarity` and `scores` [6, 12], the
cosines and their softmax over the texts.  Embeddings have length 1; floats are float32.

Weights are those of the exported graphs, rounded to float16 as they are stored.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from shapes_training import END, round_weights
from shapes_world import SceneOptions, Split, draw_evaluation_scene, draw_scene, seed_for

from .dataset import GENERATED
from .evaluate import load_network
from .network import ShapesClip
from .preparation import SIZE, normalize, prepare
from .served import served
from .tokenizer import TOKENIZER

FIRST = 900_000  # held-out scenes that no figure is about
TEXTS = (
    "a red circle", "a blue star", "a green square", "a yellow triangle", "an orange star",
    "purple circle", "a photo of a white square", "a grey background", "two shapes",
    "something black", "a star", "A Red Circle left of a blue star, on a grey background!",
)  # fmt: skip


def golden_pictures() -> list[np.ndarray]:
    """Two as the text to picture model draws, two of one shape, two of several."""
    seeds = [seed_for(Split.HELD_OUT, FIRST + i) for i in range(4)]
    alone = SceneOptions(count=(1, 1), size=(0.3, 0.6))
    drawn = [draw_scene(seed, SIZE, SIZE, GENERATED) for seed in seeds[:2]]
    drawn += [draw_scene(seeds[2], 160, 120, alone), draw_scene(seeds[3], 101, 150, alone)]
    drawn += [draw_evaluation_scene(Split.HELD_OUT, FIRST + i) for i in (4, 5)]
    return [scene.picture for scene in drawn]


@torch.no_grad()
def golden(trained: ShapesClip) -> dict[str, np.ndarray]:
    network = served(trained)
    round_weights(network)
    pictures = golden_pictures()
    pixel_values = normalize(torch.from_numpy(np.stack([prepare(one) for one in pictures])))
    ids = torch.tensor([TOKENIZER.tokenize(text) for text in TEXTS])
    ends = (ids == TOKENIZER.vocabulary[END]).long()
    mask = (ends.cumsum(dim=1) - ends < 1).long()
    of_pictures = functional.normalize(network.picture_encoder(pixel_values), dim=1)
    of_texts = functional.normalize(network.text_encoder(ids, mask), dim=1)
    similarity = of_pictures @ of_texts.T
    return {
        **{f"picture_{i}": picture for i, picture in enumerate(pictures)},
        "pixel_values": pixel_values.numpy(),
        "image_embeds": of_pictures.numpy(),
        "texts": np.array(TEXTS),
        "input_ids": ids.numpy(),
        "attention_mask": mask.numpy(),
        "text_embeds": of_texts.numpy(),
        "logit_scale": network.scale().numpy(),
        "similarity": similarity.numpy(),
        "scores": (network.scale() * similarity).softmax(dim=1).numpy(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="the .npz file to write")
    options = parser.parse_args()
    np.savez(options.output, **golden(load_network(options.checkpoint)))


if __name__ == "__main__":
    main()
