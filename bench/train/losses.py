"""Losses of next-token distributions, per position, as pure functions of logits.

All take logits of shape ``[..., V]`` and return values of shape ``[...]``; the caller chooses the
positions and the reduction. Logits in half precision are raised to float32 first: a log-probability
near log(0) has no place in 16 bits.

Notation: p is the teacher's distribution, q the student's, V the vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def log_probabilities(logits: Tensor) -> Tensor:
    """Return log-softmax over the last dimension in float32, or in float64 if given float64."""
    wide = torch.promote_types(logits.dtype, torch.float32)
    return functional.log_softmax(logits.to(wide), dim=-1)


def mle(logits: Tensor, targets: Tensor) -> Tensor:
    """Return -log q(target), ``targets`` of shape ``[...]``."""
    return -log_probabilities(logits).gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def forward_kl(student: Tensor, teacher: Tensor) -> Tensor:
    """Return KL(p ‖ q) = Σ_v p(v) [log p(v) - log q(v)] (Hinton et al. 2015, arXiv 1503.02531)."""
    log_q, log_p = log_probabilities(student), log_probabilities(teacher)
    return (log_p.exp() * (log_p - log_q)).sum(-1)


def reverse_kl(student: Tensor, teacher: Tensor) -> Tensor:
    """Return KL(q ‖ p) = Σ_v q(v) [log q(v) - log p(v)] (Gu et al. 2023, arXiv 2306.08543)."""
    log_q, log_p = log_probabilities(student), log_probabilities(teacher)
    return (log_q.exp() * (log_q - log_p)).sum(-1)


def entropy(logits: Tensor) -> Tensor:
    """Return -Σ_v q(v) log q(v), the uncertainty of a prediction in nats."""
    log_q = log_probabilities(logits)
    return -(log_q.exp() * log_q).sum(-1)
