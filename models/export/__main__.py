"""python3 -m export <kind> <checkpoint> [options]"""

import importlib
import io
import signal
import sys

from .command_line import build_parser
from .export_failure import ExportFailure, ServiceNotAsked

EXIT_FAILURE = 1
EXIT_DIFFERENT = 3
EXIT_SERVICE_NOT_ASKED = 4
EXIT_INTERRUPTED = 130

# Names of modules, where the package that brings them is called otherwise.
PACKAGES = {
    "PIL": "pillow",
    "yaml": "pyyaml",
    "segment_anything": '"segment_anything @ git+https://github.com/facebookresearch/segment-anything.git"',
}


def main(arguments: list[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        # Names in files may hold what is no letter of any language.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = build_parser().parse_args(arguments)
    try:
        return run(options)
    except ServiceNotAsked as failure:
        print(f"✗ {failure}", file=sys.stderr)
        return EXIT_SERVICE_NOT_ASKED
    except (ExportFailure, OSError) as failure:
        print(f"✗ {failure}", file=sys.stderr)
        return EXIT_FAILURE
    except ModuleNotFoundError as error:
        print(f"✗ {explain_missing(error, options.kind)}", file=sys.stderr)
        return EXIT_FAILURE
    except KeyboardInterrupt:
        print("✗ stopped before the end", file=sys.stderr)
        return EXIT_INTERRUPTED


def run(options) -> int:
    kind = importlib.import_module(f".{options.module}", __package__)
    from .export_model import export_model

    return 0 if export_model(kind.export, options) else EXIT_DIFFERENT


def explain_missing(error: ModuleNotFoundError, kind: str) -> str:
    module = (error.name or "").split(".")[0]
    package = PACKAGES.get(module, module)
    return (
        f"{kind} needs the Python package {module}, which is not installed here."
        f"\n  pip install {package}"
        "\n  or, for everything that the exporter needs: pip install -r export/requirements.txt"
    )


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    # What was written so far is to be taken away then, too.
    signal.signal(signal.SIGTERM, interrupt)
    sys.exit(main())
