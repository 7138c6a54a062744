"""The way of every kind: write the model's folder, run both, say how far they are apart."""

import argparse
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from .answers import Answer
from .comparison import Figure, Tolerance, compare
from .double_precision import ask_in_double_precision
from .export_failure import ExportFailure, ServiceNotAsked
from .exported import AskService, Exported
from .manifest import compose_manifest, model_id, write_manifest
from .onnx_runner import Runner, choose_runner
from .preparation import read_picture
from .service import Service
from .side_by_side import side_by_side

LOCAL = Path("local")
NOTHING_FOUND = (
    "nothing was found, so there is nothing to compare: give a --picture of those that it was trained for, or a"
    " lower --score-threshold"
)
ROUNDING_DECIDES = (
    "with these weights and this picture PyTorch's own rounding goes beyond the tolerance: a difference of the same"
    " size is no fault of the export. Give a --picture of those that it was trained for"
)
SAMPLE = Path("sample") / "side-by-side.png"

# Writes graphs into a folder.
Export = Callable[[argparse.Namespace, Path], Exported]


def export_model(export: Export, options: argparse.Namespace) -> bool:
    """@return whether all answers are alike within the tolerance"""
    model = model_id(options.id, options.output, options.checkpoint)
    folder = options.output or LOCAL / model
    require_new(folder, options.output is None, model)
    picture = read_picture(options.picture)
    service = Service(options.service) if options.service else None
    runner = choose_runner()
    # Workers and the command line don't look into folders that begin with a dot.
    staging = folder.parent / f".exporting-{folder.name}"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        exported = export(options, staging)
        fields = fields_of(exported, options)
        write_manifest(compose_manifest(model, folder, staging, exported.parts, fields), staging)
        print(f"✓ exported {model}: {fields['task']}, family {fields['family']}")
        for note in exported.notes:
            print(f"  note      {note}")
        tolerance = Tolerance(options.tolerance, options.box_tolerance)
        answers, alike = compare_graphs(exported, picture, runner, staging, tolerance)
        write_sheet(picture, answers, exported.labels, staging / SAMPLE)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    print(f"  folder    {folder}")
    if service:
        served = ask_service(exported.ask_service, picture, service, model)
        alike = tell(f"PyTorch and {service.url}", compare(answers[0][1], served, tolerance)) and alike
        answers.append(("served", served))
        write_sheet(picture, answers, exported.labels, folder / SAMPLE)
    if not alike and exported.network is not None:
        precise = ask_in_double_precision(exported, picture)
        if not tell("PyTorch and itself in double precision", compare(answers[0][1], precise, tolerance)):
            print(f"  note      {ROUNDING_DECIDES}")
    print(f"  picture   {folder / SAMPLE}")
    print(f"{'✓ alike' if alike else '✗ not shown to be alike'}", flush=True)
    return alike


def ask_service(ask: AskService, picture: Image.Image, service: Service, model: str) -> Answer:
    try:
        service.await_model(model)
        return ask(picture, service, model)
    except ExportFailure as failure:
        raise ServiceNotAsked(str(failure)) from None


def require_new(folder: Path, is_default: bool, model: str) -> None:
    if folder.exists() or folder.is_symlink():
        remedy = "another --id" if is_default else "another --output"
        raise ExportFailure(f"{folder} exists, and nothing is overwritten: remove it, or give {remedy}")
    if not is_default and folder.name != model:
        raise ExportFailure(
            f"the folder of a model is called as its id: expected --output …/{model}, or --id {folder.name}"
        )


def fields_of(exported: Exported, options: argparse.Namespace) -> dict:
    described = {
        "description": options.description or exported.fields["description"],
        "license": options.license,
        "source": f"{options.checkpoint.name}, exported with models/export {options.kind}",
    }
    return {**exported.fields, **described}


def compare_graphs(
    exported: Exported, picture: Image.Image, runner: Runner, folder: Path, tolerance: Tolerance
) -> tuple[list[tuple[str, Answer]], bool]:
    original = exported.ask_original(picture)
    graphs = exported.ask_graphs(picture, lambda name, feeds: runner.run(folder / name, feeds))
    alike = tell(f"PyTorch and {runner.name}", compare(original.answer, graphs.answer, tolerance))
    print(f"  time      PyTorch {original.seconds * 1000:.0f} ms, ONNX {graphs.seconds * 1000:.0f} ms")
    return [("PyTorch", original.answer), ("ONNX", graphs.answer)], alike


def tell(title: str, figures: Sequence[Figure]) -> bool:
    """@return whether all are within their tolerance"""
    print(f"  {title}:")
    if not figures:
        print(f"    ✗ {NOTHING_FOUND}")
    for figure in figures:
        mark = "✓" if figure.is_within else "✗"
        l2 = "" if figure.l2 is None else f"L2 {figure.l2:.3g}, "
        unit = f" {figure.unit}" if figure.unit else ""
        print(f"    {mark} {figure.name:20} {l2}max {figure.maximum:.3g}{unit} (tolerance {figure.limit:g})")
    return bool(figures) and all(figure.is_within for figure in figures)


def write_sheet(
    picture: Image.Image, answers: Sequence[tuple[str, Answer]], labels: Sequence[str], path: Path
) -> None:
    path.parent.mkdir(exist_ok=True)
    side_by_side(picture, answers, labels).save(path)
