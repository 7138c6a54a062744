"""Checks that weights are found in what trainings save, and what is said of other files: needs PyTorch."""

import argparse
import collections
import datetime
import tarfile
import unittest
import zipfile
from pathlib import Path

import numpy as np
import torch

from export.export_failure import ExportFailure
from export.safe_load import load_checkpoint
from export.tensor_file import write_tensor_file

from .checkpoint_test import CheckpointTest
from .checkpoints import small_weights, write_pickle_in_archive, write_plain_pickle


class SoundCheckpoints(CheckpointTest):
    def test_are_read_in_both_formats_of_pytorch(self):
        for is_zip in (True, False):
            torch.save(small_weights(), self.path, _use_new_zipfile_serialization=is_zip)
            self.assert_weights(load_checkpoint(self.path).weights)

    def test_may_have_the_weights_beside_what_a_training_needs(self):
        network = torch.nn.Linear(2, 2)
        optimizer = torch.optim.Adam(network.parameters())
        network(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        for key in ("model", "state_dict", "model_state_dict"):
            beside = {"optimizer": optimizer.state_dict(), "epoch": 3, "args": argparse.Namespace(lr=0.1)}
            torch.save({key: small_weights(), **beside}, self.path)
            self.assert_weights(load_checkpoint(self.path).weights)

    def test_lose_what_wrappers_put_before_all_names(self):
        torch.save({f"module.{name}": value for name, value in small_weights().items()}, self.path)
        self.assert_weights(load_checkpoint(self.path).weights)

    def test_may_be_arrays_as_in_the_zoo_of_detectron2(self):
        arrays = {name: value.numpy() for name, value in small_weights().items()}
        self.path = self.folder / "zoo.pkl"
        for protocol in (2, 4):
            write_plain_pickle(self.path, {"model": arrays, "__author__": "the zoo"}, protocol)
            self.assert_weights(load_checkpoint(self.path).weights)

    def test_may_have_schedules_and_paths_beside_them(self):
        beside = {
            "lr_scheduler": {"milestones": collections.Counter([3, 5]), "seen": {1, 2}},
            "args": argparse.Namespace(output=Path("/runs/1"), scales=collections.defaultdict(list, a=[1])),
            "queue": collections.deque([1.0]),
            "random": np.random.RandomState(1).get_state(),
            "loss": np.float64(0.5),
            "losses": np.array([], np.float32),
            "seen_at": datetime.datetime(2020, 1, 2),
            "torch": torch.__version__,
        }
        for is_zip in (True, False):
            torch.save(
                {"model": small_weights(), **beside}, self.path, _use_new_zipfile_serialization=is_zip
            )
            self.assert_weights(load_checkpoint(self.path).weights)

    def test_may_have_prefixes_of_several_programs_and_losses_beside_them(self):
        for prefix in ("_orig_mod.", "module.model.", "net.", "module._orig_mod."):
            torch.save({f"{prefix}{name}": value for name, value in small_weights().items()}, self.path)
            self.assert_weights(load_checkpoint(self.path).weights)
        lightning = {f"model.{name}": value for name, value in small_weights().items()}
        torch.save({"state_dict": {**lightning, "criterion.weight": torch.ones(3)}}, self.path)
        checkpoint = load_checkpoint(self.path)
        self.assert_weights(checkpoint.weights)
        self.assertIn("criterion.weight", checkpoint.notes[0])

    def test_may_have_averaged_weights_which_are_asked_for_by_their_key(self):
        averaged = {f"module.{name}": value * 2 for name, value in small_weights().items()}
        averaged["n_averaged"] = torch.tensor(7)
        torch.save({"model": small_weights(), "model_ema": averaged}, self.path)
        checkpoint = load_checkpoint(self.path)
        self.assert_weights(checkpoint.weights)
        self.assertIn("there are model_ema too: see --key", checkpoint.notes[0])
        for name, value in load_checkpoint(self.path, "model_ema").weights.items():
            self.assertTrue(torch.equal(value, small_weights()[name] * 2))
        torch.save({"model_ema": averaged}, self.path)
        self.assertEqual(list(load_checkpoint(self.path).weights), list(small_weights()))
        with self.assertRaisesRegex(ExportFailure, "expected those under best"):
            load_checkpoint(self.path, "best")

    def test_may_be_safetensors(self):
        self.path = self.folder / "model.safetensors"
        write_tensor_file(self.path, {name: value.numpy() for name, value in small_weights().items()})
        self.assert_weights(load_checkpoint(self.path).weights)

    def test_keep_shared_and_turned_tensors_and_every_type(self):
        base = torch.arange(12.0).reshape(3, 4)
        saved = {
            "a": base,
            "b": base.t(),
            "c": base[1:, ::2],
            "empty": torch.zeros(0, 3),
            "one": torch.tensor(2.5),
        }
        types = ("float64", "bfloat16", "int32", "int16", "int8", "uint8", "bool")
        saved.update({name: torch.ones(3).to(getattr(torch, name)) for name in types})
        saved["parameter"] = torch.nn.Parameter(torch.ones(2))
        for is_zip in (True, False):
            torch.save(saved, self.path, _use_new_zipfile_serialization=is_zip)
            for name, value in load_checkpoint(self.path).weights.items():
                self.assertEqual(value.dtype, saved[name].dtype)
                self.assertTrue(torch.equal(value, saved[name]))


class OtherFiles(CheckpointTest):
    def test_are_no_checkpoints(self):
        self.path.write_text("not a checkpoint")
        self.assert_refused("is no checkpoint of PyTorch")

    def test_say_what_went_wrong_when_they_were_fetched(self):
        torch.save(small_weights(), self.path)
        for content, words in (
            (b"", "it is empty"),
            (self.path.read_bytes()[:200], "its end is missing: fetch it again"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12\n", "git lfs pull"),
            (b"\n<!DOCTYPE html><html>", "it is a web page"),
        ):
            self.path.write_bytes(content)
            self.assert_refused(words)

    def test_storages_that_lie_about_their_sizes_are_refused(self):
        torch.save({"a": torch.zeros(4)}, self.path)
        with zipfile.ZipFile(self.path) as archive:
            content = archive.read(next(name for name in archive.namelist() if name.endswith("data.pkl")))
            numbers = bytes(16)
        size = b"K\x04\x85"
        self.assertIn(size, content)
        for changed, compression in (
            (content.replace(size, b"K\x09\x85", 1), zipfile.ZIP_STORED),
            (content, zipfile.ZIP_DEFLATED),
        ):
            with zipfile.ZipFile(self.path, "w", compression) as archive:
                archive.writestr("archive/data.pkl", changed, zipfile.ZIP_STORED)
                archive.writestr("archive/data/0", numbers)
            self.assert_refused("is no checkpoint of PyTorch")
        write_pickle_in_archive(self.path, content)
        self.assert_refused("lacks archive/data/0")

    def test_a_missing_file_and_a_folder_are_told(self):
        self.assert_refused("does not exist")
        self.path.mkdir()
        self.assert_refused("is a folder")

    def test_archives_of_other_kinds_are_told(self):
        torch.jit.script(torch.nn.Linear(2, 2)).save(str(self.path))
        self.assert_refused("TorchScript")
        with tarfile.open(self.path, "w") as archive:
            archive.add(__file__, "storages")
        self.assert_refused("tar archive")

    def test_what_holds_no_weights_is_told_with_what_it_holds(self):
        torch.save({"epoch": 3, "history": [1.0]}, self.path)
        self.assert_refused("epoch, history")
        torch.save(torch.zeros(2), self.path)
        self.assert_refused("one tensor without a name")
        torch.save([1, 2], self.path)
        self.assert_refused("a list")

    def test_safetensors_that_lie_about_their_sizes_are_refused(self):
        self.path = self.folder / "model.safetensors"
        write_tensor_file(self.path, {"a": np.zeros(4, np.float32)})
        sound = self.path.read_bytes()
        for content in (
            sound[:-1],
            b"\xff" * 16,
            sound.replace(b"[4]", b"[9]"),
            sound.replace(b"[0, 16]", b"[-4,12]"),
            sound.replace(b'"F32"', b'"X99"'),
            (2).to_bytes(8, "little") + b"[]",
            b"",
        ):
            self.path.write_bytes(content)
            self.assert_refused("is no .safetensors file")


if __name__ == "__main__":
    unittest.main()
