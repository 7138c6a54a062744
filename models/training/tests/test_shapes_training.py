"""Checks of what all trainings do around their steps: needs PyTorch."""

import argparse
import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import torch
from torch import nn

from shapes_training import Training

STREAM = 99


class Resuming(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.checkpoint = Path(folder.name) / "runs" / "checkpoint.pt"

    def trained(self, steps, resume=False, **changed):
        """A line fitted to noise; what was drawn in each step, and what was printed."""
        options = argparse.Namespace(
            checkpoint=self.checkpoint, resume=resume, steps=steps, seed=1, rate=0.1,
            averaging=0.9, bfloat16=False, save_every=1000, check_every=1000,
        )  # fmt: skip
        vars(options).update(changed)
        printed, drawn = io.StringIO(), []
        with contextlib.redirect_stdout(printed):
            training = Training(options, STREAM, lambda: nn.Linear(3, 1))

            def take_step():
                drawn.append((float(training.rng.random()), float(torch.rand(()))))
                loss = training.network(torch.full((4, 3), drawn[-1][0])).square().mean()
                training.descend(loss)
                return {"loss": loss.item(), "one": 1.0}

            training.run(take_step, lambda averaged: f"checked {len(averaged.state)}")
        return drawn, printed.getvalue()

    def test_a_training_goes_on_where_its_checkpoint_is_with_numbers_of_its_own(self):
        first, _ = self.trained(5)
        second, printed = self.trained(8, resume=True)
        self.assertEqual(torch.load(self.checkpoint)["step"], 8)
        self.assertEqual(len(second), 3)
        for earlier, later in zip(zip(*first), zip(*second)):
            self.assertTrue(set(earlier).isdisjoint(later))
        self.assertIn("4 parameters, from step 5\n", printed)

    def test_one_that_is_not_resumed_begins_anew_and_is_the_same(self):
        first, _ = self.trained(5)
        weights = torch.load(self.checkpoint)["network"]
        again, _ = self.trained(5)
        self.assertEqual(first, again)
        torch.testing.assert_close(torch.load(self.checkpoint)["network"], weights, atol=0, rtol=0)

    def test_it_saves_checks_and_tells_means_at_its_steps_and_at_the_end(self):
        _, printed = self.trained(51, save_every=20, check_every=20)
        lines = [line for line in printed.splitlines() if line.startswith("step ")]
        self.assertEqual([line.split()[1] for line in lines], ["20", "40", "50", "51"])
        self.assertRegex(lines[2], r"^step 50 loss 0\.\d{4} one 1\.0000 \d+ s$")
        self.assertEqual(lines[3], "step 51 checked 2")
        self.assertEqual(torch.load(self.checkpoint)["step"], 51)


if __name__ == "__main__":
    unittest.main()
