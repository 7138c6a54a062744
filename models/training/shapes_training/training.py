"""What every training does around its own steps."""

import argparse
import time
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor, nn

from .averaged_weights import AveragedWeights
from .checkpoint import resume, save_checkpoint
from .learning_rate import learning_rate

REPORT_EVERY = 50  # steps


class Training:
    """A network from its first step, or that of its checkpoint, to its last.

    `options` are those of `training_options`; `stream` tells the random numbers of
    one training from those of others. `rng` gives numbers that no step before had.
    """

    def __init__(
        self,
        options: argparse.Namespace,
        stream: int,
        new_network: Callable[[], nn.Module],
        weight_decay: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        largest_gradient: float = 1.0,
    ):
        torch.manual_seed(options.seed)
        self.options = options
        self.network = new_network()
        self.averaged = AveragedWeights(self.network, options.averaging)
        self.largest_gradient = largest_gradient
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), betas=betas, weight_decay=weight_decay
        )
        self.done, seeds = 0, [options.seed, stream]
        if options.resume and options.checkpoint.exists():
            self.done = resume(options.checkpoint, self.network, self.averaged, self.optimizer)
            seeds.append(self.done)
            torch.manual_seed(options.seed + self.done)
        self.rng = np.random.Generator(np.random.PCG64(seeds))
        print(f"{parameter_count(self.network)} parameters, from step {self.done}", flush=True)

    def precision(self) -> torch.autocast:
        """In which the network runs: bfloat16 where that was asked for."""
        return torch.autocast("cpu", torch.bfloat16, enabled=self.options.bfloat16)

    def descend(self, loss: Tensor) -> None:
        """One step down the gradient of a loss."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.largest_gradient)
        self.optimizer.step()

    def run(
        self,
        take_step: Callable[[], Mapping[str, float]],
        check: Callable[[AveragedWeights], str] | None = None,
    ) -> None:
        """Takes the steps that are left, saves, and prints how it goes.

        `take_step` calls `descend` once and gives figures of its step, which are printed
        as means; `check` says how good averaged weights are.
        """
        options, figures, started = self.options, [], time.monotonic()
        for step in range(self.done, options.steps):
            rate = learning_rate(step, options.steps, options.rate)
            self.optimizer.param_groups[0]["lr"] = rate
            figures.append(take_step())
            self.averaged.update(self.network, step)
            taken, is_last = step + 1, step + 1 == options.steps
            if taken % REPORT_EVERY == 0:
                seconds = time.monotonic() - started
                print(f"step {taken} {means(figures)} {seconds:.0f} s", flush=True)
                figures.clear()
            if is_last or taken % options.save_every == 0:
                save_checkpoint(
                    options.checkpoint, taken, self.network, self.averaged, self.optimizer
                )
            if check is not None and (is_last or taken % options.check_every == 0):
                print(f"step {taken} {check(self.averaged)}", flush=True)


def means(figures: list[Mapping[str, float]]) -> str:
    return " ".join(
        f"{name} {np.mean([one[name] for one in figures]):.4f}" for name in figures[0]
    )


def parameter_count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
