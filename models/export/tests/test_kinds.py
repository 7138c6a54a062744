"""Checks of what each kind reads from weights and configs: needs torchvision."""

import hashlib
import json
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from PIL import Image
from torchvision.models import detection, segmentation
from torchvision.models.detection.roi_heads import paste_masks_in_image

from export import detectron2, torchvision_detection, torchvision_segmentation
from export.checkpoint_kind import recognize
from export.command_line import DETECTION_ARCHITECTURES, SEGMENTATION_ARCHITECTURES
from export.detectron2_boxes import pool
from export.detectron2_config import read_config
from export.detectron2_network import GeneralizedRcnn
from export.detectron2_settings import Settings, Sizes
from export.export_failure import ExportFailure
from export.graph_file import GraphDescription, write_graph
from export.labels import read_labels
from export.manifest import compose_manifest, model_id, schema_path
from export.onnx_runner import choose_runner
from export.paste_masks import paste_masks
from export.roi_align_operator import register_roi_align


def names_of(constructor, **options) -> dict[str, torch.Tensor]:
    return constructor(weights=None, weights_backbone=None, num_classes=4, **options).state_dict()


class Architectures(unittest.TestCase):
    def test_of_segmentation_are_told_by_their_weights(self):
        for name in SEGMENTATION_ARCHITECTURES:
            weights = names_of(getattr(segmentation, name))
            self.assertEqual(recognize(weights).kind, "torchvision-segmentation")
            self.assertEqual(torchvision_segmentation.recognize_architecture(weights), name)
            self.assertEqual(torchvision_segmentation.count_classes(weights), 4)

    def test_of_detection_are_told_by_their_weights(self):
        for name in DETECTION_ARCHITECTURES:
            weights = names_of(getattr(detection, name))
            self.assertEqual(recognize(weights).kind, "torchvision-detection")
            # Of two networks with MobileNet, which differ in sizes alone, neither is taken for the other.
            if "mobilenet" in name:
                with self.assertRaisesRegex(ExportFailure, f"--architecture .*{name}"):
                    torchvision_detection.recognize_architecture(weights)
            else:
                self.assertEqual(torchvision_detection.recognize_architecture(weights), name)

    def test_others_of_torchvision_are_named(self):
        keypoints = names_of(detection.keypointrcnn_resnet50_fpn)
        self.assertIn("Keypoint", recognize(keypoints).network)
        retina = names_of(detection.retinanet_resnet50_fpn)
        self.assertIn("RetinaNet", recognize(retina).network)

    def test_batch_norms_tuned_from_coco_have_no_eps(self):
        weights = names_of(detection.fasterrcnn_resnet50_fpn)
        options = SimpleNamespace(batch_norm_eps=None)
        self.assertIsNone(torchvision_detection.batch_norm_eps(options, weights))
        frozen = {name: value for name, value in weights.items() if not name.endswith("num_batches_tracked")}
        self.assertEqual(torchvision_detection.batch_norm_eps(options, frozen), 0)
        self.assertEqual(
            torchvision_detection.batch_norm_eps(SimpleNamespace(batch_norm_eps=1e-3), frozen), 1e-3
        )

    def test_what_a_checkpoint_does_not_hold_is_said(self):
        notes = torchvision_detection.notes_on("maskrcnn_resnet50_fpn", 0.0)
        self.assertIn("anchors, thresholds", notes[0])
        self.assertIn("--batch-norm-eps 1e-5", notes[1])
        self.assertEqual(len(torchvision_detection.notes_on("maskrcnn_resnet50_fpn_v2", None)), 1)

    def test_labels_of_the_usual_numbers_of_classes_are_torchvision_s(self):
        options = SimpleNamespace(labels=None)
        labels, palette = torchvision_segmentation.labels_of(options, 21)
        self.assertEqual((labels[0], labels[15], palette), ("background", "person", "pascal-voc"))
        self.assertEqual(torchvision_detection.labels_of(options, 91)[1], "person")
        self.assertEqual(
            torchvision_detection.labels_of(options, 3), ["__background__", "class 1", "class 2"]
        )
        self.assertEqual(detectron2.labels_of(80)[79], "toothbrush")


