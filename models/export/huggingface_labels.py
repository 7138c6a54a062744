"""Names of classes in a config of transformers."""

import argparse

from .labels import read_labels


def labels_of(config, options: argparse.Namespace) -> list[str]:
    """All of them by id; those that a file names come first."""
    names = config.id2label
    if options.labels:
        return read_labels(options.labels, len(names))
    return [str(names[index]) for index in sorted(names)]
