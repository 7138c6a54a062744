"""Checks of the network's contract, its prompts and the figures: needs PyTorch."""

import math
import unittest

import numpy as np
import torch

from shapes_sam.dataset import OUTSIDE, augment, batch_input, draw_group
from shapes_sam.encoder import cell_places, place_code, unfold_embeddings
from shapes_sam.evaluate import inner_points, mask_overlap, random_points
from shapes_sam.generator import GeneratorOptions, generate, point_grid
from shapes_sam.losses import overlap, prompt_loss
from shapes_sam.masks import Answer, enlarge, stability
from shapes_sam.network import ServedDecoder, ServedEncoder, ShapesSam
from shapes_sam.preparation import INPUT_SIZE, encoder_input, placement_of
from shapes_sam.prompts import (
    FILLER,
    GROUND,
    NEGATIVE,
    POSITIVE,
    box_of,
    inexact_box,
    sample_prompts,
    true_masks,
)


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


class Network(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(1)
        network = ShapesSam().eval()
        cls.encoder, cls.decoder = ServedEncoder(network).eval(), ServedDecoder(network).eval()
        with torch.no_grad():
            cls.embeddings = cls.encoder(torch.rand(1, 3, INPUT_SIZE, INPUT_SIZE))

    @torch.no_grad()
    def ask(self, points, labels, boxes=()):
        count = len(labels)
        return self.decoder(
            torch.tensor(points).float().reshape(1, count if len(labels[0]) else 1, -1, 2),
            torch.tensor(labels).long()[None],
            torch.tensor(boxes).float().reshape(1, -1, 4),
            *self.embeddings,
        )

    def assert_same(self, first, second):
        for one, other in zip(first, second):
            torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)

    def test_the_halves_have_the_shapes_of_transformers_split(self):
        embeddings, places = self.embeddings
        self.assertEqual(tuple(embeddings.shape), (1, 352, 32, 32))
        self.assertEqual(tuple(places.shape), (1, 64, 32, 32))
        fits, logits = self.ask([[[9, 9]], [[200, 100]]], [[1], [1]])
        self.assertEqual(tuple(fits.shape), (1, 2, 3))
        self.assertEqual(tuple(logits.shape), (1, 2, 3, 128, 128))
        self.assertTrue(bool(((fits > 0) & (fits < 1)).all()))

    def test_a_filler_changes_nothing(self):
        alone = self.ask([[[90, 40]]], [[POSITIVE]])
        self.assert_same(alone, self.ask([[[90, 40], [7, 7]]], [[POSITIVE, FILLER]]))
        self.assert_same(alone, self.ask([[[90, 40], [7, 7]]], [[POSITIVE, -1]]))
        self.assert_same(alone, self.ask([[[90, 40]]], [[POSITIVE]], [[50, 50, 50, 50]]))

    def test_prompts_are_answered_each_by_itself(self):
        together = self.ask([[[90, 40]], [[10, 200]]], [[POSITIVE], [POSITIVE]])
        second = self.ask([[[10, 200]]], [[POSITIVE]])
        self.assert_same([part[:, 1:] for part in together], second)

    def test_boxes_need_no_points(self):
        boxes = [[10, 20, 90, 100], [30, 30, 60, 200]]
        together = self.ask([], [[], []], boxes)
        self.assertEqual(tuple(together[0].shape), (1, 2, 3))
        self.assert_same([part[:, 1:] for part in together], self.ask([], [[]], boxes[1:]))

    def test_the_kind_of_a_point_and_a_box_make_a_difference(self):
        positive = self.ask([[[90, 40]]], [[POSITIVE]])[1]
        negative = self.ask([[[90, 40]]], [[NEGATIVE]])[1]
        boxed = self.ask([[[90, 40]]], [[POSITIVE]], [[60, 20, 120, 70]])[1]
        self.assertGreater(float((positive - negative).abs().max()), 1e-3)
        self.assertGreater(float((positive - boxed).abs().max()), 1e-3)

    def test_finer_features_are_unfolded_where_they_were(self):
        picture = torch.zeros(1, 3, INPUT_SIZE, INPUT_SIZE)
        changed = picture.clone()
        changed[..., 64:66, 192:194] = 1
        with torch.no_grad():
            before, after = (self.encoder(values)[0] for values in (picture, changed))
        half = unfold_embeddings((after - before).abs())[2].sum(dim=1)[0]
        y, x = divmod(int(half.argmax()), half.shape[1])
        self.assertLessEqual(max(abs(y - 32), abs(x - 96)), 4)

    def test_places_of_cells_are_their_middles(self):
        places = cell_places(torch.zeros(1, 352, 32, 32))
        code = place_code(torch.tensor(2.5 / 32), torch.tensor(7.5 / 32))
        torch.testing.assert_close(places[0, :, 7, 2], code)


