"""CLIP of transformers, as two graphs: one for texts, one for pictures."""

import argparse
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from transformers import AutoTokenizer

from .answers import Similarities
from .export_failure import ExportFailure
from .exported import Exported, RunGraph, TimedAnswer
from .graph_file import GraphDescription, part_files, write_graph
from .huggingface_preparation import resampler, values
from .huggingface_processor import load_image_processor
from .onnx_runner import timed
from .preparation import prepare

TEXT_GRAPH, PICTURE_GRAPH = "text_model.onnx", "vision_model.onnx"
# By their part in the manifest; the second may be missing.
TOKENIZER_FILES = {"tokenizer": "tokenizer.json", "tokenizer_config": "tokenizer_config.json"}


class ServedTexts(nn.Module):
    """Embeddings of texts in the space that they share with pictures."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.encoder, self.projection = network.text_model, network.text_projection

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.projection(self.encoder(input_ids=input_ids, attention_mask=attention_mask).pooler_output)


class ServedPictures(nn.Module):
    """Embeddings of pictures in the space that they share with texts."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.encoder, self.projection = network.vision_model, network.visual_projection

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.projection(self.encoder(pixel_values=pixel_values).pooler_output)


def export(network: nn.Module, options: argparse.Namespace, folder: Path) -> Exported:
    source = options.checkpoint
    processor = load_image_processor(source)
    tokenizer = AutoTokenizer.from_pretrained(str(source), local_files_only=True)
    scale = float(network.logit_scale.detach().exp())
    most = network.config.text_config.max_position_embeddings
    preparation = preparation_of(processor.to_dict(), source / "preprocessor_config.json")

    def ask_original(picture: Image.Image) -> TimedAnswer:
        tokens = tokenizer(options.texts, padding=True, truncation=True, max_length=most, return_tensors="pt")
        pixels = processor(images=picture, return_tensors="pt")["pixel_values"]
        with torch.no_grad():
            found, seconds = timed(
                lambda: network(
                    input_ids=tokens["input_ids"],
                    attention_mask=tokens["attention_mask"],
                    pixel_values=pixels,
                )
            )
        parts = (found.image_embeds, found.text_embeds, found.logits_per_image)
        return TimedAnswer(Similarities(*(part.numpy() for part in parts)), seconds)

    def ask_graphs(picture: Image.Image, run: RunGraph) -> TimedAnswer:
        tokens = tokenizer(options.texts, padding=True, truncation=True, max_length=most, return_tensors="np")
        names = ("input_ids", "attention_mask")
        texts = run(TEXT_GRAPH, {name: tokens[name].astype(np.int64) for name in names})
        pixels = middle(prepare(picture, preparation).feed, preparation)
        pictures = run(PICTURE_GRAPH, {"pixel_values": pixels})
        answer = compare_embeddings(pictures.outputs["image_embeds"], texts.outputs["text_embeds"], scale)
        return TimedAnswer(answer, texts.seconds + pictures.seconds)

    return Exported(
        parts={**write_graphs(network, folder), **copy_tokenizer(source, folder)},
        fields={
            "task": "analysis",
            "family": "clip",
            "description": "CLIP of transformers: how well words fit pictures and their regions.",
            "preparation": preparation,
            "family_options": {"logit_scale": scale, "max_tokens": most},
        },
        ask_original=ask_original,
        ask_graphs=ask_graphs,
        ask_service=lambda picture, service, model: service.similarities(
            picture, model, options.texts, scale
        ),
        labels=options.texts,
    )


def write_graphs(network: nn.Module, folder: Path) -> dict[str, str]:
    """@return the files by their part"""
    width, side = network.config.projection_dim, network.config.vision_config.image_size
    texts = {0: "texts", 1: "tokens"}
    # The end of a text is looked for while the graph is traced.
    end = network.config.text_config.eos_token_id
    ids = torch.tensor([[0, 1, 2, end], [0, 1, end, end]])
    text_files = write_graph(
        ServedTexts(network),
        (ids, torch.ones_like(ids)),
        folder / TEXT_GRAPH,
        GraphDescription(
            inputs={"input_ids": texts, "attention_mask": texts},
            outputs={"text_embeds": {0: "texts"}},
            output_shapes={"text_embeds": [None, width]},
        ),
    )
    picture_files = write_graph(
        ServedPictures(network),
        (torch.zeros(2, 3, side, side),),
        folder / PICTURE_GRAPH,
        GraphDescription(
            inputs={"pixel_values": {0: "pictures"}},
            outputs={"image_embeds": {0: "pictures"}},
            output_shapes={"image_embeds": [None, width]},
        ),
    )
    return {**part_files("text_encoder", text_files), **part_files("vision_encoder", picture_files)}


def preparation_of(config: dict[str, Any], path: Path) -> dict[str, Any]:
    """The shorter side comes to a length, and the middle is cut out."""
    size, crop = config.get("size") or {}, config.get("crop_size") or {}
    shortest = size if isinstance(size, int) else size.get("shortest_edge")
    sides = (crop, crop) if isinstance(crop, int) else (crop.get("width"), crop.get("height"))
    if not shortest or not all(sides):
        raise ExportFailure(f"{path}: expected size.shortest_edge and crop_size, got {size} and {crop}")
    return {
        "resize": "shortest-edge",
        "shortest_edge": shortest,
        "width": sides[0],
        "height": sides[1],
        "crop_rounding": "transformers",
        **resampler(config, path),
        **values(config),
    }


def middle(feed: np.ndarray, preparation: dict[str, Any]) -> np.ndarray:
    """`center_crop` of transformers."""
    height, width = preparation["height"], preparation["width"]
    top, left = (feed.shape[2] - height) // 2, (feed.shape[3] - width) // 2
    return np.ascontiguousarray(feed[:, :, top : top + height, left : left + width])


def compare_embeddings(pictures: np.ndarray, texts: np.ndarray, scale: float) -> Similarities:
    """Brought to a length of 1, as `CLIPModel` does it."""
    pictures = pictures / np.linalg.norm(pictures, axis=-1, keepdims=True)
    texts = texts / np.linalg.norm(texts, axis=-1, keepdims=True)
    return Similarities(pictures, texts, scale * pictures @ texts.T)


def copy_tokenizer(source: Path, folder: Path) -> dict[str, str]:
    if not (source / TOKENIZER_FILES["tokenizer"]).is_file():
        raise ExportFailure(
            f"{source} has no tokenizer.json; AutoTokenizer.from_pretrained(…).save_pretrained(…) writes it"
        )
    parts = {part: name for part, name in TOKENIZER_FILES.items() if (source / name).is_file()}
    for name in parts.values():
        shutil.copyfile(source / name, folder / name)
    return parts
