"""Checks of the graphs' contract, the tokenizer, the diffusion and the figures: needs PyTorch."""

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from shapes_sd.autoencoder import (
    LATENT_CHANNELS,
    Autoencoder,
    Decoder,
    Encoder,
    picture_input,
    reconstruction_loss,
)
from shapes_sd.diffusion import (
    TIMESTEPS,
    diffuse,
    loss_weights,
    random_timesteps,
    signal_shares,
)
from shapes_sd.evaluate import noise_for, picture_bytes, report_of
from shapes_sd.export import PARTS, export, graph_path
from shapes_sd.judge import Finding, nearest_color
from shapes_sd.latents import LatentScenes, training_batches
from shapes_sd.network import ShapesSd
from shapes_sd.sampler import sample, spread_timesteps
from shapes_sd.scenes import (
    HELD_OUT_PROMPTS,
    PICTURE_SIZE,
    Prompt,
    draw_group,
    draw_training_scene,
    held_out_prompts,
)
from shapes_sd.served import (
    SCALING_FACTOR,
    ServedDecoder,
    ServedDenoiser,
    ServedEncoder,
    ServedTextEncoder,
)
from shapes_sd.text_encoder import TEXT_WIDTH
from shapes_sd.tokenizer import MAX_TOKENS, TOKENIZER, tokenize
from shapes_training import END, START, round_weights
from shapes_world import caption


def stirred(module: torch.nn.Module) -> torch.nn.Module:
    """With random weights where training begins with zeros."""
    for parameter in module.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.05)
    return module.eval()


class Tokenizer(unittest.TestCase):
    def words(self, text):
        names = {token_id: token for token, token_id in TOKENIZER.vocabulary.items()}
        ids = tokenize(text)
        self.assertEqual(len(ids), MAX_TOKENS)
        return [names[token_id] for token_id in ids]

    def test_words_of_captions_are_one_token_each(self):
        for index in range(100):
            text = caption(draw_training_scene(index))
            words = text.replace(",", " ,").split()
            found = [word.removesuffix("</w>") for word in self.words(text)]
            self.assertEqual(found[: len(words) + 2], [START, *words, END])

    def test_case_and_spaces_do_not_matter(self):
        self.assertEqual(tokenize("A  RED Star"), tokenize("a red star"))

    def test_other_text_falls_into_pieces(self):
        self.assertEqual(self.words("ré!")[1:5], ["r", "Ã", "©</w>", "!</w>"])

    def test_what_does_not_fit_is_cut_and_the_rest_is_ends(self):
        self.assertEqual(self.words("red " * 100), [START, *["red</w>"] * 30, END])
        self.assertEqual(self.words(""), [START, *[END] * 31])

    def test_the_end_has_the_highest_id_of_different_ids(self):
        ids = list(TOKENIZER.vocabulary.values())
        self.assertEqual(ids, list(range(len(ids))))
        self.assertEqual(TOKENIZER.vocabulary[END], max(ids))


class Scenes(unittest.TestCase):
    def test_held_out_prompts_are_different_captions_of_the_world(self):
        texts = {prompt.text for prompt in held_out_prompts()}
        self.assertEqual(len(texts), HELD_OUT_PROMPTS)
        captions = [caption(draw_training_scene(index)) for index in range(400)]
        self.assertTrue(texts & set(captions))

    def test_no_scene_that_is_trained_on_has_a_held_out_prompt(self):
        held_out = {tuple(tokenize(prompt.text)) for prompt in held_out_prompts()}
        trained_on = {tuple(ids) for ids in draw_group(0).token_ids.tolist()}
        self.assertFalse(held_out & trained_on)
        self.assertGreater(len(trained_on), 300)

    def test_scenes_have_the_size_of_pictures(self):
        self.assertEqual(draw_training_scene(3).picture.shape, (PICTURE_SIZE, PICTURE_SIZE, 3))


