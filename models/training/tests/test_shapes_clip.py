"""Checks of crops, statements, the loss, the graphs' contract and the tokenizer: needs PyTorch."""

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional

from shapes_clip.batches import SHARES, tokens_of, training_batches, turned
from shapes_clip.crops import MEAN_COLOR, box_of, context_crop, masked_crop, roughened
from shapes_clip.dataset import (
    CONTEXT,
    MASKED,
    ONE_SHAPE,
    SEVERAL_SHAPES,
    context_sample,
    draw_training_samples,
    joined,
    masked_sample,
    whole_sample,
)
from shapes_clip.evaluate import CONCEPTS, WORDINGS
from shapes_clip.evaluation_pictures import CROPS, crops, generated_like
from shapes_clip.export import GRAPHS, export
from shapes_clip.folder import tokenizer, tokenizer_config
from shapes_clip.golden import golden
from shapes_clip.losses import contrastive_loss, one_way
from shapes_clip.network import EMBEDDING, ShapesClip
from shapes_clip.preparation import MEAN, SIZE, normalize, prepare
from shapes_clip.served import served
from shapes_clip.statements import (
    FALSE,
    TRUE,
    UNDECIDED,
    Statements,
    draw_statements,
    text_of,
    truth,
)
from shapes_clip.tokenizer import MAX_TOKENS, TOKENIZER
from shapes_clip.wording import reworded
from shapes_training import END, START, round_weights
from shapes_world import Split, draw_evaluation_scene


def training_samples(scenes=24):
    return joined([sample for i in range(scenes) for sample in draw_training_samples(i)])


def scene_of_several():
    """A scene with more than one shape."""
    scenes = (draw_evaluation_scene(Split.TRAINING, i) for i in range(100))
    return next(scene for scene in scenes if len(scene.truth.instances) > 2)


class Preparation(unittest.TestCase):
    def test_the_middle_of_the_picture_remains(self):
        picture = np.zeros((100, 300, 3), dtype=np.uint8)
        picture[:, 110:190] = 200
        prepared = prepare(picture)
        self.assertEqual(prepared.shape, (SIZE, SIZE, 3))
        self.assertEqual(prepared[:, 8:-8].min(), 200)
        self.assertEqual(prepare(picture.swapaxes(0, 1)).shape, (SIZE, SIZE, 3))

    def test_the_colour_around_masks_normalises_to_about_zero(self):
        values = normalize(torch.tensor(MEAN_COLOR, dtype=torch.uint8).view(1, 1, 1, 3))
        self.assertLess(float(values.abs().max()), 0.5 / 255 / 0.26)
        self.assertEqual(len(MEAN), 3)


