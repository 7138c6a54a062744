"""What the training of every demo model has in common."""

from .averaged_weights import AveragedWeights
from .half_weights import round_weights, store_weights_as_float16
from .published_graph import describe_file, strip_origin
from .training import Training
from .training_options import UsualTraining, training_options
from .word_tokenizer import END, START, WordTokenizer
from .write_graph import GraphFile, write_graph

__all__ = [
    "END",
    "START",
    "AveragedWeights",
    "GraphFile",
    "Training",
    "UsualTraining",
    "WordTokenizer",
    "describe_file",
    "round_weights",
    "store_weights_as_float16",
    "strip_origin",
    "training_options",
    "write_graph",
]
