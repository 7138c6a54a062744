"""Checks of the losses, the tokenizer, the network and its graphs' contract: needs PyTorch."""

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional

from shapes_clip.batches import tokens_of
from shapes_clip.evaluate import CONCEPTS, WORDINGS
from shapes_clip.export import GRAPHS, export
from shapes_clip.folder import tokenizer, tokenizer_config
from shapes_clip.golden import golden
from shapes_clip.losses import contrastive_loss, one_way
from shapes_clip.network import EMBEDDING, ShapesClip
from shapes_clip.preparation import SIZE
from shapes_clip.served import served
from shapes_clip.statements import FALSE, TRUE, UNDECIDED
from shapes_clip.tokenizer import MAX_TOKENS, TOKENIZER
from shapes_training import END, START, round_weights


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


if __name__ == "__main__":
    unittest.main()
