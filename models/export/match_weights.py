"""Puts weights into a network, and says all that doesn't fit."""

import torch
from torch import nn

from .checkpoint_kind import first_names
from .export_failure import ExportFailure

# Counts batches in training; some versions of batch norm don't have it, and nothing depends on it here.
COUNTER = "num_batches_tracked"


def match_weights(network: nn.Module, weights: dict[str, torch.Tensor], name: str) -> nn.Module:
    """@return the network with the weights, in evaluation mode."""
    wanted = {key: value for key, value in network.state_dict().items() if not key.endswith(COUNTER)}
    given = {key: value for key, value in weights.items() if not key.endswith(COUNTER)}
    missing = [key for key in wanted if key not in given]
    unknown = [key for key in given if key not in wanted]
    misshapen = [
        f"{key} is {list(given[key].shape)} instead of {list(value.shape)}"
        for key, value in wanted.items()
        if key in given and given[key].shape != value.shape
    ]
    problems = [
        *([f"{len(missing)} of {len(wanted)} are missing: {first_names(missing)}"] if missing else []),
        *([f"{len(unknown)} are not known: {first_names(unknown)}"] if unknown else []),
        *([f"{len(misshapen)} have another shape: {first_names(misshapen)}"] if misshapen else []),
    ]
    if problems:
        raise ExportFailure(f"the weights don't fit {name}:\n  " + "\n  ".join(problems))
    network.load_state_dict(given, strict=False)
    return network.float().eval()


def shape_of(weights: dict[str, torch.Tensor], name: str) -> torch.Size:
    if name not in weights:
        raise ExportFailure(f"the checkpoint lacks {name}, without which its classes cannot be counted")
    return weights[name].shape
