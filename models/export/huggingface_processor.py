"""The image processor of a folder, in the version that resizes with PIL, as models are trained and served."""

from pathlib import Path

import transformers
from transformers import AutoImageProcessor

# From there on the plain one is chosen by its library.
NAMED_BACKENDS = 5


def load_image_processor(source: Path):
    major = int(transformers.__version__.split(".")[0])
    plain = {"backend": "pil"} if major >= NAMED_BACKENDS else {"use_fast": False}
    return AutoImageProcessor.from_pretrained(str(source), local_files_only=True, **plain)