class Preparation(unittest.TestCase):
    def test_the_longest_edge_fills_the_input_and_halves_are_rounded_up(self):
        placement = placement_of(512, 301)
        self.assertEqual((placement.resized_width, placement.resized_height), (256, 151))
        placement = placement_of(3, 2000)
        self.assertEqual((placement.resized_width, placement.resized_height), (1, 256))

    def test_padding_is_nothing_after_normalising(self):
        picture = np.full((50, 100, 3), 255, dtype=np.uint8)
        values = encoder_input(picture, placement_of(100, 50))
        self.assertEqual(tuple(values.shape), (1, 3, 256, 256))
        self.assertTrue(bool((values[:, :, 128:] == 0).all()))
        self.assertTrue(bool((values[:, :, :128] > 2).all()))

    def test_points_and_boxes_go_to_the_input(self):
        placement = placement_of(512, 301)
        points = placement.points_to_input(np.array([[512.0, 301.0]]))
        np.testing.assert_allclose(points, [[256, 151]])
        boxes = placement.boxes_to_input(np.array([[0.0, 301.0, 256.0, 0.0]]))
        np.testing.assert_allclose(boxes, [[0, 151, 128, 0]])


class Data(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.drawn = draw_group(0)

    def test_padding_stays_nothing_however_pictures_are_turned(self):
        for seed in range(6):
            batch = augment(self.drawn, generator(seed))
            outside = torch.from_numpy(batch.instance_maps == OUTSIDE)[:, None]
            values = batch_input(batch)
            self.assertTrue(bool((values[outside.expand_as(values)] == 0).all()))
            self.assertTrue(bool(outside.any()))

    def test_prompts_lie_where_they_say(self):
        prompts = sample_prompts(self.drawn.instance_maps, 12, generator(3))
        kinds = set()
        for scene, owners in enumerate(self.drawn.instance_maps):
            for index in range(12):
                at = scene, index
                wanted = prompts.instance_ids[at]
                for (x, y), label in zip(prompts.points[at], prompts.labels[at]):
                    if label != FILLER:
                        owner = owners[round(float(y)), round(float(x))]
                        self.assertEqual(owner == wanted, label == POSITIVE)
                        self.assertNotEqual(owner, OUTSIDE)
                box = prompts.boxes[at]
                has_box = bool((box[2:] > box[:2]).all())
                self.assertEqual(has_box, bool(box.any()))
                if has_box:
                    self.assertGreater(self.box_overlap(box + 0.5, box_of(owners == wanted)), 0.4)
                kinds.add((wanted == GROUND, has_box, bool((prompts.labels[at] != FILLER).any())))
        of_shapes = {(False, False, True), (False, True, False), (False, True, True)}
        self.assertEqual(kinds, {(True, False, True), *of_shapes})

    @staticmethod
    def box_overlap(first, second):
        low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
        both = np.clip(high - low, 0, None).prod()
        return both / ((first[2:] - first[:2]).prod() + (second[2:] - second[:2]).prod() - both)

    def test_inexact_boxes_have_an_inside(self):
        tiny = np.array([10.0, 10.0, 11.0, 12.0])
        for seed in range(50):
            box = inexact_box(tiny, generator(seed))
            self.assertTrue(bool((box[2:] - box[:2] >= 2).all()))

    def test_true_masks_say_how_much_of_a_cell_is_filled(self):
        maps = torch.zeros(1, 8, 8, dtype=torch.uint8)
        maps[0, :3, :4] = 2
        masks = true_masks(maps, torch.tensor([[2, 1]]), 4)
        self.assertEqual(masks[0, 0].tolist()[:2], [[1, 1, 0, 0], [0.5, 0.5, 0, 0]])
        self.assertEqual(float(masks[0, 1].sum()), 0)


class Training(unittest.TestCase):
    truth = torch.zeros(2, 16, 16)
    truth[0, 2:9, 3:12] = 1

    def test_the_truth_costs_nothing(self):
        logits = ((self.truth * 2 - 1) * 30)[:, None].repeat(1, 3, 1, 1)
        fits = torch.tensor([[1.0, 1, 1], [0, 0, 0]])
        loss, parts = prompt_loss(fits, logits, self.truth, torch.tensor([True, False]))
        self.assertLess(float(loss), 0.01)
        self.assertEqual(parts["iou"], 1.0)

    def test_one_good_mask_of_three_costs_little_and_a_prompt_for_nothing_only_its_fit(self):
        good = (self.truth * 2 - 1) * 30
        logits = torch.stack([-good, good, -good], dim=1)
        only = torch.tensor([True, False])
        one, _ = prompt_loss(torch.tensor([[0.0, 1, 0], [0, 0, 0]]), logits, self.truth, only)
        none, _ = prompt_loss(torch.zeros(2, 3), -logits.abs(), self.truth, only)
        self.assertLess(float(one), float(none))
        fooled, parts = prompt_loss(
            torch.tensor([[0.0, 1, 0], [0.5, 0.5, 0.5]]), logits, self.truth, only
        )
        self.assertAlmostEqual(float(fooled - one), parts["fit"], places=4)
        self.assertAlmostEqual(parts["fit"], 0.5 * math.log(2), places=4)

    def test_overlap_of_masks(self):
        logits = torch.full((1, 3, 16, 16), -1.0)
        logits[0, 0, 2:9, 3:12] = 1
        logits[0, 1, 2:9, 3:21] = 1
        self.assertEqual(overlap(logits, self.truth[:1])[0].tolist()[0], 1.0)
        self.assertAlmostEqual(float(overlap(logits, self.truth[:1])[0, 1]), 63 / 91, places=5)
        self.assertEqual(float(overlap(logits, self.truth[:1])[0, 2]), 0.0)


class PaintedPredictor:
    """Answers each point with a disc around the nearest of some centres, in picture pixels."""

    def __init__(self, width, height, centers, radius):
        self.placement = placement_of(width, height)
        self.centers, self.radius = np.array(centers), radius

    def ask_points(self, points):
        cells = (np.arange(128) + 0.5) * 2 - 0.5
        fits, logits = torch.zeros(len(points), 3), torch.full((len(points), 3, 128, 128), -9.0)
        for index, point in enumerate(points):
            away = np.hypot(*(self.centers - point).T)
            x, y = self.placement.points_to_input(self.centers[away.argmin()])
            reach = self.radius * self.placement.scale[0]
            if away.min() <= self.radius:
                fits[index, 1] = 0.95
                apart = np.hypot(cells[None, :] - x, cells[:, None] - y)
                logits[index, 1] = torch.from_numpy(20 * (reach - apart)).float()
        return Answer(fits, logits)


class Masks(unittest.TestCase):
    def test_masks_lie_where_the_picture_has_them(self):
        placement = placement_of(512, 256)
        logits = torch.full((1, 128, 128), -1.0)
        logits[0, 16:32, 8:24] = 1.0
        mask = (enlarge(logits, placement)[0] > 0).numpy()
        self.assertEqual(mask.shape, (256, 512))
        self.assertEqual(box_of(mask).tolist(), [32, 64, 96, 128])

    def test_steep_masks_are_stable(self):
        ramp = torch.linspace(-4, 4, 64).expand(1, 1, 64)
        self.assertAlmostEqual(float(stability(ramp)), 24 / 40, places=5)
        self.assertEqual(float(stability(ramp * 100)), 1.0)
        self.assertEqual(float(stability(ramp - 100)), 0.0)

    def test_points_to_measure_with_are_on_their_shapes(self):
        masks = np.zeros((2, 20, 30), dtype=bool)
        masks[0, 4:15, 2:13], masks[1, 0:3, 20:30] = True, True
        self.assertEqual(inner_points(masks)[0].tolist(), [7, 9])
        for points in (inner_points(masks), random_points(masks, 5)):
            for mask, (x, y) in zip(masks, points.astype(int)):
                self.assertTrue(bool(mask[y, x]))

    def test_overlap_is_intersection_over_union(self):
        first, second = np.zeros((4, 4), dtype=bool), np.zeros((4, 4), dtype=bool)
        first[:2], second[1:3] = True, True
        self.assertAlmostEqual(mask_overlap(first, second), 1 / 3)
        self.assertEqual(mask_overlap(first & second & ~first, second & ~second), 0.0)


class Everything(unittest.TestCase):
    def test_points_lie_in_the_middle_of_equal_parts(self):
        points = point_grid(2, 100, 60)
        self.assertEqual(points.tolist(), [[25, 15], [75, 15], [25, 45], [75, 45]])

    def test_each_thing_is_found_once(self):
        predictor = PaintedPredictor(400, 200, [[60, 60], [300, 100]], radius=40)
        found = generate(predictor, GeneratorOptions(points_per_side=16))
        self.assertEqual(len(found), 2)
        for one, (x, y) in zip(sorted(found, key=lambda one: one.box[0]), [[60, 60], [300, 100]]):
            middle = (one.box[:2] + one.box[2:]) / 2
            np.testing.assert_allclose(middle, [x, y], atol=2)
            self.assertGreater(one.stability_score, 0.95)

    def test_nothing_is_found_where_nothing_fits(self):
        predictor = PaintedPredictor(400, 200, [[60, 60]], radius=40)
        options = GeneratorOptions(points_per_side=8, pred_iou_thresh=0.96)
        self.assertEqual(generate(predictor, options), [])


if __name__ == "__main__":
    unittest.main()