class Latents(unittest.TestCase):
    def test_flat_quarters_come_back_enlarged(self):
        torch.manual_seed(2)
        colors = torch.rand(1, 3, 4, 6) * 2 - 1
        pictures = colors.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)
        latents = Encoder()(pictures)
        self.assertEqual(tuple(latents.shape), (1, LATENT_CHANNELS, 2, 3))
        decoded = Decoder().eval()(latents)
        self.assertEqual(decoded.shape, pictures.shape)
        # The middle of each quarter has its own colour, from bilinear resampling.
        means = torch.nn.functional.avg_pool2d(decoded[:, :, 1:-1, 1:-1], 2, 4)
        torch.testing.assert_close(means, colors, atol=0.35, rtol=0)

    def test_latents_of_scenes_deviate_by_less_than_two(self):
        pictures = np.stack([draw_training_scene(index).picture for index in range(64)])
        latents = Encoder()(picture_input(torch.from_numpy(pictures)))
        deviations = latents.std(dim=(0, 2, 3))
        self.assertTrue(bool(((deviations > 0.3) & (deviations < 1.5)).all()))

    def test_the_truth_costs_nothing(self):
        pictures = torch.rand(2, 3, 16, 16)
        self.assertEqual(float(reconstruction_loss(pictures, pictures)), 0.0)
        self.assertGreater(float(reconstruction_loss(pictures.flip(3), pictures)), 0.1)

    def test_bytes_come_back(self):
        pictures = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16, 1).repeat(1, 1, 1, 3)
        np.testing.assert_array_equal(picture_bytes(picture_input(pictures)), pictures.numpy())

    def test_some_scenes_of_a_batch_have_no_prompt(self):
        ids = torch.tensor(tokenize("a red star")).repeat(400, 1)
        scenes = LatentScenes(torch.zeros(400, 1), ids.clone())
        _, token_ids = next(training_batches(scenes, 400, np.random.default_rng(1)))
        empty = int((token_ids == torch.tensor(tokenize(""))).all(dim=1).sum())
        self.assertTrue(20 < empty < 70)
        self.assertTrue(bool((scenes.token_ids == ids).all()))


class Diffusion(unittest.TestCase):
    def test_signal_shares_are_those_of_stable_diffusion(self):
        shares = signal_shares()
        self.assertAlmostEqual(float(shares[0]), 0.99915, places=7)
        self.assertAlmostEqual(float(shares[999]), 0.0046601, places=6)

    def test_the_velocity_leads_to_latents_and_noise(self):
        latents, noise = torch.randn(5, 2, 3, 3), torch.randn(5, 2, 3, 3)
        timesteps = torch.tensor([0, 10, 500, 900, 999])
        noisy, velocity = diffuse(latents, timesteps, noise)
        share = signal_shares()[timesteps][:, None, None, None].float()
        clean = share.sqrt() * noisy - (1 - share).sqrt() * velocity
        torch.testing.assert_close(clean, latents, atol=1e-5, rtol=1e-5)
        found = share.sqrt() * velocity + (1 - share).sqrt() * noisy
        torch.testing.assert_close(found, noise, atol=1e-5, rtol=1e-5)

    def test_timesteps_are_in_range_and_reach_both_ends(self):
        timesteps = random_timesteps(20_000)
        self.assertTrue(0 <= int(timesteps.min()) < 20)
        self.assertTrue(980 < int(timesteps.max()) < TIMESTEPS)

    def test_errors_count_less_only_where_hardly_any_noise_is(self):
        weights = loss_weights(torch.tensor([0, 50, 300, 999]))
        self.assertTrue(0 < float(weights[0]) < 0.01 < float(weights[1]) < 0.5)
        self.assertEqual(weights[2:].tolist(), [1, 1])

    def test_steps_are_spread_to_the_last_timestep(self):
        self.assertEqual(spread_timesteps(5), [999, 799, 599, 399, 199])
        self.assertEqual(len(set(spread_timesteps(30))), 30)

    def test_who_knows_the_latents_samples_them(self):
        truth, noise = np.random.default_rng(3).standard_normal((2, 1, 2, 4, 4))
        shares = signal_shares().numpy()
        heeded = []

        def velocity(latents, timestep, heed):
            heeded.append(heed)
            share = shares[timestep]
            found = (latents - share**0.5 * truth) / (1 - share) ** 0.5
            return share**0.5 * found - (1 - share) ** 0.5 * truth

        last = sample(velocity, noise, steps=10, guidance=3.0)[-1]
        self.assertEqual((heeded.count(True), heeded.count(False)), (10, 10))
        # It takes the start for what is left at the last timestep, and ends at timestep 0.
        found = (noise - shares[999] ** 0.5 * truth) / (1 - shares[999]) ** 0.5
        expected = shares[0] ** 0.5 * truth + (1 - shares[0]) ** 0.5 * found
        np.testing.assert_allclose(last, expected, atol=1e-6)

    def test_noise_is_torchs_own(self):
        generator = torch.Generator().manual_seed(7)
        expected = torch.randn(1, LATENT_CHANNELS, 8, 8, generator=generator).numpy()
        np.testing.assert_array_equal(noise_for([3, 7])[1:], expected)


