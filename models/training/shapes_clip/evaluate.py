"""How well shapes-clip tells held-out pictures, without having seen the question."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from shapes_world import KINDS
from shapes_world.colors import COLOR_NAMES

from .batches import tokens_of
from .dataset import Samples
from .evaluation_pictures import (
    crops,
    generated_like,
    one_large_shape,
    one_shape,
    several_shapes,
    two_shapes,
    whole_pictures,
)
from .network import ShapesClip
from .preparation import normalize
from .statements import NUMBERS, with_article

RELATIONS = (" left of ", " right of ", " above ", " below ")
CONCEPTS = [f"{color} {kind}" for color in COLOR_NAMES for kind in KINDS]
WORDINGS = {
    "a red circle": with_article,
    "red circle": str,
    "a picture of a red circle": lambda concept: f"a picture of a {concept}",
    "a photo of a red circle": lambda concept: f"a photo of a {concept}",
}


def load_network(checkpoint: Path) -> ShapesClip:
    """With the averaged weights."""
    network = ShapesClip()
    network.load_state_dict(torch.load(checkpoint, map_location="cpu")["averaged"])
    return network.eval()


@torch.no_grad()
def picture_embeddings(network: ShapesClip, pictures: np.ndarray) -> np.ndarray:
    """Prepared uint8 [pictures, 64, 64, 3] to float32 [pictures, 128] of length 1."""
    parts = [
        network.picture_encoder(normalize(part)) for part in torch.from_numpy(pictures).split(256)
    ]
    return functional.normalize(torch.cat(parts), dim=1).numpy()


@torch.no_grad()
def text_embeddings(network: ShapesClip, texts: list[str]) -> np.ndarray:
    """float32 [texts, 128] of length 1."""
    return functional.normalize(network.text_encoder(*tokens_of(texts)), dim=1).numpy()


def share_right(found: np.ndarray, expected: np.ndarray) -> float:
    return round(float((found == expected).mean()), 4)


def concept_shares(network: ShapesClip, samples: Samples) -> dict[str, float | int]:
    """How often the concept of the only or main shape comes first of all 36, by wording."""
    pictures = picture_embeddings(network, samples.pictures)
    expected = samples.main[:, 0] * len(KINDS) + samples.main[:, 1]
    shares: dict[str, float | int] = {"pictures": len(samples)}
    for name, wording in WORDINGS.items():
        texts = text_embeddings(network, [wording(concept) for concept in CONCEPTS])
        found = (pictures @ texts.T).argmax(axis=1)
        shares[name] = share_right(found, expected)
    plain = text_embeddings(network, [with_article(concept) for concept in CONCEPTS])
    found = (pictures @ plain.T).argmax(axis=1)
    shares["colour alone right"] = share_right(found // len(KINDS), samples.main[:, 0])
    shares["shape alone right"] = share_right(found % len(KINDS), samples.main[:, 1])
    for k, kind in enumerate(KINDS):
        of_kind = samples.main[:, 1] == k
        shares[f"of {kind}s"] = share_right(found[of_kind], expected[of_kind])
    return shares


def choice(network: ShapesClip, samples: Samples, texts: list[str], expected: np.ndarray) -> float:
    """How often the expected one of `texts` comes first."""
    similarity = picture_embeddings(network, samples.pictures) @ text_embeddings(network, texts).T
    return share_right(similarity.argmax(axis=1), expected)


def other_shares(network: ShapesClip, alone: Samples, several: Samples) -> dict[str, float]:
    """Concepts beyond one coloured shape, on whole pictures."""
    ground = [f"a {color} background" for color in COLOR_NAMES]
    numbers = [f"{number} shape{'s' if i else ''}" for i, number in enumerate(NUMBERS[1:])]
    colors = [f"something {color}" for color in COLOR_NAMES]
    kinds = [with_article(kind) for kind in KINDS]
    return {
        "background, one shape": choice(network, alone, ground, alone.backgrounds),
        "background, one to six shapes": choice(network, several, ground, several.backgrounds),
        "number of shapes, one shape": choice(network, alone, numbers, alone.counts - 1),
        "number of shapes, one to six": choice(network, several, numbers, several.counts - 1),
        "something of a colour, one shape": choice(network, alone, colors, alone.main[:, 0]),
        "a shape of any colour, one shape": choice(network, alone, kinds, alone.main[:, 1]),
    }


def contained_share(network: ShapesClip, samples: Samples) -> float:
    """How often the concept that comes first of all 36 is one of the picture's shapes."""
    texts = text_embeddings(network, [with_article(concept) for concept in CONCEPTS])
    found = (picture_embeddings(network, samples.pictures) @ texts.T).argmax(axis=1)
    shown = samples.subjects.reshape(len(samples), -1)
    return round(float(shown[np.arange(len(found)), found].mean()), 4)


def relation_share(network: ShapesClip, samples: Samples) -> tuple[int, float]:
    """How often a caption with left, right, above or below is told from the three others."""
    right = []
    pictures = picture_embeddings(network, samples.pictures)
    for picture, text in zip(pictures, samples.captions):
        own = [relation for relation in RELATIONS if relation in text]
        if own:
            texts = [str(text).replace(own[0], relation) for relation in RELATIONS]
            found = int((text_embeddings(network, texts) @ picture).argmax())
            right.append(RELATIONS[found] == own[0])
    return len(right), round(float(np.mean(right)), 4)


def evaluate(network: ShapesClip, scenes: int) -> dict:
    generated = whole_pictures(generated_like, scenes)
    alone = whole_pictures(one_shape, scenes)
    several = whole_pictures(several_shapes, scenes)
    pairs, relation = relation_share(network, whole_pictures(two_shapes, scenes // 2))
    report: dict = {
        "logit_scale": round(network.scale().item(), 4),
        "one large shape on calm ground": concept_shares(network, generated),
        "one shape of the world": concept_shares(network, alone),
        "one shape of the world, from 25 % of the edge": concept_shares(
            network, whole_pictures(one_large_shape, scenes)
        ),
    }
    for name, samples in crops(scenes // 3).items():
        report[name] = concept_shares(network, samples)
    report["other concepts"] = {
        **other_shares(network, alone, several),
        "first concept is among one to six shapes": contained_share(network, several),
        f"relation of two shapes, of four ({pairs} pictures)": relation,
    }
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=1000, help="of each kind of whole picture")
    parser.add_argument("--output", type=Path, help="file to write")
    options = parser.parse_args()
    text = json.dumps(evaluate(load_network(options.checkpoint), options.scenes), indent=2)
    print(text)
    if options.output:
        options.output.write_text(text + "\n")


if __name__ == "__main__":
    main()
