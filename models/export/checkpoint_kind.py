"""Which kind of network weights belong to, told by their names."""

from collections.abc import Iterable
from dataclasses import dataclass

from .export_failure import ExportFailure


@dataclass(frozen=True)
class Signs:
    """Beginnings of names that all occur in a kind of network; and what to do with it."""

    network: str
    beginnings: tuple[str, ...]
    kind: str | None = None
    remedy: str = ""


ULTRALYTICS = "export it with ultralytics (yolo export format=onnx), then add it with darkroom models add"
# The first that fits is the answer.
KNOWN = (
    Signs("a Segment Anything of Meta", ("image_encoder.", "prompt_encoder.", "mask_decoder."), "sam"),
    Signs(
        "a SAM 2",
        ("sam_mask_decoder.", "image_encoder."),
        remedy="samexporter writes its two graphs; darkroom models add takes them",
    ),
    Signs(
        "an R-CNN of Detectron2", ("backbone.bottom_up.", "proposal_generator.", "roi_heads."), "detectron2"
    ),
    Signs(
        "another network of Detectron2",
        ("backbone.bottom_up.",),
        remedy="export it with Detectron2's own tools/deploy/export_model.py",
    ),
    Signs(
        "a Keypoint R-CNN of torchvision",
        ("roi_heads.keypoint_head.",),
        remedy="Darkroom has no task for keypoints",
    ),
    Signs("an R-CNN of torchvision", ("backbone.body.", "rpn.", "roi_heads."), "torchvision-detection"),
    Signs("an R-CNN of torchvision", ("rpn.head.", "roi_heads."), "torchvision-detection"),
    Signs(
        "a RetinaNet, FCOS or SSD of torchvision",
        ("head.classification_head.",),
        remedy="only Faster and Mask R-CNN are exported here",
    ),
    Signs(
        "an LR-ASPP of torchvision", ("backbone.", "classifier.low_classifier."), "torchvision-segmentation"
    ),
    Signs("a DeepLabV3 or FCN of torchvision", ("backbone.", "classifier.0."), "torchvision-segmentation"),
    Signs("a CLIP of transformers", ("text_model.", "vision_model."), "huggingface"),
    Signs("a SAM of transformers", ("vision_encoder.", "mask_decoder."), "huggingface"),
    Signs("a SegFormer of transformers", ("segformer.",), "huggingface"),
    Signs("a DETR of transformers", ("class_labels_classifier.", "bbox_predictor."), "huggingface"),
    Signs("a YOLO of ultralytics", ("model.0.conv.",), remedy=ULTRALYTICS),
    Signs("a YOLO of ultralytics", ("0.conv.",), remedy=ULTRALYTICS),
)


def recognize(names: Iterable[str]) -> Signs | None:
    known = tuple(names)
    for signs in KNOWN:
        if all(any(name.startswith(start) for name in known) for start in signs.beginnings):
            return signs
    return None


def require_kind(weights: Iterable[str], kind: str) -> None:
    """Refuses weights of another kind of network, and names theirs."""
    names = tuple(weights)
    signs = recognize(names)
    if signs is not None and signs.kind == kind:
        return
    if signs is None:
        raise ExportFailure(
            f"the weights are of no network that {kind} knows; their names begin with {first_names(names)}"
        )
    remedy = f"use the kind {signs.kind}" if signs.kind else signs.remedy
    raise ExportFailure(f"the weights are those of {signs.network}, not of {kind}: {remedy}")


def first_names(names: Iterable[str], count: int = 3) -> str:
    listed = list(names)
    more = f" and {len(listed) - count} more" if len(listed) > count else ""
    return ", ".join(listed[:count]) + more