class Crops(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = scene_of_several()
        cls.instance = cls.scene.truth.instances[-1]
        cls.mask = cls.scene.truth.instance_map == cls.instance.instance_id

    def test_outside_the_mask_there_is_one_colour(self):
        box = box_of(self.mask)
        self.assertEqual(box, self.instance.box)
        crop = masked_crop(self.scene.picture, self.mask, box)
        x0, y0, x1, y1 = box
        inside = self.mask[y0:y1, x0:x1]
        np.testing.assert_array_equal(crop[inside], self.scene.picture[self.mask])
        self.assertEqual(np.unique(crop[~inside], axis=0).tolist(), [list(MEAN_COLOR)])

    def test_context_ends_at_the_edges_of_the_picture(self):
        picture = np.arange(40 * 50 * 3, dtype=np.uint8).reshape(40, 50, 3)
        crop = context_crop(picture, (0, 10, 20, 40), 0.1)
        np.testing.assert_array_equal(crop, picture[7:40, 0:22])

    def test_found_masks_are_near_the_true_ones(self):
        rng = np.random.default_rng(1)
        ratios = []
        for _ in range(20):
            found = roughened(self.mask, rng)
            ratios.append((found & self.mask).sum() / (found | self.mask).sum())
        self.assertTrue(0.6 < min(ratios) and max(ratios) <= 1)
        self.assertGreater(len(set(ratios)), 10)

    def test_nothing_has_no_box(self):
        self.assertIsNone(box_of(np.zeros((4, 5), dtype=bool)))


class Truth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.samples = training_samples()

    def said(self, samples, level, **fields):
        given = {"colors": 0, "kinds": 0, "backgrounds": 0, "counts": 1, "captions": ""}
        values = {name: np.array([value]) for name, value in {**given, **fields}.items()}
        return truth(Statements(np.array([level]), **values), samples)[:, 0].tolist()

    def test_what_is_said_of_a_picture_is_true_of_it(self):
        for seed in range(10):
            statements = draw_statements(self.samples, np.random.default_rng(seed))
            answers = truth(statements, self.samples)
            self.assertTrue(bool((np.diag(answers) == TRUE).all()))

    def test_there_are_all_sources_and_much_is_false(self):
        self.assertEqual(set(self.samples.sources.tolist()), set(SHARES))
        statements = draw_statements(self.samples, np.random.default_rng(0))
        self.assertGreater(float((truth(statements, self.samples) == FALSE).mean()), 0.5)

    def test_a_crop_is_of_its_region_alone_and_a_scene_of_all_its_shapes(self):
        scene = scene_of_several()
        first, second = scene.truth.instances[:2]
        mask = scene.truth.instance_map == first.instance_id
        three = joined(
            [
                whole_sample(scene),
                masked_sample(scene, first, mask),
                context_sample(scene, first, first.box, 0.2),
            ]
        )
        self.assertEqual(three.sources.tolist(), [SEVERAL_SHAPES, MASKED, CONTEXT])
        of_first, of_second = (
            dict(zip(("colors", "kinds"), np.argwhere(joined([
                masked_sample(scene, one, scene.truth.instance_map == one.instance_id)
            ]).subjects[0])[0]))
            for one in (first, second)
        )  # fmt: skip
        self.assertEqual(self.said(three, 0, **of_first), [TRUE, TRUE, TRUE])
        self.assertEqual(self.said(three, 0, **of_second), [TRUE, FALSE, FALSE])
        ground = int(three.backgrounds[0])
        self.assertEqual(self.said(three, 4, backgrounds=ground), [TRUE, UNDECIDED, TRUE])
        count = len(scene.truth.instances)
        self.assertEqual(self.said(three, 5, counts=count), [TRUE, UNDECIDED, UNDECIDED])
        caption = str(three.captions[0])
        self.assertEqual(self.said(three, 6, captions=caption), [TRUE, FALSE, FALSE])

    def test_texts_name_what_they_are_about(self):
        rng = np.random.default_rng(2)
        statements = draw_statements(self.samples, rng)
        for i in range(len(statements)):
            plain = text_of(statements, i)
            known = {*plain.replace(",", " ").split()} - {"a", "an", "something", "one"}
            said = reworded(plain, rng).replace("gray", "grey")
            for word in known - {"on"}:
                self.assertIn(word, said)


class Loss(unittest.TestCase):
    def test_one_true_text_each_costs_cross_entropy(self):
        torch.manual_seed(1)
        logits = torch.randn(5, 5)
        diagonal = torch.eye(5, dtype=torch.int8)
        expected = functional.cross_entropy(logits, torch.arange(5))
        torch.testing.assert_close(one_way(logits, diagonal), expected)
        both = (expected + functional.cross_entropy(logits.T, torch.arange(5))) / 2
        torch.testing.assert_close(contrastive_loss(logits, diagonal), both)

    def test_true_and_undecided_texts_dont_drive_each_other_out(self):
        logits = torch.tensor([[3.0, 9.0, 1.0]])
        alone = one_way(logits[:, [0, 2]], torch.tensor([[TRUE, FALSE]]))
        undecided = one_way(logits, torch.tensor([[TRUE, UNDECIDED, FALSE]]))
        torch.testing.assert_close(undecided, alone)
        both = one_way(logits, torch.tensor([[TRUE, TRUE, FALSE]]))
        self.assertLess(float(both), float(alone))


class Batches(unittest.TestCase):
    def test_batches_have_their_shares_of_sources_and_a_true_text_each(self):
        samples = training_samples(40)
        batch = next(training_batches(samples, 32, np.random.default_rng(0)))
        self.assertEqual(tuple(batch.pictures.shape), (32, 3, SIZE, SIZE))
        self.assertEqual(batch.token_ids.shape, batch.mask.shape)
        self.assertTrue(bool((batch.truth.diagonal() == TRUE).all()))
        self.assertEqual(sum(round(share * 32) for share in SHARES.values()), 32)

    def test_pictures_whose_captions_tell_of_places_are_not_turned(self):
        samples = training_samples(40)
        same = (turned(samples, np.random.default_rng(1)) == samples.pictures).all(axis=(1, 2, 3))
        self.assertTrue(bool(same[samples.sources == SEVERAL_SHAPES].all()))
        self.assertLess(float(same[samples.sources != SEVERAL_SHAPES].mean()), 0.4)


class Tokens(unittest.TestCase):
    def test_words_of_concepts_are_one_token_each(self):
        names = {token_id: token for token, token_id in TOKENIZER.vocabulary.items()}
        for wording in WORDINGS.values():
            for concept in CONCEPTS:
                ids, mask = tokens_of([wording(concept)])
                words = [names[i].removesuffix("</w>") for i in ids[0].tolist()]
                self.assertEqual(words, [START, *wording(concept).split(), END])
                self.assertEqual(int(mask.sum()), len(words))

    def test_the_file_says_what_the_training_did(self):
        file = tokenizer()
        self.assertEqual(file["model"]["vocab"], TOKENIZER.vocabulary)
        self.assertEqual(len(file["model"]["merges"]), len(TOKENIZER.merges))
        added = {token["content"]: token["id"] for token in file["added_tokens"]}
        self.assertEqual(added, {one: TOKENIZER.vocabulary[one] for one in (START, END)})
        self.assertEqual(tokenizer_config()["model_max_length"], MAX_TOKENS)
        self.assertEqual(max(TOKENIZER.vocabulary.values()), TOKENIZER.vocabulary[END])


class Network(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(1)
        cls.network = ShapesClip()
        with torch.no_grad():  # batch statistics that differ from those of the beginning
            cls.network.train().picture_encoder(torch.randn(8, 3, SIZE, SIZE))
        cls.network.eval()

    @torch.no_grad()
    def test_padding_of_any_kind_does_not_matter(self):
        ids, mask = tokens_of(["a red star"])
        alone = self.network.text_encoder(ids, mask)
        for padding in (0, 7, TOKENIZER.vocabulary[END]):
            padded = functional.pad(ids, (0, 9), value=padding)
            for seen in (functional.pad(mask, (0, 9)), torch.ones_like(padded)):
                found = self.network.text_encoder(padded, seen)
                torch.testing.assert_close(found, alone, atol=1e-5, rtol=1e-5)

    @torch.no_grad()
    def test_words_and_their_order_matter(self):
        first, other, swapped = self.network.text_encoder(
            *tokens_of(["red above blue", "red above grey", "blue above red"])
        )
        self.assertGreater(float((first - other).abs().max()), 1e-3)
        self.assertGreater(float((first - swapped).abs().max()), 1e-3)

    @torch.no_grad()
    def test_folded_normalisation_computes_the_same(self):
        pictures = torch.randn(3, 3, SIZE, SIZE)
        folded = served(self.network)
        self.assertFalse(any(isinstance(m, torch.nn.BatchNorm2d) for m in folded.modules()))
        found = folded.picture_encoder(pictures)
        self.assertEqual(tuple(found.shape), (3, EMBEDDING))
        torch.testing.assert_close(
            found, self.network.picture_encoder(pictures), atol=1e-4, rtol=1e-4
        )

    def test_the_scale_has_an_upper_limit(self):
        network = ShapesClip()
        with torch.no_grad():
            network.logit_scale.fill_(9.0)
        self.assertEqual(network.scale().item(), 100.0)

    def test_an_export_has_the_layout_and_half_the_bytes(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            export(self.network, folder)
            size = sum(file.stat().st_size for file in folder.iterdir())
            self.assertLess(size, 6_000_000)
            config = json.loads((folder / "config.json").read_text())
            self.assertAlmostEqual(config["logit_scale_init_value"], 2.65926, places=4)
            graphs = [self.names(folder / graph) for graph in GRAPHS]
        self.assertEqual(
            graphs,
            [
                (["pixel_values"], ["image_embeds"]),
                (["input_ids", "attention_mask"], ["text_embeds"]),
            ],
        )

    def test_rounded_weights_are_what_is_stored(self):
        folded = served(self.network)
        round_weights(folded)
        rounded = folded.picture_encoder.features[0].weight
        with tempfile.TemporaryDirectory() as name:
            export(self.network, Path(name))
            graph = onnx.load(str(Path(name) / GRAPHS[0])).graph
        stored = [numpy_helper.to_array(one) for one in graph.initializer]
        equal = [w for w in stored if w.shape == tuple(rounded.shape)]
        np.testing.assert_array_equal(equal[0].astype(np.float32), rounded.detach().numpy())

    def test_golden_embeddings_have_length_one_and_scores_add_up(self):
        found = golden(self.network)
        for name in ("image_embeds", "text_embeds"):
            np.testing.assert_allclose(np.linalg.norm(found[name], axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(found["scores"].sum(axis=1), 1, atol=1e-5)
        self.assertEqual(found["scores"].shape, (6, 12))

    def names(self, path):
        graph = onnx.load(str(path)).graph
        weights = [numpy_helper.to_array(weight) for weight in graph.initializer]
        self.assertNotIn(np.float32, [w.dtype for w in weights if w.size >= 256])
        return tuple([value.name for value in values] for values in (graph.input, graph.output))


class HeldOut(unittest.TestCase):
    def test_generated_like_pictures_have_one_shape_and_crops_are_of_every_kind(self):
        self.assertEqual(generated_like(0).sources.tolist(), [ONE_SHAPE])
        found = crops(2)
        self.assertEqual(set(found), set(CROPS))
        self.assertEqual(set(found["masked, grey around"].sources.tolist()), {MASKED})
        self.assertEqual(set(found["context, 10 %"].sources.tolist()), {CONTEXT})


if __name__ == "__main__":
    unittest.main()
