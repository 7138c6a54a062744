"""Checks of how answers are compared: needs NumPy and Pillow."""

import contextlib
import io
import math
import unittest

import numpy as np
from PIL import Image

from export.answers import (
    ClassMap,
    Detections,
    PromptedMasks,
    Similarities,
    class_map,
    softmax,
)
from export.comparison import Tolerance, compare, pair_up
from export.paste_masks import paste_masks
from export.export_model import tell
from export.side_by_side import legend_of, side_by_side

TOLERANCE = Tolerance(numbers=1e-3, box_pixels=0.5)


def figures(reference, other) -> dict:
    return {figure.name: figure for figure in compare(reference, other, TOLERANCE)}


def detections(boxes: list, scores: list, class_ids: list, masks: np.ndarray | None = None) -> Detections:
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.array(class_ids, int),
        masks,
    )


class NothingFound(unittest.TestCase):
    def test_is_no_comparison(self):
        self.assertEqual(compare(detections([], [], []), detections([], [], []), TOLERANCE), [])
        with contextlib.redirect_stdout(io.StringIO()) as told:
            self.assertFalse(tell("PyTorch and a graph", []))
        self.assertIn("lower --score-threshold", told.getvalue())


class ClassMaps(unittest.TestCase):
    def test_are_compared_by_logits_distribution_and_map(self):
        logits = np.zeros((2, 2, 2), np.float32)
        logits[1] = 1
        changed = logits.copy()
        changed[0, 0, 0] = 3
        found = figures(class_map(logits, 2, 2), class_map(changed, 2, 2))
        self.assertEqual(found["logits"].maximum, 3)
        self.assertEqual(found["logits"].l2, 3)
        share = 1 / (1 + math.exp(-2)) - 1 / (1 + math.exp(1))
        self.assertAlmostEqual(found["distribution"].maximum, share, 6)
        self.assertAlmostEqual(found["distribution"].l2, share * math.sqrt(2), 6)
        self.assertEqual(found["map"].maximum, 0.25)
        self.assertFalse(any(figure.is_within for figure in found.values()))

    def test_of_another_shape_are_never_alike(self):
        a, b = (ClassMap(np.zeros((2, n, n), np.float32), np.zeros((4, 4), int)) for n in (2, 3))
        found = figures(a, ClassMap(b.logits, a.class_ids))["logits"]
        self.assertFalse(found.is_within)
        self.assertIn("shapes [2, 2, 2] and [2, 3, 3]", found.unit)

    def test_with_numbers_that_are_none_are_never_alike(self):
        logits = np.full((2, 1, 1), np.nan, np.float32)
        answer = ClassMap(logits, np.zeros((1, 1), int))
        self.assertFalse(figures(answer, answer)["logits"].is_within)

    def test_are_enlarged_between_the_middles_of_cells(self):
        logits = np.array([[[0, 4]], [[2, 2]]], np.float32)
        # At four pixels the first class has 0, 1, 3 and 4.
        self.assertEqual(class_map(logits, 4, 1).class_ids.tolist(), [[1, 1, 0, 0]])


class FoundThings(unittest.TestCase):
    def test_are_paired_by_class_and_place_whatever_their_order(self):
        a = detections([[0, 0, 10, 10], [20, 20, 30, 30]], [0.9, 0.9], [1, 2])
        b = detections([[20, 20, 30, 30.2], [0, 0, 10, 10]], [0.9001, 0.8999], [2, 1])
        self.assertEqual(sorted(pair_up(a, b)), [(0, 1), (1, 0)])
        found = figures(a, b)
        self.assertTrue(all(figure.is_within for figure in found.values()))
        self.assertAlmostEqual(found["boxes"].maximum, 0.2, 4)

    def test_that_only_one_answer_has_are_counted(self):
        a = detections([[0, 0, 10, 10]], [0.9], [1])
        for b in (
            detections([], [], []),
            detections([[0, 0, 10, 10]], [0.9], [2]),
            detections([[50, 0, 60, 9]], [0.9], [1]),
        ):
            self.assertFalse(figures(a, b)["things"].is_within)

    def test_have_masks_that_are_compared_by_their_pixels(self):
        mask = np.zeros((1, 10, 10), bool)
        mask[0, :5] = True
        changed = mask.copy()
        changed[0, 5, 0] = True
        rows = ([[0, 0, 10, 10]], [0.9], [1])
        found = figures(detections(*rows, mask), detections(*rows, changed))["masks"]
        self.assertAlmostEqual(found.maximum, 1 / 51)
        self.assertFalse(found.is_within)

    def test_nothing_found_twice_is_alike(self):
        nothing = detections([], [], [])
        self.assertTrue(all(figure.is_within for figure in figures(nothing, nothing).values()))


