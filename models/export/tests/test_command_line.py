"""Checks of the command as users call it: needs torchvision and ONNX, and ONNX Runtime or a built checkout."""

import contextlib
import http.server
import io
import json
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from PIL import Image
from torchvision.models.segmentation import lraspp_mobilenet_v3_large

from export.__main__ import EXIT_FAILURE, EXIT_SERVICE_NOT_ASKED, main
from export.command_line import KINDS

from .checkpoints import RunsACommand

CLASSES = 3
MODELS = Path(__file__).parents[2]
# A program whose imports of some packages fail, as if they were not installed.
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {packages!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
from export.__main__ import main
sys.exit(main({arguments!r}))
"""


def without(packages: tuple[str, ...], *arguments: str) -> subprocess.CompletedProcess:
    program = WITHOUT.format(packages=packages, arguments=list(arguments))
    return subprocess.run(
        [sys.executable, "-c", program], cwd=MODELS, capture_output=True, text=True, check=False
    )


@contextlib.contextmanager
def answering(content: bytes):
    """A server that has the same answer for everything. @return its URL"""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Command(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.checkpoint = self.folder / "best.pth"
        self.picture = self.folder / "photo.png"
        pixels = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
        Image.fromarray(pixels).resize((96, 72), Image.BICUBIC).save(self.picture)

    def save_lraspp(self, **changes: torch.Tensor | None) -> dict[str, torch.Tensor]:
        torch.manual_seed(1)
        network = lraspp_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=CLASSES)
        weights = {**network.state_dict(), **changes}
        weights = {name: value for name, value in weights.items() if value is not None}
        torch.save({"model": weights}, self.checkpoint)
        return weights

    def run_command(self, kind: str = "torchvision-segmentation", *options: str) -> tuple[int, str]:
        output = io.StringIO()
        common = ["--picture", str(self.picture), "--output", str(self.folder / "best")]
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            exit_code = main([kind, str(self.checkpoint), *common, *options])
        return exit_code, output.getvalue()

    def assert_failure(self, words: str, kind: str = "torchvision-segmentation", *options: str) -> None:
        exit_code, output = self.run_command(kind, *options)
        self.assertEqual(exit_code, EXIT_FAILURE, output)
        self.assertIn(words, output)
        self.assertFalse((self.folder / "best").exists())
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith(".")], [])


class Help(unittest.TestCase):
    def test_needs_no_package(self):
        packages = ("torch", "torchvision", "onnx", "onnxruntime", "numpy", "PIL", "transformers", "yaml")
        for arguments in (["--help"], *([kind.name, "--help"] for kind in KINDS)):
            done = without(packages, *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("usage: python3 -m export", done.stdout)


class Export(Command):
    def test_writes_a_model_that_says_all_the_service_needs(self):
        self.save_lraspp()
        labels = self.folder / "labels.txt"
        labels.write_text("background\ncat\ndog\n")
        exit_code, output = self.run_command(
            "torchvision-segmentation", "--labels", str(labels), "--shortest-edge", "96"
        )
        self.assertEqual(exit_code, 0, output)
        for words in ("logits", "distribution", "map", "L2", "PyTorch", "ONNX", "✓ alike"):
            self.assertIn(words, output)
        folder = self.folder / "best"
        manifest = json.loads((folder / "model.json").read_text())
        self.assertEqual(manifest["id"], "best")
        self.assertEqual(manifest["labels"], ["background", "cat", "dog"])
        self.assertEqual(manifest["preparation"]["shortest_edge"], 96)
        self.assertEqual(len(manifest["files"]["graph"]["sha256"]), 64)
        names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        self.assertEqual(names, ["graph.onnx", "model.json", "sample/side-by-side.png"])
        with Image.open(folder / "sample" / "side-by-side.png") as sheet:
            self.assertGreater(sheet.width, 4 * 400)

    def test_says_so_with_its_exit_code_when_answers_differ(self):
        self.save_lraspp()
        exit_code, output = self.run_command(
            "torchvision-segmentation", "--shortest-edge", "96", "--tolerance", "0"
        )
        self.assertEqual(exit_code, 3, output)
        self.assertIn("✗ logits", output)
        self.assertIn("not shown to be alike", output)
        # With no tolerance at all, PyTorch isn't alike itself in double precision either.
        self.assertIn("PyTorch and itself in double precision", output)
        self.assertIn("no fault of the export", output)


class WhatGoesWrong(Command):
    def test_code_in_a_checkpoint_is_refused(self):
        torch.save({"model": RunsACommand(self.folder / "trace")}, self.checkpoint)
        for kind in ("torchvision-segmentation", "torchvision-detection", "detectron2"):
            self.assert_failure("Nothing of it was run", kind)
        self.assertFalse((self.folder / "trace").exists())

    def test_weights_of_another_kind_name_theirs(self):
        self.save_lraspp()
        self.assert_failure("use the kind torchvision-segmentation", "torchvision-detection")
        self.assert_failure("use the kind torchvision-segmentation", "detectron2")
        torch.save({"model.0.conv.weight": torch.zeros(1)}, self.checkpoint)
        self.assert_failure("a YOLO of ultralytics")
        torch.save({"something.weight": torch.zeros(1)}, self.checkpoint)
        self.assert_failure("their names begin with something.weight")

    def test_weights_that_don_t_fit_are_listed(self):
        name = "backbone.0.0.weight"
        self.save_lraspp(**{name: None})
        self.assert_failure(f"are missing: {name}")
        self.save_lraspp(**{name: torch.zeros(1, 2, 3)})
        self.assert_failure(f"1 have another shape: {name} is [1, 2, 3] instead of [16, 3, 3, 3]")
        self.save_lraspp(**{"classifier.more": torch.zeros(1)})
        self.assert_failure("1 are not known: classifier.more")
        self.save_lraspp(
            **{"classifier.low_classifier.weight": None, "classifier.low_classifier.bias": torch.zeros(3)}
        )
        self.assert_failure("lacks classifier.4.weight")

    def test_another_architecture_than_the_weights_is_told(self):
        self.save_lraspp()
        self.assert_failure(
            "the weights don't fit fcn_resnet50", "torchvision-segmentation", "--architecture", "fcn_resnet50"
        )

    def test_a_folder_that_exists_is_left_alone(self):
        self.save_lraspp()
        kept = self.folder / "best" / "mine.txt"
        kept.parent.mkdir()
        kept.write_text("mine")
        exit_code, output = self.run_command()
        self.assertEqual(exit_code, EXIT_FAILURE)
        self.assertIn("exists, and nothing is overwritten", output)
        self.assertEqual([path.name for path in kept.parent.iterdir()], ["mine.txt"])

    def test_ids_labels_and_pictures_are_checked(self):
        self.save_lraspp()
        self.assert_failure("expected --output …/other", "torchvision-segmentation", "--id", "other")
        self.assert_failure("expected lower-case letters", "torchvision-segmentation", "--id", "../up")
        output = str(self.folder / "Best One")
        self.assert_failure("expected lower-case letters", "torchvision-segmentation", "--output", output)
        labels = self.folder / "labels.txt"
        labels.write_text("one\n")
        self.assert_failure(
            "names 1 classes, but the network has 3", "torchvision-segmentation", "--labels", str(labels)
        )
        self.picture.write_text("no picture")
        self.assert_failure("is no picture that can be read")
        self.picture.unlink()
        self.assert_failure("expected a picture")

    def test_a_file_that_is_no_checkpoint_is_told(self):
        self.assert_failure("does not exist; expected the file of a checkpoint")
        self.checkpoint.write_text("hello")
        self.assert_failure("is no checkpoint of PyTorch")

    def test_a_service_that_is_none_is_told_before_anything_is_exported(self):
        self.save_lraspp()
        for url, words in (
            ("localhost:8080", "expected http://"),
            ("http://127.0.0.1:1", "does not answer"),
        ):
            self.assert_failure(words, "torchvision-segmentation", "--service", url)
        with answering(b"<html>") as url:
            self.assert_failure("is no Darkroom", "torchvision-segmentation", "--service", url)

    def test_a_service_without_the_model_leaves_the_folder(self):
        self.save_lraspp()
        with answering(b'{"workers": []}') as url, patch("export.service.SERVED_WITHIN_SECONDS", 1):
            exit_code, output = self.run_command(
                "torchvision-segmentation", "--shortest-edge", "96", "--service", url
            )
        self.assertEqual(exit_code, EXIT_SERVICE_NOT_ASKED, output)
        self.assertIn("serves best after 1 s", output)
        self.assertTrue((self.folder / "best" / "model.json").exists())

    def test_a_folder_that_cannot_be_made_is_told(self):
        self.save_lraspp()
        output = str(self.checkpoint / "best")
        self.assert_failure("Not a directory", "torchvision-segmentation", "--output", output)

    def test_a_missing_package_is_named_with_the_command_that_installs_it(self):
        arguments = (str(self.checkpoint), "--picture", str(self.picture))
        for kind, package, told in (
            ("torchvision-segmentation", "torch", "pip install torch\n"),
            ("torchvision-detection", "torchvision", "pip install torchvision\n"),
            ("torchvision-segmentation", "PIL", "pip install pillow\n"),
            ("torchvision-segmentation", "onnx", "pip install onnx\n"),
            ("huggingface", "transformers", "pip install transformers\n"),
            ("sam", "segment_anything", "segment_anything @ git+"),
        ):
            done = without((package,), kind, *arguments)
            self.assertEqual(done.returncode, EXIT_FAILURE, done.stderr)
            self.assertIn(f"{kind} needs the Python package {package}", done.stderr)
            self.assertIn(told, done.stderr)
            self.assertNotIn("Traceback", done.stderr)

    def test_a_wrong_command_line_has_another_exit_code(self):
        for arguments in (
            ["nothing"],
            ["sam"],
            ["sam", "x", "--tolerance", "much"],
            ["sam", "x", "--tolerance", "nan"],
            ["torchvision-segmentation", "x", "--shortest-edge", "-3"],
        ):
            done = without((), *arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn("usage: python3 -m export", done.stderr)


if __name__ == "__main__":
    unittest.main()
