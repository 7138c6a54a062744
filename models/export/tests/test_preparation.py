"""Checks that pictures are prepared as the libraries do it: needs torchvision."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image
from torchvision.transforms import functional

from export.export_failure import ExportFailure
from export.huggingface_preparation import preparation_of
from export.manifest import IMAGENET_STATISTICS
from export.preparation import (
    detectron2_size,
    prepare,
    read_picture,
    resized_size,
    torchvision_size,
    transformers_size,
)


def photo(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(2).integers(0, 255, (9, 12, 3), np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.BICUBIC)


class Sizes(unittest.TestCase):
    def test_of_the_shortest_edge_are_torchvision_s(self):
        for size in ((640, 480), (480, 640), (500, 333), (37, 91), (100, 100)):
            picture = photo(*size)
            for shortest, longest in ((64, None), (64, 80), (33, None)):
                expected = functional.resize(picture, shortest, max_size=longest).size
                self.assertEqual(torchvision_size(size, shortest, longest), expected)

    def test_of_the_shortest_edge_are_detectron2_s(self):
        # What its ResizeShortestEdge gives for 800 and 1333.
        for size, expected in (
            ((640, 480), (1067, 800)),
            ((1280, 300), (1333, 312)),
            ((333, 500), (800, 1201)),
        ):
            self.assertEqual(detectron2_size(size, 800, 1333), expected)

    def test_of_the_shortest_edge_are_transformers(self):
        # What get_size_with_aspect_ratio gives for 800 and 1333.
        for size, expected in (
            ((640, 480), (1066, 800)),
            ((1280, 300), (1333, 312)),
            ((333, 500), (800, 1201)),
        ):
            self.assertEqual(transformers_size(size, 800, 1333), expected)

    def test_of_a_letterbox_are_segment_anything_s(self):
        preparation = {"resize": "letterbox", "width": 1024, "height": 1024}
        self.assertEqual(resized_size((1500, 1125), preparation), (1024, 768))
        self.assertEqual(resized_size((333, 500), preparation), (682, 1024))


class Values(unittest.TestCase):
    def test_are_those_of_torchvision_s_presets(self):
        picture = photo(60, 40)
        resized = functional.resize(picture, 32)
        expected = functional.normalize(functional.to_tensor(resized), **IMAGENET_STATISTICS).numpy()
        preparation = {
            "resize": "shortest-edge",
            "shortest_edge": 32,
            "resampler": "pil-bilinear",
            **IMAGENET_STATISTICS,
        }
        np.testing.assert_allclose(prepare(picture, preparation).feed[0], expected, atol=1e-6)

    def test_may_be_plain_pixels_in_the_order_blue_green_red(self):
        picture = photo(8, 6)
        feed = prepare(picture, {"resize": "none", "scale": 1, "channel_order": "bgr"}).feed
        np.testing.assert_array_equal(feed[0], np.asarray(picture, np.float32)[:, :, ::-1].transpose(2, 0, 1))

    def test_are_zero_in_the_padding(self):
        preparation = {"resize": "letterbox", "width": 32, "height": 32, **IMAGENET_STATISTICS}
        prepared = prepare(photo(60, 30), preparation)
        self.assertEqual(prepared.resized, (32, 16))
        self.assertEqual(prepared.feed.shape, (1, 3, 32, 32))
        self.assertFalse(prepared.feed[:, :, 16:].any())
        self.assertTrue(prepared.feed[:, :, :16].all())


class Pictures(unittest.TestCase):
    def test_are_turned_as_they_are_displayed(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "turned.jpg"
            exif = Image.Exif()
            exif[0x0112] = 6
            photo(60, 40).save(path, exif=exif)
            self.assertEqual(read_picture(path).size, (40, 60))

    def test_of_too_many_pixels_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "large.png"
            Image.new("1", (10_000, 6_000)).save(path)
            with self.assertRaisesRegex(ExportFailure, "10000 × 6000 pixels"):
                read_picture(path)


class PreprocessorConfigs(unittest.TestCase):
    path = Path("preprocessor_config.json")

    def test_of_a_segformer_and_a_detr(self):
        segformer = {
            "size": {"width": 512, "height": 512},
            "resample": 2,
            "rescale_factor": 0.00392156862745098,
            "image_mean": [0.485, 0.456, 0.406],
            "image_std": [0.229, 0.224, 0.225],
            "do_normalize": True,
        }
        self.assertEqual(
            preparation_of(segformer, self.path),
            {
                "resize": "stretch",
                "width": 512,
                "height": 512,
                "resampler": "pil-bilinear",
                **IMAGENET_STATISTICS,
            },
        )
        detr = {**segformer, "size": {"shortest_edge": 800, "longest_edge": 1333}}
        expected = {
            "resize": "shortest-edge",
            "shortest_edge": 800,
            "longest_edge": 1333,
            "shortest_edge_rounding": "transformers",
            "resampler": "pil-bilinear",
            **IMAGENET_STATISTICS,
        }
        self.assertEqual(preparation_of(detr, self.path), expected)
        # As the first versions of transformers wrote it.
        self.assertEqual(preparation_of({**segformer, "size": 800, "max_size": 1333}, self.path), expected)

    def test_without_normalizing_or_rescaling(self):
        config = {
            "size": 64,
            "do_normalize": False,
            "image_mean": [1, 1, 1],
            "do_rescale": False,
            "resample": 3,
        }
        expected = {"resize": "stretch", "width": 64, "height": 64, "resampler": "pil-bicubic", "scale": 1}
        self.assertEqual(preparation_of(config, self.path), expected)

    def test_that_say_too_little_are_refused(self):
        for config, words in (
            ({}, "size is None"),
            ({"size": {"height": 64}}, "expected width and height"),
            ({"size": 64, "resample": 0}, "resample is 0"),
            ({"size": 64, "do_resize": False}, "do_resize is false"),
        ):
            with self.assertRaisesRegex(ExportFailure, words):
                preparation_of(config, self.path)


if __name__ == "__main__":
    unittest.main()
