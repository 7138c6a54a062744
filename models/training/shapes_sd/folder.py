"""The small files of a Stable Diffusion folder: what is in it, tokenizer and scheduler."""

import json
from pathlib import Path

from shapes_training import END, START

from .autoencoder import LATENT_CHANNELS, REDUCTION
from .diffusion import FIRST_BETA, LAST_BETA, TIMESTEPS
from .scenes import PICTURE_SIZE
from .served import SCALING_FACTOR
from .text_encoder import LAYERS, TEXT_WIDTH
from .tokenizer import MAX_TOKENS, TOKENIZER

MODEL_INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "feature_extractor": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}

SCHEDULER = {
    "_class_name": "DDIMScheduler",
    "beta_end": LAST_BETA,
    "beta_schedule": "scaled_linear",
    "beta_start": FIRST_BETA,
    "clip_sample": False,
    "num_train_timesteps": TIMESTEPS,
    "prediction_type": "v_prediction",
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "timestep_spacing": "trailing",
    "trained_betas": None,
}

UNET = {
    "_class_name": "UNet2DConditionModel",
    "cross_attention_dim": TEXT_WIDTH,
    "in_channels": LATENT_CHANNELS,
    "out_channels": LATENT_CHANNELS,
    "sample_size": PICTURE_SIZE // REDUCTION,
}

VAE = {
    "_class_name": "AutoencoderKL",
    # Diffusers tells the reduction by their number: 2 ** (4 - 1).
    "block_out_channels": [32, 32, 64, 128],
    "in_channels": 3,
    "latent_channels": LATENT_CHANNELS,
    "out_channels": 3,
    "sample_size": PICTURE_SIZE,
    "scaling_factor": SCALING_FACTOR,
}


def text_encoder_config() -> dict:
    return {
        "architectures": ["CLIPTextModel"],
        "bos_token_id": TOKENIZER.vocabulary[START],
        "eos_token_id": TOKENIZER.vocabulary[END],
        "hidden_size": TEXT_WIDTH,
        "max_position_embeddings": MAX_TOKENS,
        "model_type": "clip_text_model",
        "num_hidden_layers": LAYERS,
        "pad_token_id": TOKENIZER.vocabulary[END],
        "vocab_size": len(TOKENIZER.vocabulary),
    }


def tokenizer_config() -> dict:
    return {
        "add_prefix_space": False,
        "bos_token": START,
        "do_lower_case": True,
        "eos_token": END,
        "errors": "replace",
        "model_max_length": MAX_TOKENS,
        "pad_token": END,
        "tokenizer_class": "CLIPTokenizer",
        "unk_token": END,
    }


def write_json(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_small_files(folder: Path) -> None:
    """Everything but the graphs."""
    write_json(folder / "model_index.json", MODEL_INDEX)
    write_json(folder / "scheduler" / "scheduler_config.json", SCHEDULER)
    write_json(folder / "unet" / "config.json", UNET)
    write_json(folder / "vae_encoder" / "config.json", VAE)
    write_json(folder / "vae_decoder" / "config.json", VAE)
    write_json(folder / "text_encoder" / "config.json", text_encoder_config())
    tokenizer = folder / "tokenizer"
    write_json(tokenizer / "tokenizer_config.json", tokenizer_config())
    special = {f"{role}_token": END for role in ("eos", "pad", "unk")}
    write_json(tokenizer / "special_tokens_map.json", {"bos_token": START, **special})
    write_json(tokenizer / "vocab.json", TOKENIZER.vocabulary)
    lines = ["#version: 0.2", *(" ".join(pair) for pair in TOKENIZER.merges)]
    (tokenizer / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
