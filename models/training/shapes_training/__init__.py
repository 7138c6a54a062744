"""What the training of every demo model has in common."""

from .averaged_weights import AveragedWeights
from .begin import begin
from .checkpoint import save_checkpoint
from .half_weights import round_weights, store_weights_as_float16
from .learning_rate import learning_rate
from .published_graph import describe_file, strip_origin
from .training_options import UsualTraining, training_options
from .word_tokenizer import END, START, WordTokenizer
from .write_graph import GraphFile, write_graph

__all__ = [
    "END",
    "START",
    "AveragedWeights",
    "GraphFile",
    "UsualTraining",
    "WordTokenizer",
    "begin",
    "describe_file",
    "learning_rate",
    "round_weights",
    "save_checkpoint",
    "store_weights_as_float16",
    "strip_origin",
    "training_options",
    "write_graph",
]
