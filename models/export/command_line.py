"""The command line: kinds of checkpoints and their options. Nothing here needs PyTorch."""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LONGEST_SIDE = 16_384
SAMPLE_PICTURE = Path(__file__).parents[2] / "examples" / "pictures" / "shapes-1.jpg"

SEGMENTATION_ARCHITECTURES = (
    "deeplabv3_resnet50",
    "deeplabv3_resnet101",
    "deeplabv3_mobilenet_v3_large",
    "fcn_resnet50",
    "fcn_resnet101",
    "lraspp_mobilenet_v3_large",
)
DETECTION_ARCHITECTURES = (
    "fasterrcnn_resnet50_fpn",
    "fasterrcnn_resnet50_fpn_v2",
    "fasterrcnn_mobilenet_v3_large_fpn",
    "fasterrcnn_mobilenet_v3_large_320_fpn",
    "maskrcnn_resnet50_fpn",
    "maskrcnn_resnet50_fpn_v2",
)


@dataclass(frozen=True)
class Kind:
    """One kind of checkpoint: its module in this package is imported only when it is used."""

    name: str
    module: str
    summary: str
    checkpoint: str  # what the user gives, in words
    add_options: Callable[[argparse.ArgumentParser], None] = lambda parser: None


def add_segmentation_options(parser: argparse.ArgumentParser) -> None:
    add_key(parser)
    parser.add_argument(
        "--architecture", choices=SEGMENTATION_ARCHITECTURES, help="default: as the weights' names tell"
    )
    parser.add_argument(
        "--shortest-edge",
        type=side,
        default=520,
        metavar="PIXELS",
        help="pictures were resized to this shortest edge (default: 520, as torchvision's recipes)",
    )
    parser.add_argument(
        "--stretch",
        type=side,
        nargs=2,
        metavar=("WIDTH", "HEIGHT"),
        help="instead: pictures were stretched to this size",
    )


def add_detection_options(parser: argparse.ArgumentParser) -> None:
    add_key(parser)
    parser.add_argument(
        "--architecture", choices=DETECTION_ARCHITECTURES, help="default: as the weights' names tell"
    )
    parser.add_argument(
        "--batch-norm-eps",
        type=not_negative,
        metavar="EPS",
        help="of batch norms. Default: 0 where they are frozen, as in what is tuned from torchvision's COCO"
        " weights; where training began with weights of the backbone alone, it has to be given: 1e-5",
    )
    parser.add_argument(
        "--shortest-edge", type=side, metavar="PIXELS", help="min_size that the network was built with"
    )
    parser.add_argument("--longest-edge", type=side, metavar="PIXELS", help="max_size, likewise")
    add_score_threshold(parser)


def add_detectron2_options(parser: argparse.ArgumentParser) -> None:
    add_key(parser)
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the config.yaml that Detectron2 wrote beside the checkpoint (needs PyYAML);"
        " default: that of mask_rcnn_R_50_FPN_3x",
    )
    add_score_threshold(parser)


def add_huggingface_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--texts",
        nargs="+",
        metavar="TEXT",
        default=["a photo of a cat", "a photo of a dog", "a drawing of shapes"],
        help="CLIP only: what the picture is compared with",
    )
    add_score_threshold(parser)


def add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key",
        metavar="NAME",
        help="what the weights are under in the checkpoint, such as model_ema; default: the first usual one",
    )


def add_score_threshold(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--score-threshold",
        type=not_negative,
        default=0.5,
        metavar="SCORE",
        help="detections from this score on are compared and drawn (default: 0.5)",
    )


KINDS = (
    Kind(
        "torchvision-segmentation",
        "torchvision_segmentation",
        "DeepLabV3, FCN and LR-ASPP of torchvision",
        "file with the weights: torch.save(model.state_dict(), …)",
        add_segmentation_options,
    ),
    Kind(
        "torchvision-detection",
        "torchvision_detection",
        "Faster R-CNN and Mask R-CNN of torchvision",
        "file with the weights: torch.save(model.state_dict(), …)",
        add_detection_options,
    ),
    Kind(
        "sam",
        "sam",
        "Meta's Segment Anything in all three sizes; needs segment_anything",
        "sam_vit_h_4b8939.pth, sam_vit_l_0b3195.pth, sam_vit_b_01ec64.pth, or one tuned from them",
        add_key,
    ),
    Kind(
        "detectron2",
        "detectron2",
        "Faster and Mask R-CNN with ResNet and FPN of Detectron2; doesn't need Detectron2",
        "model_final.pth, or a .pkl of the model zoo",
        add_detectron2_options,
    ),
    Kind(
        "huggingface",
        "huggingface",
        "CLIP, SAM, DETR and SegFormer of transformers",
        "folder with config.json and the weights, as save_pretrained writes it",
        add_huggingface_options,
    ),
)

ABOUT = (
    "Exports a PyTorch checkpoint to a folder that Darkroom serves, runs both on a picture, and says how far"
    " they are apart."
)
EXIT_CODES = (
    "exit codes: 0 alike, 1 not exported, 2 wrong command line, 3 exported, but the answers differ,"
    " 4 exported, but the service could not be asked"
)


def side(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_SIDE:
        raise argparse.ArgumentTypeError(f"expected 1 to {LONGEST_SIDE} pixels, got {text}")
    return int(text)


def not_negative(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number of 0 or more, got {text}")
    return number


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m export", description=ABOUT, epilog=EXIT_CODES)
    kinds = parser.add_subparsers(dest="kind", metavar="kind", required=True)
    for kind in KINDS:
        added = kinds.add_parser(kind.name, help=kind.summary, description=kind.summary, epilog=EXIT_CODES)
        added.add_argument("checkpoint", type=Path, help=kind.checkpoint)
        add_common_options(added)
        kind.add_options(added)
        added.set_defaults(module=kind.module)
    return parser


def add_common_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--id", help="name of the model in requests; default: as --output, else as the checkpoint")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="folder of the model, which must not exist; default: local/<id>",
    )
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="names of the classes: one a line, or JSON"
    )
    parser.add_argument("--description", help="a sentence on what it knows")
    parser.add_argument("--license", default="unknown", help="its licence, as an SPDX identifier")
    parser.add_argument(
        "--picture",
        type=Path,
        default=SAMPLE_PICTURE,
        metavar="FILE",
        help="the picture that both are run on; take one of those it was trained for",
    )
    parser.add_argument(
        "--tolerance",
        type=not_negative,
        default=1e-3,
        metavar="NUMBER",
        help="the most that logits, scores and probabilities may differ (default: 0.001)",
    )
    parser.add_argument(
        "--box-tolerance",
        type=not_negative,
        default=0.5,
        metavar="PIXELS",
        help="the most that an edge of a box may differ (default: 0.5)",
    )
    parser.add_argument(
        "--service",
        metavar="URL",
        help="a running Darkroom that serves the folder: its answer is compared too",
    )
