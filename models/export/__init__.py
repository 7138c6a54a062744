"""From a PyTorch checkpoint to a model that Darkroom serves, compared with the original."""