class Others(unittest.TestCase):
    def test_masks_of_prompts_may_come_without_logits(self):
        masks = np.ones((1, 3, 4, 4), bool)
        predictions = np.ones((1, 3), np.float32)
        a = PromptedMasks(np.zeros((1, 3, 2, 2), np.float32), predictions, masks)
        b = PromptedMasks(np.empty(0, np.float32), predictions, masks)
        self.assertEqual(list(figures(a, b)), ["predicted fit", "masks"])
        self.assertIn("mask logits", figures(a, a))

    def test_similarities_are_compared_by_embeddings_and_scores(self):
        a = Similarities(np.ones((1, 2)), np.ones((3, 2)), np.array([[1.0, 2.0, 3.0]]))
        b = Similarities(np.ones((1, 2)), np.ones((3, 2)), np.array([[1.0, 2.0, 3.5]]))
        self.assertTrue(all(figure.is_within for figure in figures(a, a).values()))
        self.assertFalse(figures(a, b)["logits"].is_within)
        np.testing.assert_allclose(softmax(a.logits, 1).sum(), 1)


class Drawing(unittest.TestCase):
    def test_has_a_panel_for_each_answer_and_what_differs_in_red(self):
        picture = Image.new("RGB", (96, 48), (90, 120, 150))
        logits = np.zeros((3, 48, 96), np.float32)
        logits[1, :, 48:] = 1
        changed = logits.copy()
        changed[2, :24, :48] = 2
        answers = [("PyTorch", class_map(logits, 96, 48)), ("ONNX", class_map(changed, 96, 48))]
        sheet = side_by_side(picture, answers, ["a", "b", "c"])
        pixels = np.asarray(sheet).astype(int)
        self.assertEqual(sheet.width, 4 * 480 + 3 * 6)
        last = pixels[22:, 3 * 486 :]
        red = (last[..., 0] > 200) & (last[..., 1] < 60)
        self.assertAlmostEqual(red.mean(), 0.25, 1)
        self.assertTrue(red[20, 20])
        self.assertFalse(red[-20, -20])

    def test_names_the_classes_of_a_map_with_their_shares(self):
        class_ids = np.zeros((10, 10), int)
        class_ids[:3] = 2
        answer = ClassMap(np.zeros((3, 10, 10), np.float32), class_ids)
        self.assertEqual([text for _, text in legend_of(answer, ["a", "b", "c"])], ["a 70.0%", "c 30.0%"])

    def test_is_no_taller_than_a_screen(self):
        picture = Image.new("RGB", (1, 300))
        answer = ClassMap(np.zeros((1, 300, 1), np.float32), np.zeros((300, 1), int))
        self.assertLess(side_by_side(picture, [("a", answer), ("b", answer)], ["one"]).height, 1300)

    def test_knows_all_kinds_of_answers(self):
        picture = Image.new("RGB", (40, 30))
        mask = np.zeros((1, 30, 40), bool)
        mask[0, 5:9, 5:9] = True
        found = detections([[5, 5, 9, 9]], [0.9], [1], mask)
        masks = PromptedMasks(np.empty(0), np.ones((1, 1)), mask[None])
        similar = Similarities(np.ones((1, 2)), np.ones((2, 2)), np.array([[1.0, 2.0]]))
        for answer, panels in ((found, 4), (masks, 4), (similar, 3)):
            sheet = side_by_side(picture, [("a", answer), ("b", answer)], ["one", "two"])
            self.assertEqual(sheet.width, panels * 486 - 6)


class PastedMasks(unittest.TestCase):
    def test_fill_their_box_and_no_more(self):
        picture = Image.new("RGB", (60, 40))
        cells = np.ones((1, 1, 28, 28), np.float32)
        box = np.array([[10.0, 5.0, 30.0, 25.0]], np.float32)
        for pasting in ("torchvision", "detectron2"):
            (mask,) = paste_masks(cells, box, picture, pasting)
            rows, columns = np.nonzero(mask)
            self.assertAlmostEqual(mask.sum(), 400, delta=45)
            self.assertTrue(
                9 <= columns.min() and columns.max() <= 30 and 4 <= rows.min() and rows.max() <= 25
            )

    def test_are_cut_off_at_the_picture_s_edges(self):
        picture = Image.new("RGB", (20, 20))
        cells = np.ones((3, 1, 28, 28), np.float32)
        boxes = np.array([[-10, -10, 10, 10], [15, 15, 40, 40], [100, 100, 120, 120]], np.float32)
        for pasting in ("torchvision", "detectron2"):
            first, second, third = paste_masks(cells, boxes, picture, pasting)
            self.assertTrue(first[0, 0] and not first[-1, -1])
            self.assertTrue(second[-1, -1] and not second[0, 0])
            self.assertFalse(third.any())


if __name__ == "__main__":
    unittest.main()
