"""An average of weights over time, better than any of them."""

from torch import nn


class AveragedWeights:
    """An exponential moving average of a network's weights and buffers."""

    def __init__(self, network: nn.Module, decay: float):
        self.decay = decay
        self.state = {name: value.clone() for name, value in network.state_dict().items()}

    def update(self, network: nn.Module, step: int) -> None:
        # The average forgets faster at first, while the weights still run.
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value, 1 - decay)
            else:
                self.state[name].copy_(value)
