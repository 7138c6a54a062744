import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass(frozen=True)
class UsualTraining:
    """What a training does unless it is told otherwise."""

    groups: int
    group_scenes: int  # drawn and kept together
    steps: int
    batch: int
    rate: float  # the highest, see `learning_rate`
    save_every: int  # steps
    check_every: int | None = None  # steps; none where a training checks nothing
    check_scenes: int | None = None
    averaging: float = 0.998
    threads: int = 1


def training_options(
    description: str | None,
    usual: UsualTraining,
    add_own: Callable[[argparse.ArgumentParser], object] = lambda parser: None,
) -> argparse.Namespace:
    """Reads a training's command line, and sets how many threads PyTorch may use."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--cache", type=Path, required=True, help="folder for drawn scenes")
    parser.add_argument("--checkpoint", type=Path, required=True, help="file to write")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    parser.add_argument(
        "--groups", type=int, default=usual.groups, help=f"of {usual.group_scenes} scenes each"
    )
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--batch", type=int, default=usual.batch, help="pictures a step")
    parser.add_argument("--rate", type=float, default=usual.rate, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=usual.threads)
    parser.add_argument("--bfloat16", action="store_true", help="faster where supported")
    parser.add_argument("--averaging", type=float, default=usual.averaging, help="of weights")
    parser.add_argument("--save-every", type=int, default=usual.save_every, help="steps")
    if usual.check_every is not None:
        parser.add_argument("--check-every", type=int, default=usual.check_every, help="steps")
        parser.add_argument("--check-scenes", type=int, default=usual.check_scenes)
    add_own(parser)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    return options
