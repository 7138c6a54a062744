"""The small files of a CLIP folder: what is in it, how pictures are prepared, the tokenizer."""

from pathlib import Path

from shapes_sd.folder import write_json
from shapes_training import END, START

from .network import EMBEDDING, HEADS, TEXT_LAYERS, TEXT_WIDTH
from .preparation import MEAN, SIZE, STD
from .tokenizer import MAX_TOKENS, TOKENIZER

# CLIP's own pattern; `WordTokenizer` has the same for ASCII.
_WORD_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_SPECIAL_TOKENS = {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}
_START_ID, _END_ID = (TOKENIZER.vocabulary[token] for token in (START, END))

PREPROCESSOR = {
    "image_processor_type": "CLIPImageProcessor",
    "do_convert_rgb": True,
    "do_resize": True,
    "size": {"shortest_edge": SIZE},
    "resample": 3,  # Pillow's bicubic
    "do_center_crop": True,
    "crop_size": {"height": SIZE, "width": SIZE},
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": MEAN,
    "image_std": STD,
}


def config(logit_scale: float) -> dict:
    """`logit_scale` is the logarithm of the trained scale."""
    return {
        "architectures": ["CLIPModel"],
        "model_type": "clip",
        "projection_dim": EMBEDDING,
        "logit_scale_init_value": logit_scale,
        "text_config": {
            "model_type": "clip_text_model",
            "bos_token_id": _START_ID,
            "eos_token_id": _END_ID,
            "pad_token_id": _END_ID,
            "hidden_size": TEXT_WIDTH,
            "intermediate_size": 3 * TEXT_WIDTH,
            "max_position_embeddings": MAX_TOKENS,
            "num_attention_heads": HEADS,
            "num_hidden_layers": TEXT_LAYERS,
            "projection_dim": EMBEDDING,
            "vocab_size": len(TOKENIZER.vocabulary),
        },
        "vision_config": {
            "model_type": "clip_vision_model",
            "image_size": SIZE,
            "num_channels": 3,
            "projection_dim": EMBEDDING,
        },
    }


def tokenizer_config() -> dict:
    return {
        "add_prefix_space": False,
        **_SPECIAL_TOKENS,
        "do_lower_case": True,
        "errors": "replace",
        "model_max_length": MAX_TOKENS,
        "tokenizer_class": "CLIPTokenizer",
    }


def tokenizer() -> dict:
    """`tokenizer.json`, as transformers converts CLIP's tokenizer."""
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added_token(START), _added_token(END)],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "NFC"},
                {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
                {"type": "Lowercase"},
            ],
        },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {
                    "type": "Split",
                    "pattern": {"Regex": _WORD_PATTERN},
                    "behavior": "Removed",
                    "invert": True,
                },
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True},
            ],
        },
        "post_processor": {
            "type": "RobertaProcessing",
            "sep": [END, _END_ID],
            "cls": [START, _START_ID],
            "trim_offsets": False,
            "add_prefix_space": False,
        },
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": END,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "</w>",
            "fuse_unk": False,
            "vocab": TOKENIZER.vocabulary,
            "merges": [" ".join(pair) for pair in TOKENIZER.merges],
        },
    }


def _added_token(token: str) -> dict:
    return {
        "id": TOKENIZER.vocabulary[token],
        "content": token,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": True,
    }


def write_small_files(folder: Path, logit_scale: float) -> None:
    """Everything but the graphs."""
    write_json(folder / "config.json", config(logit_scale))
    write_json(folder / "preprocessor_config.json", PREPROCESSOR)
    write_json(folder / "tokenizer.json", tokenizer())
    write_json(folder / "tokenizer_config.json", tokenizer_config())
    write_json(folder / "special_tokens_map.json", _SPECIAL_TOKENS)
