"""Measures a trained shapes-sd on prompts that no training scene had."""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from shapes_det.evaluate import load_network as load_detector
from shapes_det.network import ShapesDet

from .autoencoder import LATENT_CHANNELS, REDUCTION, Autoencoder, Decoder, picture_input
from .judge import Finding, find
from .network import ShapesSd
from .sampler import sample
from .scenes import PICTURE_SIZE, Prompt, draw_training_scene, held_out_prompts
from .tokenizer import tokenize

SIDE = PICTURE_SIZE // REDUCTION
STEPS = 20
GUIDANCE = 3.0


def load_network(checkpoint: Path) -> ShapesSd:
    """The network with the averaged weights of a checkpoint, ready to run."""
    network = ShapesSd()
    network.load_state_dict(torch.load(checkpoint, map_location="cpu")["averaged"])
    return network.eval()


def load_autoencoder(checkpoint: Path) -> Autoencoder:
    """The autoencoder with the averaged weights of a checkpoint, ready to run."""
    autoencoder = Autoencoder()
    autoencoder.load_state_dict(torch.load(checkpoint, map_location="cpu")["averaged"])
    return autoencoder.eval()


def noise_for(seeds: list[int]) -> np.ndarray:
    """Noise as `torch.randn` draws it with each seed: float32 [seeds, 12, side, side]."""
    shape = (LATENT_CHANNELS, SIDE, SIDE)
    return np.stack(
        [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    )


def picture_bytes(pictures: Tensor) -> np.ndarray:
    """-1..1, float32 [batch, 3, h, w], to uint8 [batch, h, w, 3]."""
    scaled = (pictures / 2 + 0.5).clamp(0, 1) * 255
    return scaled.round().byte().permute(0, 2, 3, 1).numpy()


@torch.no_grad()
def sample_latents(
    network: ShapesSd, texts: list[str], noise: np.ndarray, steps: int, guidance: float
) -> list[np.ndarray]:
    """The latents after each step, one picture for each text and noise."""
    states = network.text_encoder(torch.tensor([tokenize(text) for text in texts]))
    nothing = network.text_encoder(torch.tensor([tokenize("")])).expand_as(states)

    def velocity(latents: np.ndarray, timestep: int, heed: bool) -> np.ndarray:
        timesteps = torch.full((len(latents),), timestep)
        prompt = states if heed else nothing
        return network.denoiser(torch.from_numpy(latents), timesteps, prompt).numpy()

    return sample(velocity, noise, steps, guidance)


@torch.no_grad()
def draw(
    network: ShapesSd, decoder: Decoder, texts: list[str], seeds: list[int],
    steps: int = STEPS, guidance: float = GUIDANCE,
) -> np.ndarray:
    """A picture for each text and seed, uint8 [texts, size, size, 3]."""
    latents = sample_latents(network, texts, noise_for(seeds), steps, guidance)[-1]
    return picture_bytes(decoder(torch.from_numpy(latents)))


def shows(findings: list[Finding], prompt: Prompt) -> bool:
    return any(one.shape == prompt.shape and one.color == prompt.color for one in findings)


def report_of(prompts: list[Prompt], findings: list[list[Finding]]) -> dict:
    """How many pictures show the prompt's shape, colour and both; of that many."""
    pairs = list(zip(prompts, findings))
    right = [shows(found, prompt) for prompt, found in pairs]
    return {
        "prompts": len(prompts),
        "color_and_shape": sum(right),
        "nothing_else": sum(yes and len(found) == 1 for yes, found in zip(right, findings)),
        "shape": sum(any(f.shape == prompt.shape for f in found) for prompt, found in pairs),
        "color": sum(any(f.color == prompt.color for f in found) for prompt, found in pairs),
        "missed": [prompt.text for prompt, yes in zip(prompts, right) if not yes],
    }


@torch.no_grad()
def reconstruction_report(
    checkpoint: Path, detector: ShapesDet, first: int, scenes: int
) -> dict:
    """What shapes-det finds in scenes and still finds once they were encoded and decoded."""
    autoencoder = load_autoencoder(checkpoint)
    pictures = np.stack([draw_training_scene(first + i).picture for i in range(scenes)])
    values = picture_input(torch.from_numpy(pictures))
    decoded = autoencoder.decoder(autoencoder.encoder(values))
    found = [find(detector, picture) for picture in pictures]
    found_again = [find(detector, picture) for picture in picture_bytes(decoded)]

    def summary(findings: list[Finding]) -> list[tuple[str, str]]:
        return sorted((one.color, one.shape) for one in findings)

    same = sum(summary(a) == summary(b) for a, b in zip(found, found_again))
    return {
        "scenes": scenes,
        "same_findings": same,
        "mean_difference": round(float((decoded - values).abs().mean()) * 127.5, 2),
    }


def contact_sheet(pictures: np.ndarray, columns: int = 10) -> Image.Image:
    """All pictures on one, row by row."""
    count, height, width, _ = pictures.shape
    rows = -(-count // columns)
    sheet = np.full((rows * height, columns * width, 3), 255, dtype=np.uint8)
    for i, picture in enumerate(pictures):
        y, x = i // columns * height, i % columns * width
        sheet[y : y + height, x : x + width] = picture
    return Image.fromarray(sheet)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--autoencoder", type=Path, required=True, help="its checkpoint")
    parser.add_argument("--detector", type=Path, required=True, help="checkpoint of shapes-det")
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=0, help="of the noise; one a prompt")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--guidance", type=float, default=GUIDANCE)
    parser.add_argument("--sheet", type=Path, help="picture of all pictures to write")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    detector = load_detector(options.detector)
    network = load_network(options.checkpoint)
    decoder = load_autoencoder(options.autoencoder).decoder
    prompts = held_out_prompts()[: options.prompts]
    seeds = [options.first_seed + i for i in range(len(prompts))]
    started = time.perf_counter()
    texts = [prompt.text for prompt in prompts]
    pictures = draw(network, decoder, texts, seeds, options.steps, options.guidance)
    seconds = (time.perf_counter() - started) / len(prompts)
    if options.sheet is not None:
        contact_sheet(pictures).save(options.sheet)
    report = report_of(prompts, [find(detector, picture) for picture in pictures])
    report = {"steps": options.steps, "guidance": options.guidance, **report}
    report["seconds_per_picture"] = round(seconds, 2)
    report["autoencoder"] = reconstruction_report(options.autoencoder, detector, 900_000, 100)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
