"""Skew reverse KL on gold prefixes.

Ko et al., "DistiLLM: Towards Streamlined Distillation for Large Language Models", arXiv 2402.03898,
skew RKLD (equation not numbered in our source).

SRKL_α = KL(q ‖ (1-α)p + αq), α = ``skew``; α = 0 is reverse KL.

Implemented: this. For the paper's use of the student's outputs see ``distillm``.
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import SkewRkl
from bench.train import losses
from bench.train.objectives.step import Pair, gold

readings = gold


def divergence(objective: SkewRkl, pair: Pair) -> Tensor:
    """Return SRKL_α per token."""
    return losses.skew_reverse_kl(pair.student, pair.teacher, objective.skew)
