"""Runs ONNX graphs: with Python's onnxruntime where it is installed, else with the one of this repository."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .export_failure import ExportFailure
from .tensor_file import read_tensor_file, write_tensor_file

REPOSITORY = Path(__file__).resolve().parents[2]
NODE_SCRIPT = REPOSITORY / "scripts" / "dist" / "run-graph.js"
# A run that took longer is not repeated for its time without the first run's preparations.
REPEATED_BELOW_SECONDS = 10.0
# The official builds of ONNX Runtime report their use to their maker.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


@dataclass(frozen=True)
class GraphRun:
    """What a graph answered, and how long a run took."""

    outputs: dict[str, np.ndarray]
    seconds: float


class PythonRunner:
    """ONNX Runtime in this process, on the processor."""

    def __init__(self) -> None:
        import onnxruntime

        self._runtime = onnxruntime
        self.name = f"onnxruntime {onnxruntime.__version__} (Python)"

    def run(self, graph: Path, feeds: dict[str, np.ndarray]) -> GraphRun:
        options = self._runtime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = wanted_threads()
        session = self._runtime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        answers, seconds = timed(lambda: session.run(names, feeds))
        return GraphRun(dict(zip(names, answers)), seconds)


class NodeRunner:
    """ONNX Runtime in a process of Node, as the service runs it; tensors go there and back in files."""

    def __init__(self, node: str) -> None:
        self._node = node
        self.name = "onnxruntime-node (this repository's, packages/inference)"

    def run(self, graph: Path, feeds: dict[str, np.ndarray]) -> GraphRun:
        with tempfile.TemporaryDirectory() as folder:
            inputs, outputs = Path(folder, "inputs.safetensors"), Path(folder, "outputs.safetensors")
            write_tensor_file(inputs, feeds)
            files = [str(path) for path in (graph.resolve(), inputs, outputs)]
            command = [self._node, str(NODE_SCRIPT), *files, str(wanted_threads())]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise ExportFailure(f"{graph.name} does not run:\n  {done.stderr.strip()[-2000:]}")
            return GraphRun(read_tensor_file(outputs), json.loads(done.stdout)["run_seconds"])


Runner = PythonRunner | NodeRunner


def wanted_threads() -> int:
    """As PyTorch is told; 0 for as many as there are processors."""
    threads = os.environ.get("OMP_NUM_THREADS", "")
    return int(threads) if threads.isdigit() else 0


def choose_runner() -> Runner:
    try:
        return PythonRunner()
    except ModuleNotFoundError:
        node = shutil.which("node")
        if node and NODE_SCRIPT.exists():
            return NodeRunner(node)
        raise ExportFailure(
            "nothing here runs ONNX graphs, so that the export could not be compared."
            "\n  pip install onnxruntime"
            "\n  or, in a checkout with Node: npm run setup"
        ) from None


def timed(run):
    """@return what it gave, and the seconds of a second run where the first was quick."""
    started = time.perf_counter()
    answer = run()
    seconds = time.perf_counter() - started
    if seconds < REPEATED_BELOW_SECONDS:
        started = time.perf_counter()
        answer = run()
        seconds = time.perf_counter() - started
    return answer, seconds
