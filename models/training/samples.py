"""Writes the sample pictures of the shapes world and their ground truth.

    python3 samples.py ../../examples/pictures

Each picture gets its class map beside it in `ground-truth/`: an 8-bit grey
PNG of the picture's size whose values are class ids (0 background, 1 circle,
2 square, 3 triangle, 4 star), and one line in `ground-truth/scenes.json`.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from shapes_world import CLASS_NAMES, Scene, Split, caption, draw_scene, seed_for


@dataclass(frozen=True)
class Sample:
    """One committed picture: its file, its scene and how it is stored."""

    file: str
    index: int  # of the scene, in the split for pictures shown to people
    width: int
    height: int
    encoding: dict[str, int]  # what Pillow's encoder is told


SAMPLES = (
    Sample("shapes-1.jpg", 13, 640, 480, {"quality": 88}),
    Sample("shapes-2.jpg", 36, 480, 640, {"quality": 88}),
    Sample("shapes-3.jpg", 41, 1024, 768, {"quality": 85}),
    Sample("shapes-4.png", 71, 500, 500, {"compress_level": 9}),
    Sample("shapes-5.webp", 85, 800, 450, {"quality": 85, "method": 6}),
    Sample("shapes-6.png", 104, 200, 300, {"compress_level": 9}),
)


def draw(sample: Sample) -> Scene:
    return draw_scene(seed_for(Split.SAMPLES, sample.index), sample.width, sample.height)


def describe(sample: Sample, scene: Scene) -> dict:
    """What is true about the picture, ready for JSON.

    Boxes are x0, y0, x1, y1 in pixels, edges exclusive, of what is visible.
    """
    return {
        "file": sample.file,
        "seed": scene.seed,
        "width": sample.width,
        "height": sample.height,
        "caption": caption(scene),
        "instances": [
            {
                "shape": instance.shape.kind,
                "color": instance.shape.color,
                "box": list(instance.box),
                "visible_area": instance.visible_area,
            }
            for instance in scene.truth.instances
        ],
    }


def write_samples(folder: Path) -> None:
    truth_folder = folder / "ground-truth"
    truth_folder.mkdir(parents=True, exist_ok=True)
    descriptions = []
    for sample in SAMPLES:
        scene = draw(sample)
        Image.fromarray(scene.picture).save(folder / sample.file, **sample.encoding)
        class_map = Image.fromarray(scene.truth.class_map)
        class_map.save(truth_folder / f"{Path(sample.file).stem}.png", optimize=True)
        descriptions.append(describe(sample, scene))
    lines = ",\n    ".join(json.dumps(entry) for entry in descriptions)
    classes = json.dumps(CLASS_NAMES)
    text = f'{{\n  "classes": {classes},\n  "scenes": [\n    {lines}\n  ]\n}}\n'
    (truth_folder / "scenes.json").write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the pictures go")
    write_samples(parser.parse_args().folder)


if __name__ == "__main__":
    main()