class DetectionResize(unittest.TestCase):
    def test_is_torchvision_s_to_the_pixel_at_every_size(self):
        transform = detection.transform.GeneralizedRCNNTransform(800, 1333, [0, 0, 0], [1, 1, 1])
        # 430 × (800 / 430) is 800 or a little less, as it is reckoned.
        for height, width in (
            (430, 512),
            (431, 512),
            (100, 300),
            (1000, 90),
            (799, 801),
            (33, 33),
            (517, 389),
        ):
            picture = torch.rand(3, height, width)
            expected, _ = transform.resize(picture)
            self.assertTrue(torch.equal(torchvision_detection.resize(picture, 800.0, 1333.0), expected))


class PastedMasks(unittest.TestCase):
    def test_are_torchvision_s(self):
        generator = torch.Generator().manual_seed(3)
        cells = torch.rand(6, 1, 28, 28, generator=generator)
        corners = torch.rand(6, 2, 2, generator=generator) * torch.tensor([120.0, 90.0]) - 10
        boxes = torch.cat((corners.amin(1), corners.amax(1)), 1)
        expected = paste_masks_in_image(cells, boxes, (80, 100))[:, 0] >= 0.5
        found = paste_masks(cells.numpy(), boxes.numpy(), Image.new("RGB", (100, 80)), "torchvision")
        self.assertLess(np.mean(found != expected.numpy()), 1e-4)


SIZES = Sizes(
    stem_channels=8,
    blocks=(1, 2, 1, 1),
    inner_channels=(4, 4, 8, 8),
    outer_channels=(8, 12, 16, 24),
    groups=2,
    pyramid_channels=8,
    head_channels=16,
    classes=3,
    is_class_agnostic=True,
    mask_convolutions=2,
    mask_channels=8,
    is_mask_class_agnostic=True,
)


class Detectron2Weights(unittest.TestCase):
    def test_tell_the_sizes_of_their_network(self):
        network = GeneralizedRcnn(SIZES, Settings())
        weights = network.state_dict()
        self.assertEqual(recognize(weights).kind, "detectron2")
        self.assertEqual(detectron2.read_sizes(weights), SIZES)

    def test_with_deformable_convolutions_are_refused(self):
        weights = {"backbone.bottom_up.res3.0.conv2_offset.weight": torch.zeros(1)}
        with self.assertRaisesRegex(ExportFailure, "deformable"):
            detectron2.read_sizes(weights)

    def test_of_other_networks_are_named(self):
        found = recognize({"backbone.bottom_up.stem.conv1.weight": 0, "head.cls_score.weight": 0})
        self.assertIn("another network of Detectron2", found.network)


