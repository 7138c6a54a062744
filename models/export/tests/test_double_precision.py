"""Checks of the answer in double precision: needs PyTorch."""

import unittest

import torch
from PIL import Image
from torch import nn

from export.double_precision import ask_in_double_precision
from export.exported import Exported, TimedAnswer


class Thirds(nn.Module):
    """A third of the first number, the rest of it from an anchor that it makes for itself."""

    def __init__(self):
        super().__init__()
        self.third = nn.Parameter(torch.tensor(3.0))

    def forward(self, pictures, sizes):
        return pictures[0][0] / self.third + torch.zeros(()), sizes


class DoublePrecision(unittest.TestCase):
    def setUp(self):
        network = Thirds()
        self.exported = Exported(
            parts={},
            fields={},
            ask_original=lambda _picture: TimedAnswer(network([torch.ones(1)], torch.tensor([7])), 0.0),
            ask_graphs=None,
            ask_service=None,
            network=network,
        )
        self.picture = Image.new("RGB", (4, 4))

    def test_is_reckoned_with_numbers_of_64_bits_from_the_picture_on(self):
        single, _ = self.exported.ask_original(self.picture).answer
        precise, sizes = ask_in_double_precision(self.exported, self.picture)
        self.assertEqual((single.dtype, precise.dtype), (torch.float32, torch.float64))
        self.assertEqual(sizes.dtype, torch.int64)
        self.assertNotEqual(single.item(), 1 / 3)
        self.assertEqual(precise.item(), 1 / 3)

    def test_leaves_the_usual_numbers_as_they_were(self):
        ask_in_double_precision(self.exported, self.picture)
        self.assertEqual(torch.zeros(1).dtype, torch.float32)
        self.assertEqual(len(self.exported.network._forward_pre_hooks), 0)


if __name__ == "__main__":
    unittest.main()
