"""Trains shapes-clip; see the README beside this package."""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from shapes_training import AveragedWeights, begin, learning_rate, save_checkpoint

from .batches import Batch, all_samples, training_batches
from .losses import contrastive_loss
from .network import ShapesClip
from .statements import FALSE


def train_step(
    network: nn.Module, optimizer: torch.optim.Optimizer, batch: Batch, bfloat16: bool
) -> tuple[float, float]:
    """The loss before the step, and the share of pictures whose likeliest text is not false."""
    pictures = batch.pictures.contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        logits = network(pictures, batch.token_ids, batch.mask)
    loss = contrastive_loss(logits.float(), batch.truth)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    best = batch.truth.gather(1, logits.argmax(dim=1, keepdim=True))
    return loss.item(), float((best != FALSE).float().mean())


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    network = ShapesClip().to(memory_format=torch.channels_last)
    averaged = AveragedWeights(network, decay=options.averaging)
    optimizer = torch.optim.AdamW(network.parameters(), betas=(0.9, 0.98), weight_decay=2e-2)
    done, rng = begin(options, 13, network, averaged, optimizer)
    samples = all_samples(options.cache, options.groups)
    print(f"{len(samples)} pictures", flush=True)
    batches = training_batches(samples, options.batch, rng)
    taken_losses, started = [], time.monotonic()
    for step in range(done, options.steps):
        optimizer.param_groups[0]["lr"] = learning_rate(step, options.steps, options.rate)
        taken_losses.append(train_step(network, optimizer, next(batches), options.bfloat16))
        averaged.update(network, step)
        taken = step + 1
        if taken % 50 == 0:
            loss, right = np.mean(taken_losses, axis=0)
            seconds = time.monotonic() - started
            print(
                f"step {taken} loss {loss:.4f} right {right:.3f}"
                f" scale {network.scale().item():.1f} {seconds:.0f} s",
                flush=True,
            )
            taken_losses.clear()
        if taken % options.save_every == 0 or taken == options.steps:
            save_checkpoint(options.checkpoint, taken, network, averaged, optimizer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder for drawn pictures")
    parser.add_argument("--checkpoint", type=Path, required=True, help="file to write")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    parser.add_argument("--groups", type=int, default=40, help="of 512 scenes each")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--averaging", type=float, default=0.995, help="of weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bfloat16", action="store_true", help="faster where supported")
    parser.add_argument("--save-every", type=int, default=100, help="steps")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    train(options)


if __name__ == "__main__":
    main()