class Network(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(1)
        cls.network, cls.autoencoder = stirred(ShapesSd()), stirred(Autoencoder())
        cls.prompt = ServedTextEncoder(cls.network)(torch.tensor([tokenize("a red star")]))[0]

    @torch.no_grad()
    def test_one_timestep_serves_all_and_prompts_matter(self):
        denoiser = ServedDenoiser(self.network)
        latents = torch.randn(2, LATENT_CHANNELS, 8, 6)
        other = ServedTextEncoder(self.network)(torch.tensor([tokenize("a blue star")]))[0]
        prompts = torch.cat([self.prompt, other])
        together = denoiser(latents, torch.tensor([400]), prompts)
        self.assertEqual(together.shape, latents.shape)
        alone = denoiser(latents[1:], torch.tensor([400]), other)
        torch.testing.assert_close(together[1:], alone, atol=1e-4, rtol=1e-4)
        asked_otherwise = denoiser(latents[1:], torch.tensor([400]), self.prompt)
        self.assertGreater(float((alone - asked_otherwise).abs().max()), 1e-4)
        later = denoiser(latents[1:], torch.tensor([10]), other)
        self.assertGreater(float((alone - later).abs().max()), 1e-4)

    def test_the_pooled_state_is_that_of_the_first_end(self):
        ids = torch.tensor([tokenize("a red star"), tokenize("")])
        states, pooled = ServedTextEncoder(self.network)(ids)
        self.assertEqual(tuple(states.shape), (2, MAX_TOKENS, TEXT_WIDTH))
        torch.testing.assert_close(pooled, torch.stack([states[0, 4], states[1, 1]]))

    @torch.no_grad()
    def test_the_scaling_factor_goes_out_and_in_again(self):
        pictures = torch.rand(1, 3, 16, 24)
        latents = ServedEncoder(self.autoencoder)(pictures)
        torch.testing.assert_close(latents * SCALING_FACTOR, self.autoencoder.encoder(pictures))
        decoded = ServedDecoder(self.autoencoder)(latents)
        expected = self.autoencoder.decoder(self.autoencoder.encoder(pictures))
        torch.testing.assert_close(decoded, expected, atol=1e-4, rtol=1e-4)

    def test_an_export_has_the_layout_and_half_the_bytes(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            export(self.network, self.autoencoder, folder)
            size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            self.assertLess(size, 15_000_000)
            index = json.loads((folder / "model_index.json").read_text())
            self.assertEqual(index["unet"], ["diffusers", "UNet2DConditionModel"])
            names = {part: self.names(graph_path(folder, part)) for part in PARTS}
        self.assertEqual(
            names,
            {
                "text_encoder": (["input_ids"], ["last_hidden_state", "pooler_output"]),
                "unet": (["sample", "timestep", "encoder_hidden_states"], ["out_sample"]),
                "vae_decoder": (["latent_sample"], ["sample"]),
                "vae_encoder": (["sample"], ["latent_sample"]),
            },
        )

    def test_rounded_weights_are_what_is_stored(self):
        network = stirred(ShapesSd())
        round_weights(network)
        weight = network.denoiser.layers[0].feed_forward.widen.weight
        torch.testing.assert_close(weight, weight.half().float(), atol=0, rtol=0)

    def names(self, path):
        graph = onnx.load(str(path)).graph
        weights = [numpy_helper.to_array(weight) for weight in graph.initializer]
        large = [weight.dtype for weight in weights if weight.size >= 256]
        self.assertNotIn(np.float32, large)
        return tuple([value.name for value in values] for values in (graph.input, graph.output))


class Judging(unittest.TestCase):
    def test_colours_go_to_the_nearest_name(self):
        self.assertEqual(nearest_color(np.array([[250, 130, 20], [240, 140, 30]])), "orange")
        self.assertEqual(nearest_color(np.array([[140, 140, 140]])), "grey")

    def test_a_picture_shows_its_prompt_only_if_colour_and_shape_are_of_one_shape(self):
        prompts = [Prompt("red", "star", "white")] * 3
        findings = [
            [Finding("star", "red", 0.9)],
            [Finding("star", "blue", 0.9), Finding("circle", "red", 0.8)],
            [Finding("circle", "blue", 0.9), Finding("star", "red", 0.5)],
        ]
        report = report_of(prompts, findings)
        self.assertEqual(
            [report[name] for name in ("color_and_shape", "nothing_else", "shape", "color")],
            [2, 1, 3, 3],
        )
        self.assertEqual(report["missed"], ["a red star on a white background"])


if __name__ == "__main__":
    unittest.main()
