"""Skew KL on gold prefixes.

Ko et al., "DistiLLM: Towards Streamlined Distillation for Large Language Models", arXiv 2402.03898,
skew KLD (equation not numbered in our source).

SKL_α = KL(p ‖ αp + (1-α)q), α = ``skew``; α = 0 is forward KL.

Implemented: this. It is not a weighted sum of forward and reverse KL, as some summaries have it.
For the paper's use of the student's outputs see ``distillm``.
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import SkewKl
from bench.train import losses
from bench.train.objectives.step import Pair, gold

readings = gold


def divergence(objective: SkewKl, pair: Pair) -> Tensor:
    """Return SKL_α per token."""
    return losses.skew_kl(pair.student, pair.teacher, objective.skew)