class Detectron2Pooling(unittest.TestCase):
    def test_is_the_same_in_a_graph_for_any_number_of_boxes(self):
        class Pooling(torch.nn.Module):
            def forward(self, boxes: torch.Tensor, *pyramid: torch.Tensor) -> torch.Tensor:
                return pool(list(pyramid), boxes, 3, 0)

        register_roi_align()
        pyramid = [torch.rand(1, 2, 128 // 2**level, 128 // 2**level) for level in range(4)]
        several = torch.tensor([[0.0, 0, 100, 100], [0, 0, 30, 30], [3, 9, 40, 77], [0, 0, 300, 400]])
        names = ("boxes", "a", "b", "c", "d")
        description = GraphDescription(
            inputs={name: {0: "things"} if name == "boxes" else {} for name in names},
            outputs={"pooled": {0: "things"}},
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pool.onnx"
            # One box on a level must not be taken for the only number there can be.
            write_graph(Pooling(), (several, *pyramid), path, description)
            for boxes in (several, several[:1], several[:0], several[[2, 1, 1, 3, 0, 0]]):
                feeds = {name: value.numpy() for name, value in zip(names, (boxes, *pyramid))}
                found = choose_runner().run(path, feeds).outputs["pooled"]
                np.testing.assert_allclose(found, Pooling()(boxes, *pyramid).numpy(), atol=1e-5)


class Detectron2Configs(unittest.TestCase):
    def read(self, text: str, weights: dict | None = None, groups: int = 1):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "config.yaml"
            path.write_text(text)
            return read_config(path, weights or {}, groups)

    def test_have_the_zoo_s_values_where_there_is_none(self):
        config = read_config(None, {"pixel_mean": torch.tensor([[[1.0]], [[2.0]], [[3.0]]])}, 32)
        self.assertEqual(config.settings.pixel_mean, (1, 2, 3))
        self.assertFalse(config.settings.stride_in_1x1)
        self.assertEqual(
            (config.shortest_edge, config.longest_edge, config.channel_order), (800, 1333, "bgr")
        )
        self.assertEqual(read_config(None, {}, 1).settings, Settings())

    def test_are_read(self):
        config = self.read(
            "MODEL:\n  PIXEL_STD: [57.4, 57.1, 58.4]\n  ANCHOR_GENERATOR:\n    SIZES: [[16, 32]]\n"
            "    ASPECT_RATIOS: [[1.0, 2.0]]\n  ROI_HEADS:\n    SCORE_THRESH_TEST: 0.3\n"
            "INPUT:\n  MIN_SIZE_TEST: 600\n  FORMAT: RGB\nTEST:\n  DETECTIONS_PER_IMAGE: 7\n"
        )
        self.assertEqual(config.settings.anchor_sizes, ((16, 32),) * 5)
        self.assertEqual(config.settings.aspect_ratios, (1, 2))
        self.assertEqual((config.settings.score_threshold, config.settings.detections), (0.3, 7))
        self.assertEqual((config.shortest_edge, config.channel_order), (600, "rgb"))

    def test_that_are_not_written_out_or_not_safe_are_refused(self):
        for text, words in (
            ("MODEL:\n  META_ARCHITECTURE: RetinaNet\n", "META_ARCHITECTURE is RetinaNet"),
            ("MODEL:\n  ROI_HEADS:\n    NAME: CascadeROIHeads\n", "CascadeROIHeads"),
            ("_BASE_: ../Base.yaml\nMODEL: {}\n", "builds on another file"),
            ("SOLVER: {}\n", "has no MODEL"),
            ("MODEL:\n  PIXEL_MEAN: word\n", "of another kind"),
            ("MODEL: !!python/object/apply:os.system ['true']\n", "not valid YAML that is safe"),
        ):
            with self.assertRaisesRegex(ExportFailure, words):
                self.read(text)


class Manifests(unittest.TestCase):
    def test_ids_are_made_of_file_names(self):
        self.assertEqual(model_id(None, None, Path("/a/Best Model (2).pth")), "best-model-2")
        self.assertEqual(model_id(None, None, Path("/a/....pth")), "model")
        self.assertEqual(model_id("mine-1.0", None, Path("x")), "mine-1.0")
        self.assertEqual(model_id(None, Path("/b/other"), Path("/a/best.pth")), "other")

    def test_know_their_files_and_where_the_schema_is(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "graph.onnx").write_bytes(b"graph")
            fields = {
                "task": "detection",
                "family": "rcnn",
                "description": "d",
                "license": "l",
                "source": "s",
                "labels": ["a"],
                "preparation": {"resize": "none"},
                "family_options": {},
            }
            manifest = compose_manifest(
                "m", Path(folder) / "m", Path(folder), {"graph": "graph.onnx"}, fields
            )
        self.assertEqual(manifest["files"]["graph"]["sha256"], hashlib.sha256(b"graph").hexdigest())
        self.assertNotIn("family_options", manifest)
        self.assertNotIn("$schema", manifest)
        models = Path(__file__).resolve().parents[2]
        self.assertEqual(schema_path(models / "local" / "m"), "../../model.schema.json")
        self.assertEqual(schema_path(models / "m"), "../model.schema.json")

    def test_labels_are_lists_or_names_by_id(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "labels.json"
            for content in (["a", "b"], {"0": "a", "1": "b"}):
                path.write_text(json.dumps(content))
                self.assertEqual(read_labels(path, 2), ["a", "b"])
            for content, words in (
                ("{", "valid JSON"),
                ('{"a": "b"}', "class ids"),
                ('{"1": "a", "3": "b"}', "class ids 0 to 1 as keys, got 1, 3"),
                ("[1]", "list of names"),
            ):
                path.write_text(content)
                with self.assertRaisesRegex(ExportFailure, words):
                    read_labels(path, 2)

    def test_labels_are_utf_8_with_or_without_a_mark(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "labels.txt"
            path.write_text("\ufeffä\nb\n", "utf8")
            self.assertEqual(read_labels(path, 2), ["ä", "b"])
            path.write_text("ä\nb\n", "latin-1")
            with self.assertRaisesRegex(ExportFailure, "is not UTF-8"):
                read_labels(path, 2)


if __name__ == "__main__":
    unittest.main()
