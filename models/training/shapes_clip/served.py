"""The network as it is served: batch normalisation folded into the convolutions."""

import copy

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from .network import ShapesClip


def _fold(module: nn.Module) -> None:
    for child in module.children():
        _fold(child)
    if isinstance(module, nn.Sequential):
        layers = list(module)
        for i, (layer, following) in enumerate(zip(layers, layers[1:])):
            if isinstance(layer, nn.Conv2d) and isinstance(following, nn.BatchNorm2d):
                module[i], module[i + 1] = fuse_conv_bn_eval(layer, following), nn.Identity()


def served(network: ShapesClip) -> ShapesClip:
    """A copy that computes the same, with the weights that the graphs hold before rounding."""
    folded = copy.deepcopy(network).eval()
    _fold(folded)
    return folded
