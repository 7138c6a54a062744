"""Checks of crops, of what is said of pictures, and of batches: needs PyTorch."""

import unittest

import numpy as np
import torch

from shapes_clip.batches import SHARES, training_batches, turned
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
from shapes_clip.evaluation_pictures import CROPS, crops, generated_like
from shapes_clip.preparation import MEAN, SIZE, normalize, prepare
from shapes_clip.statements import (
    FALSE,
    TRUE,
    UNDECIDED,
    Statements,
    draw_statements,
    text_of,
    truth,
)
from shapes_clip.wording import reworded
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


class HeldOut(unittest.TestCase):
    def test_generated_like_pictures_have_one_shape_and_crops_are_of_every_kind(self):
        self.assertEqual(generated_like(0).sources.tolist(), [ONE_SHAPE])
        found = crops(2)
        self.assertEqual(set(found), set(CROPS))
        self.assertEqual(set(found["masked, grey around"].sources.tolist()), {MASKED})
        self.assertEqual(set(found["context, 10 %"].sources.tolist()), {CONTEXT})


if __name__ == "__main__":
    unittest.main()
