"""What the training of every demo model has in common."""

from .averaged_weights import AveragedWeights
from .begin import begin
from .checkpoint import save_checkpoint
from .learning_rate import learning_rate
from .published_graph import describe_file, strip_origin
from .write_graph import GraphFile, write_graph

__all__ = [
    "AveragedWeights",
    "GraphFile",
    "begin",
    "describe_file",
    "learning_rate",
    "save_checkpoint",
    "strip_origin",
    "write_graph",
]
