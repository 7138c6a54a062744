"""CLIP's contrastive loss where a picture has several texts that are true of it."""

import torch
from torch import Tensor
from torch.nn import functional

from .statements import FALSE, TRUE


def one_way(logits: Tensor, truth: Tensor) -> Tensor:
    """Each row's true columns against its false ones.

    A true column is compared with the false ones alone: of two that are both true
    none should drive out the other.  With one true column a row this is CLIP's own
    loss, cross entropy.
    """
    wrong = logits.masked_fill(truth != FALSE, -torch.inf).logsumexp(dim=1, keepdim=True)
    true = (truth == TRUE).float()
    costs = functional.softplus(wrong - logits) * true
    rows = true.sum(dim=1)
    return (costs.sum(dim=1) / rows.clamp(min=1)).sum() / (rows > 0).sum()


def contrastive_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """`logits` and `truth` [pictures, texts]; the mean of both ways."""
    return (one_way(logits, truth) + one_way(logits.T, truth.T)) / 2
