"""Adaptive KL on gold prefixes: forward KL where the head differs, reverse KL where the tail does.

Wu et al., "Rethinking Kullback-Leibler Divergence in Knowledge Distillation for Large Language Models",
arXiv 2404.02657 (equation not numbered in our source).

AKL = g_head/(g_head + g_tail) · KL(p ‖ q) + g_tail/(g_head + g_tail) · KL(q ‖ p), where the teacher's
likeliest tokens up to the mass ``head`` are the head and g = Σ |p - q| over either part.

Implemented: this per token, with weights that carry no gradient and gaps taken in the order of the sorted
vocabulary on both sides. The token with which the mass passes ``head`` belongs to the tail, except the first.
Not implemented: other gap functions.
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import Akl
from bench.train import losses
from bench.train.objectives.step import Pair, gold

readings = gold


def divergence(objective: Akl, pair: Pair) -> Tensor:
    """Return AKL per token."""
    return losses.adaptive_kl(pair.student, pair.teacher, objective.head)
