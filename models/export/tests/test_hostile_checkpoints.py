"""Checks that code in checkpoints is not run, and that they reach no memory but their own: needs PyTorch."""

import pickle
import unittest
import zipfile
from pathlib import Path

import torch

from export.export_failure import ExportFailure
from export.safe_load import refuse_code
from export.safe_unpickler import rebuild_tensor
from export.sealed import Sealed

from .checkpoint_test import CheckpointTest
from .checkpoints import (
    ChangesTheProgram,
    EvaluatesCode,
    RunsACommand,
    small_weights,
    write_pickle_in_archive,
    write_plain_pickle,
)


class CheckpointsWithCode(CheckpointTest):
    def test_are_refused_before_anything_runs(self):
        for harm in (RunsACommand(self.trace), EvaluatesCode(self.trace)):
            for is_zip in (True, False):
                torch.save(
                    {"model": small_weights(), "extra": harm},
                    self.path,
                    _use_new_zipfile_serialization=is_zip,
                )
                self.assert_refused("Nothing of it was run")

    def test_are_refused_as_plain_pickles_of_every_protocol(self):
        for protocol in range(6):
            write_plain_pickle(self.path, [RunsACommand(self.trace)], protocol)
            self.assert_refused("system")

    def test_are_refused_when_they_only_set_something(self):
        write_pickle_in_archive(self.path, pickle.dumps(ChangesTheProgram()))
        self.assert_refused("setattr")
        self.assertFalse(hasattr(Path, "stolen"))

    def test_are_refused_when_they_ask_for_a_part_of_something_known(self):
        # Protocol 4 looks names up through points: torch.Size.__reduce__ and the like.
        content = b"\x80\x04\x8c\x05torch\x8c\x0dSize.__base__\x93."
        write_pickle_in_archive(self.path, content)
        self.assert_refused("Size.__base__")

    def test_are_refused_when_another_codec_is_asked_for(self):
        write_pickle_in_archive(self.path, b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x05\x00\x00\x00rot13tR.")
        self.assert_refused("_codecs.encode")

    def test_are_refused_before_another_library_reads_them(self):
        torch.save(RunsACommand(self.trace), self.path)
        with self.assertRaises(ExportFailure):
            refuse_code(self.path)
        self.assertFalse(self.trace.exists())

    def test_cannot_write_where_they_like(self):
        """Each takes something that is known and would change it, or look beyond it."""
        numpy_dtype = b"cnumpy\ndtype\n(X\x02\x00\x00\x00i1I00\nI01\ntR(I3\nX\x01\x00\x00\x00|"
        lies = numpy_dtype + b"(cnumpy\ndtype\n(X\x02\x00\x00\x00i8I00\nI01\ntR(I20000\nttNNI1\nI1\nI0\ntb"
        for content in (
            # An array of 20,000 numbers in one byte.
            b"}X\x01\x00\x00\x00wcnumpy\nndarray\n(I1\nt" + lies + b"C\x01ate\x87Rs.",
            # A function whose defaults are set.
            b"ctorch._utils\n_rebuild_tensor_v2\nN}X\x0c\x00\x00\x00__defaults__I1\ns\x86b.",
            # The type of every float.
            b"ctorch\nFloatStorage\n}X\x05\x00\x00\x00dtypeI1\nsb.",
            # Tuples that take for ever to compare, as a key; bytes that are more than there is memory.
            b")" + b"\x30\x29" + b"2\x86" * 40 + b"}(ds.",
            b"\x96" + (2**40).to_bytes(8, "little") + b".",
        ):
            write_pickle_in_archive(self.path, content)
            self.assert_refused("is no checkpoint of PyTorch")
        # A memo with 150 million places.
        write_pickle_in_archive(self.path, b"Nr\x80\xd1\xf0\x08.")
        self.assert_refused("holds a NoneType")

    def test_tensors_look_at_nothing_beside_their_storage(self):
        flat = torch.zeros(4)
        for offset, size, stride in (
            (2**63 - 4, (1,), (1,)),
            (-1, (1,), (1,)),
            (1, (4,), (1,)),
            (0, (2,), (4,)),
            (0, (2**62, 2), (0, 1)),
            (0, (2**30,), (0,)),
            (0, (True,), (1,)),
            (0, (2, 2), (2,)),
        ):
            with self.assertRaises(pickle.UnpicklingError):
                rebuild_tensor(Sealed(flat), offset, size, stride)
        found = rebuild_tensor(Sealed(torch.arange(6.0)), 1, (2, 2), (1, 3)).tensor
        self.assertEqual(found.tolist(), [[1, 4], [2, 5]])

    def test_storages_are_no_larger_than_the_file(self):
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_BZIP2) as archive:
            archive.writestr("archive/data.pkl", b"N" * 10_000_000 + b".")
        self.assert_refused("data.pkl is compressed")

    def test_a_whole_model_is_refused_with_what_to_do(self):
        torch.save(torch.nn.Linear(2, 2), self.path)
        self.assert_refused("model.state_dict()")


if __name__ == "__main__":
    unittest.main()
