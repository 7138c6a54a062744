"""What tests of the reader of checkpoints share."""

import tempfile
import unittest
from pathlib import Path

import torch

from export.export_failure import ExportFailure
from export.safe_load import load_checkpoint

from .checkpoints import small_weights


class CheckpointTest(unittest.TestCase):
    """Each test has a folder of its own for a checkpoint, and for the trace that code in it would leave."""

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.path = self.folder / "weights.pth"
        self.trace = self.folder / "trace"

    def assert_weights(self, given: dict) -> None:
        expected = small_weights()
        self.assertEqual(list(given), list(expected))
        for name, value in expected.items():
            self.assertEqual(given[name].dtype, value.dtype)
            self.assertTrue(torch.equal(given[name], value))

    def assert_refused(self, words: str) -> None:
        with self.assertRaises(ExportFailure) as caught:
            load_checkpoint(self.path)
        self.assertIn(words, str(caught.exception))
        self.assertFalse(self.trace.exists(), "code of the checkpoint was run")
