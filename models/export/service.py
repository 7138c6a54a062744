"""Asks a running Darkroom what it finds in a picture."""

import io
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from .answers import ClassMap, Detections, PromptedMasks, Similarities
from .export_failure import ExportFailure

REQUEST_SECONDS = 120
WAIT_SECONDS = 50  # the most that a request may wait for its job
SERVED_WITHIN_SECONDS = 120
ENDED_WITHIN_SECONDS = 1800
BOUNDARY = "darkroom-export-boundary"
MOST_DETECTIONS = 100


class Service:
    """The REST API at a URL. Pictures are sent as PNG, so that no decoder's rounding is compared."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        if urllib.parse.urlsplit(self.url).scheme not in ("http", "https"):
            raise ExportFailure(f"--service: expected http://… or https://…, got {url}")
        self._workers()

    def await_model(self, model: str) -> None:
        """Waits until a worker serves the model. Workers look at their folders every few seconds."""
        deadline = time.monotonic() + SERVED_WITHIN_SECONDS
        print(f"  waiting   until a worker of {self.url} serves {model}", flush=True)
        while time.monotonic() < deadline:
            for worker in self._workers():
                if any(served["id"] == model for served in worker["models"]):
                    return
                for rejected in worker.get("rejected_models", []):
                    if rejected["folder"].rstrip("/").endswith(f"/{model}"):
                        raise ExportFailure(
                            f"{worker['id']} leaves {model} out:\n  " + "\n  ".join(rejected["problems"])
                        )
            time.sleep(1)
        raise ExportFailure(
            f"no worker of {self.url} serves {model} after {SERVED_WITHIN_SECONDS} s. Does its DARKROOM_MODELS_DIR"
            " name the folder around that of the model?"
        )

    def _workers(self) -> list[dict[str, Any]]:
        try:
            return self._json("/v1/workers")["workers"]
        except (ValueError, TypeError, KeyError):
            raise ExportFailure(f"what answers at {self.url} is no Darkroom") from None

    def class_map(self, picture: Image.Image, model: str) -> ClassMap:
        job = self._run("segmentation", picture, {"model": model, "outputs": "logits"})
        logits = np.load(io.BytesIO(self._artifact(job, "logits.npy")), allow_pickle=False)
        with Image.open(io.BytesIO(self._artifact(job, "segmentation_map.png"))) as map_:
            return ClassMap(logits, np.asarray(map_).astype(int))

    def detections(
        self, picture: Image.Image, model: str, score_threshold: float, has_masks: bool
    ) -> Detections:
        fields = {
            "model": model,
            "score_threshold": str(score_threshold),
            "max_detections": str(MOST_DETECTIONS),
            **({"mask_format": "png"} if has_masks else {}),
        }
        job = self._run("detection", picture, fields)
        found = job["result"]["detections"]
        shape = (len(found), picture.height, picture.width)
        masks = [self._mask(job, one["artifact"]) for one in found] if has_masks else None
        return Detections(
            np.array([one["box"] for one in found], np.float32).reshape(-1, 4),
            np.array([one["score"] for one in found], np.float32),
            np.array([one["class_id"] for one in found], int),
            None if masks is None else np.array(masks, bool).reshape(shape),
        )

    def prompted_masks(
        self, picture: Image.Image, model: str, prompts: list[dict[str, Any]]
    ) -> PromptedMasks:
        """All candidates of each prompt, in the order of the network. Logits are kept of the best alone: none here."""
        fields = {"model": model, "prompts": json.dumps(prompts), "multimask": "true", "mask_format": "png"}
        job = self._run("segmentation", picture, fields)
        by_prompt: list[list[dict[str, Any]]] = [[] for _ in prompts]
        for mask in job["result"]["masks"]:
            by_prompt[mask["prompt_index"]].append(mask)
        return PromptedMasks(
            np.empty(0, np.float32),
            np.array([[mask["predicted_iou"] for mask in masks] for masks in by_prompt], np.float32),
            np.array([[self._mask(job, mask["artifact"]) for mask in masks] for masks in by_prompt], bool),
        )

    def similarities(
        self, picture: Image.Image, model: str, texts: Sequence[str], logit_scale: float
    ) -> Similarities:
        """Cosines of whole texts, without a template around them. Embeddings of texts are not to be had."""
        fields = {
            "model": model,
            "concepts": json.dumps(texts),
            "template": "{}",
            "max_regions": "0",
            "outputs": "embedding",
        }
        result = self._run("analysis", picture, fields)["result"]
        cosines = np.array([concept["similarity"] for concept in result["concepts"]], np.float32)
        embedding = np.array(result["embedding"], np.float32)
        return Similarities(embedding[None], np.empty(0, np.float32), logit_scale * cosines[None])

    def _mask(self, job: dict[str, Any], name: str) -> np.ndarray:
        with Image.open(io.BytesIO(self._artifact(job, name))) as mask:
            return np.asarray(mask.convert("L")) > 127

    def _run(self, task: str, picture: Image.Image, fields: dict[str, str]) -> dict[str, Any]:
        encoded = io.BytesIO()
        picture.save(encoded, "PNG", compress_level=1)
        body = form(fields, encoded.getvalue())
        request = urllib.request.Request(
            f"{self.url}/v1/{task}?wait={WAIT_SECONDS}",
            body,
            {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
        )
        job = json.loads(self._read(request))
        deadline = time.monotonic() + ENDED_WITHIN_SECONDS
        while job["finished_at"] is None and time.monotonic() < deadline:
            job = self._json(f"/v1/jobs/{job['id']}?wait={WAIT_SECONDS}")
        if job["status"] != "succeeded":
            raise ExportFailure(f"the service did not succeed: {json.dumps(job['error'] or job['status'])}")
        return job

    def _artifact(self, job: dict[str, Any], name: str) -> bytes:
        return self._read(urllib.request.Request(f"{self.url}/v1/jobs/{job['id']}/artifacts/{name}"))

    def _json(self, path: str) -> Any:
        return json.loads(self._read(urllib.request.Request(self.url + path)))

    def _read(self, request: urllib.request.Request) -> bytes:
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            detail = error.read(2000).decode("utf8", "replace")
            raise ExportFailure(f"{request.full_url} answers {error.code}: {detail}") from None
        except OSError as error:
            raise ExportFailure(f"{self.url} does not answer: {error}") from None


def form(fields: dict[str, str], picture: bytes) -> bytes:
    """A multipart form with fields and the picture."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = [f'{head}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    image = f'{head}"image"; filename="picture.png"\r\nContent-Type: image/png\r\n\r\n'.encode()
    return b"".join([*parts, image, picture, f"\r\n--{BOUNDARY}--\r\n".encode()])
