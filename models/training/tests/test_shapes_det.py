"""Checks of the network's contract, the decoding and the figures: needs PyTorch."""

import unittest

import numpy as np
import torch

from shapes_det.assignment import assign
from shapes_det.dataset import OUTSIDE, augment, draw_group
from shapes_det.decode import bilinear, decode, mask_of, suppress
from shapes_det.golden import run_lengths
from shapes_det.losses import complete_overlap, detection_loss
from shapes_det.metrics import DetectionScores, average_precision, match
from shapes_det.network import Predictions, ServedShapesDet, ShapesDet, cell_centers
from shapes_det.preparation import PADDING, letterbox, place_picture


class Network(unittest.TestCase):
    def test_outputs_are_laid_out_as_ultralytics_does(self):
        served = ServedShapesDet(ShapesDet()).eval()
        for height, width in ((64, 64), (96, 160)):
            with torch.no_grad():
                output0, output1 = served(torch.rand(2, 3, height, width))
            cells = sum(height // s * (width // s) for s in (8, 16, 32))
            self.assertEqual(tuple(output0.shape), (2, 4 + 4 + 32, cells))
            self.assertEqual(tuple(output1.shape), (2, 32, height // 4, width // 4))
            scores = output0[:, 4:8]
            self.assertTrue(bool(((scores > 0) & (scores < 1)).all()))
            self.assertTrue(bool((output0[:, 2:4] > 0).all()))

    def test_cells_are_listed_row_by_row(self):
        centers = cell_centers(torch.zeros(1, 5, 2, 3), stride=8)
        expected = [[4, 4], [12, 4], [20, 4], [4, 12], [12, 12], [20, 12]]
        self.assertEqual(centers.tolist(), expected)


class Preparation(unittest.TestCase):
    def test_the_picture_lies_in_the_middle(self):
        placed = letterbox(640, 480)
        self.assertEqual((placed.resized_width, placed.resized_height), (256, 192))
        self.assertEqual((placed.left, placed.top), (0, 32))

    def test_an_odd_rest_goes_right_and_below(self):
        placed = letterbox(100, 256)
        self.assertEqual((placed.resized_width, placed.left), (100, 78))
        placed = letterbox(101, 256)
        self.assertEqual((placed.resized_width, placed.left), (101, 77))

    def test_halves_are_rounded_to_even(self):
        self.assertEqual(letterbox(512, 301).resized_height, 150)
        self.assertEqual(letterbox(512, 303).resized_height, 152)

    def test_padding_is_grey_around_the_picture(self):
        picture = np.full((50, 100, 3), 7, dtype=np.uint8)
        placed = place_picture(picture, letterbox(100, 50))
        self.assertEqual(set(placed[:64].ravel()), {PADDING})
        self.assertEqual(set(placed[64:192].ravel()), {7})
        self.assertEqual(set(placed[192:].ravel()), {PADDING})

    def test_boxes_go_to_the_input_and_back(self):
        placed = letterbox(300, 512)
        boxes = np.array([[0.0, 0.0, 300.0, 512.0], [12.5, 40.0, 80.0, 90.25]])
        np.testing.assert_allclose(placed.boxes_to_input(boxes)[0], [53, 0, 203, 256])
        np.testing.assert_allclose(placed.boxes_to_picture(placed.boxes_to_input(boxes)), boxes)

    def test_boxes_come_back_by_the_unrounded_factor(self):
        placed = letterbox(301, 512)  # half of it is 150.5, which becomes 150
        boxes = np.array([[0.0, 0.0, 301.0, 512.0]])
        inputs = placed.boxes_to_input(boxes)
        np.testing.assert_allclose(inputs[0], [53, 0, 203, 256])
        np.testing.assert_allclose(placed.boxes_to_picture(inputs)[0], [0, 0, 300, 512])


class Data(unittest.TestCase):
    def test_boxes_fit_the_instance_maps_however_they_are_turned(self):
        drawn = draw_group(0)
        for seed in range(4):
            batch = augment(drawn, np.random.Generator(np.random.PCG64(seed)))
            for scene in range(0, 32, 5):
                for index in np.flatnonzero(batch.class_ids[scene] >= 0):
                    y, x = np.nonzero(batch.instance_maps[scene] == index + 1)
                    seen = [x.min(), y.min(), x.max() + 1, y.max() + 1]
                    # Nearest neighbours in a smaller map may miss a thin tip.
                    np.testing.assert_allclose(batch.boxes[scene, index], seen, atol=3.5)

    def test_padding_stays_grey(self):
        drawn = draw_group(0)
        for seed in range(8):
            batch = augment(drawn, np.random.Generator(np.random.PCG64(seed)))
            outside = batch.pictures[batch.instance_maps == OUTSIDE]
            self.assertEqual(set(outside.ravel()), {PADDING})


def perfect(boxes: torch.Tensor, class_ids: torch.Tensor, size: int) -> Predictions:
    """Predictions whose every cell answers for the shape that its centre is in."""
    centers = cell_centers(torch.zeros(1, 1, size // 8, size // 8), 8)
    cells = len(centers)
    answers = torch.zeros(1, cells, 4)
    answers[..., :2], answers[..., 2:] = centers - 2, centers + 2
    logits = torch.full((1, cells, 4), -20.0)
    for box, class_id in zip(boxes, class_ids):
        inside = ((centers > box[:2]) & (centers < box[2:])).all(dim=1)
        answers[0, inside] = box
        logits[0, inside, class_id] = 20.0
    return Predictions(
        boxes=answers,
        class_logits=logits,
        coefficients=torch.zeros(1, cells, 32),
        prototypes=torch.zeros(1, 32, size // 4, size // 4),
        centers=centers,
    )


class Training(unittest.TestCase):
    boxes = torch.tensor([[0.0, 0.0, 24.0, 32.0], [40.0, 40.0, 64.0, 64.0]])
    class_ids = torch.tensor([2, 0])

    def test_cells_inside_answer_for_a_shape(self):
        found = perfect(self.boxes, self.class_ids, 64)
        cells = assign(found, self.boxes[None], self.class_ids[None])
        for cell, instance, target in zip(cells.cell, cells.instance, cells.target_score):
            x, y = found.centers[cell]
            x0, y0, x1, y1 = self.boxes[instance]
            self.assertTrue(x0 < x < x1 and y0 < y < y1)
            self.assertAlmostEqual(float(target), 1.0, places=4)
        self.assertEqual(set(cells.instance.tolist()), {0, 1})
        self.assertEqual(len(cells.cell), len(set(cells.cell.tolist())))

    def test_the_truth_costs_nothing_and_an_empty_scene_is_no_error(self):
        maps = torch.zeros(1, 64, 64, dtype=torch.uint8)
        found = perfect(self.boxes, self.class_ids, 64)
        _, parts = detection_loss(found, self.boxes[None], self.class_ids[None], maps)
        self.assertLess(parts["box"], 1e-4)
        nothing = torch.full((1, 2), -1)
        loss, parts = detection_loss(found, self.boxes[None], nothing, maps)
        self.assertEqual((parts["box"], parts["mask"]), (0.0, 0.0))
        self.assertGreater(float(loss), 1.0)

    def test_complete_overlap_is_one_for_the_same_box_and_less_for_others(self):
        box = torch.tensor([[10.0, 10.0, 30.0, 50.0]])
        self.assertAlmostEqual(float(complete_overlap(box, box)), 1.0, places=5)
        near, far = box + 40.0, box + 80.0
        self.assertLess(float(complete_overlap(box, far)), float(complete_overlap(box, near)))


class Decoding(unittest.TestCase):
    def test_suppression_keeps_the_best_of_those_that_overlap(self):
        boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [20, 0, 30, 10]], dtype=np.float64)
        scores = np.array([0.5, 0.9, 0.3])
        self.assertEqual(suppress(boxes, scores, 0.7).tolist(), [1, 2])
        self.assertEqual(suppress(boxes, scores, 0.95).tolist(), [1, 0, 2])

    def test_classes_do_not_suppress_one_another(self):
        output0 = np.zeros((40, 3))
        output0[:4] = np.array([[8, 8, 4, 6]] * 3).T
        output0[4:8, 0], output0[4:8, 1] = [0.9, 0, 0.3, 0], [0.8, 0, 0, 0]
        output0[8, :] = [1, 2, 3]
        found = decode(output0, 4, 0.25, 0.7, best_class_only=False)
        self.assertEqual(found.class_ids.tolist(), [0, 2])
        self.assertEqual(found.scores.tolist(), [0.9, 0.3])
        best = decode(output0, 4, 0.25, 0.7, best_class_only=True)
        self.assertEqual(best.scores.tolist(), [0.9])
        self.assertEqual(found.boxes[0].tolist(), [6, 5, 10, 11])
        self.assertEqual(found.coefficients[:, 0].tolist(), [1, 1])

    def test_between_pixels_lies_their_mean(self):
        values = np.array([[0.0, 2.0], [4.0, 6.0]])
        got = bilinear(values, np.array([-0.25, 0.5]), np.array([0.0, 0.5, 1.5]))
        np.testing.assert_allclose(got, [[0, 1, 2], [2, 3, 4]])

    def test_a_mask_lies_where_the_letterboxed_picture_has_it(self):
        placed = letterbox(512, 256)  # 256 x 128 on the input, 64 pixels below the top
        prototypes = np.full((32, 64, 64), -1.0)
        prototypes[0, 20:30, 8:24] = 1.0  # input rows 80..120, columns 32..96
        coefficients = np.eye(32)[0]
        box = np.array([0.0, 64.0, 80.0, 192.0])
        mask = mask_of(coefficients, prototypes, box, placed)
        y, x = np.nonzero(mask)
        self.assertEqual(mask.shape, (256, 512))
        seen = (x.min(), y.min(), x.max() + 1, y.max() + 1)
        self.assertEqual(seen, (64, 32, 160, 112))  # the box cuts it at 160

    def test_what_the_prototypes_show_in_the_padding_does_not_count(self):
        placed = letterbox(512, 256)
        prototypes = np.full((32, 64, 64), 1.0)
        prototypes[:, :16] = prototypes[:, 48:] = -100.0
        box = np.array([0.0, 0.0, 256.0, 256.0])
        self.assertTrue(mask_of(np.eye(32)[0], prototypes, box, placed).all())

    def test_run_lengths_go_down_the_columns(self):
        mask = np.array([[0, 1, 1], [0, 0, 1]], dtype=bool)
        self.assertEqual(run_lengths(mask), [2, 1, 1, 2])
        self.assertEqual(run_lengths(~mask), [0, 2, 1, 1, 2])
        self.assertEqual(run_lengths(np.zeros((2, 2), dtype=bool)), [4])


class AveragePrecision(unittest.TestCase):
    def test_a_truth_is_found_once(self):
        overlaps = np.array([[0.6, 0.0], [0.9, 0.55], [0.7, 0.1]])
        self.assertEqual(match(overlaps, 0.5).tolist(), [True, True, False])
        self.assertEqual(match(overlaps, 0.8).tolist(), [False, True, False])
        self.assertEqual(match(np.zeros((1, 0)), 0.5).tolist(), [False])

    def test_area_under_precision_over_recall(self):
        scores, right = np.array([0.9, 0.8, 0.7]), np.array([True, False, True])
        self.assertAlmostEqual(average_precision(scores, right, 2), 0.5 + 0.5 * 2 / 3)
        self.assertAlmostEqual(average_precision(scores, right, 4), 0.25 + 0.25 * 2 / 3)
        self.assertTrue(np.isnan(average_precision(scores[:0], right[:0], 0)))

    def test_classes_are_counted_apart(self):
        scores = DetectionScores(2)
        scores.add(np.array([[0.95]]), np.array([0.9]), np.array([1]), np.array([0]))
        scores.add(np.array([[0.7]]), np.array([0.8]), np.array([1]), np.array([1]))
        per_class = scores.per_class()
        self.assertEqual(per_class[0, 0], 0.0)  # taken for the other class
        self.assertAlmostEqual(per_class[1, 0], 0.5)
        self.assertAlmostEqual(scores.mean_at_half(), 0.25)
        self.assertAlmostEqual(scores.mean(), 0.25 * 5 / 10)

    def test_precision_and_recall_are_of_all_classes_at_one_score(self):
        scores = DetectionScores(2)
        overlaps = np.array([[0.9], [0.8], [0.9]])
        scores.add(overlaps, np.array([0.9, 0.6, 0.3]), np.array([0, 1, 0]), np.array([0]))
        scores.add(np.array([[0.7]]), np.array([0.2]), np.array([1]), np.array([1]))
        self.assertEqual(scores.precision_and_recall(0.5), (0.5, 0.5))
        self.assertEqual(scores.precision_and_recall(0.1), (0.5, 1.0))
        self.assertEqual(scores.precision_and_recall(0.95), (0.0, 0.0))


if __name__ == "__main__":
    unittest.main()
