"""Writes what PyTorch samples for one prompt, to compare the service with.

An `.npz` file: `token_ids` and `empty_token_ids` int64 [32], `prompt_states` and
`empty_states` [1, 32, 128], `noise` [1, 12, 8, 8], `timesteps` int64 [steps],
`latents` [steps, 12, 8, 8] after each step, `picture` uint8 [64, 64, 3], and with
what it was made: `prompt`, `seed`, `steps`, `guidance`.  All others are float32.

Weights are those of the exported graphs, rounded to float16 as they are stored.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from shapes_training import round_weights

from .evaluate import load_autoencoder, load_network, noise_for, picture_bytes, sample_latents
from .sampler import spread_timesteps
from .tokenizer import tokenize

PROMPT = "a red circle left of a blue star on a grey background"
SEED, STEPS, GUIDANCE = 42, 5, 7.5


@torch.no_grad()
def golden(checkpoint: Path, autoencoder: Path) -> dict[str, np.ndarray]:
    network, decoder = load_network(checkpoint), load_autoencoder(autoencoder).decoder
    round_weights(network)
    noise = noise_for([SEED])
    trajectory = sample_latents(network, [PROMPT], noise, STEPS, GUIDANCE)
    ids, empty_ids = np.array(tokenize(PROMPT)), np.array(tokenize(""))
    states, empty_states = (
        network.text_encoder(torch.from_numpy(one)[None]).numpy() for one in (ids, empty_ids)
    )
    return {
        "prompt": np.array(PROMPT),
        "seed": np.array(SEED),
        "steps": np.array(STEPS),
        "guidance": np.array(GUIDANCE),
        "token_ids": ids,
        "empty_token_ids": empty_ids,
        "prompt_states": states,
        "empty_states": empty_states,
        "noise": noise,
        "timesteps": np.array(spread_timesteps(STEPS)),
        "latents": np.concatenate(trajectory),
        "picture": picture_bytes(decoder(torch.from_numpy(trajectory[-1])))[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--autoencoder", type=Path, required=True, help="its checkpoint")
    parser.add_argument("--output", type=Path, required=True, help="the .npz file to write")
    options = parser.parse_args()
    np.savez(options.output, **golden(options.checkpoint, options.autoencoder))


if __name__ == "__main__":
    main()
