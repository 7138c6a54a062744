"""Checks of the network's contract and of the figures: needs PyTorch."""

import unittest

import numpy as np
import torch

from shapes_seg.metrics import ConfusionMatrix
from shapes_seg.network import ShapesSeg
from shapes_seg.preparation import normalize, served_size


class Network(unittest.TestCase):
    def test_logits_have_the_size_of_the_picture(self):
        network = ShapesSeg().eval()
        for height, width in ((32, 32), (33, 47), (40, 48), (101, 75), (64, 129)):
            with torch.no_grad():
                logits = network(torch.zeros(2, 3, height, width))
            self.assertEqual(tuple(logits.shape), (2, 5, height, width))


class Preparation(unittest.TestCase):
    def test_the_shortest_edge_becomes_256(self):
        self.assertEqual(served_size(640, 480), (341, 256))
        self.assertEqual(served_size(480, 640), (256, 341))
        self.assertEqual(served_size(256, 256), (256, 256))

    def test_imagenet_normalisation(self):
        white = normalize(torch.full((1, 1, 1, 3), 255, dtype=torch.uint8))
        expected = [(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225]
        np.testing.assert_allclose(white.flatten().numpy(), expected, rtol=1e-6)


class IntersectionOverUnion(unittest.TestCase):
    def test_counts_pixels(self):
        confusion = ConfusionMatrix(3)
        confusion.add(np.array([[0, 0], [1, 1]]), np.array([[0, 1], [1, 1]]))
        iou = confusion.intersection_over_union()
        np.testing.assert_allclose(iou[:2], [1 / 2, 2 / 3])
        self.assertTrue(np.isnan(iou[2]))
        self.assertAlmostEqual(confusion.mean_intersection_over_union(), 7 / 12)
        self.assertEqual(confusion.pixel_accuracy(), 0.75)


if __name__ == "__main__":
    unittest.main()
