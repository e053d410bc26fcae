"""Generalised Jensen-Shannon divergence on gold prefixes.

Agarwal et al., "On-Policy Distillation of Language Models: Learning from Self-Generated Mistakes" (GKD),
arXiv 2306.13649, where JSD(β) is defined (equation not numbered in our source).

JSD_β = β KL(p ‖ m) + (1-β) KL(q ‖ m), m = βp + (1-β)q: β is the teacher's share.

Implemented: this, and optionally the value divided by β(1-β), which is forward KL at β = 0 and reverse KL
at β = 1 without a jump. Plain JSD_β vanishes at both ends, so a weight of the likelihood term means
something else for each β.
Conventions elsewhere: DistiLLM's code counts the student's share; OSD's "jsd" is a weighted sum of two KLs.
Not implemented: those.
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import Jsd
from bench.train import losses
from bench.train.objectives.step import Pair, gold

readings = gold


def divergence(objective: Jsd, pair: Pair) -> Tensor:
    """Return JSD_β per token."""
    return losses.jensen_shannon(pair.student, pair.teacher, objective.beta, rescaled=objective.rescaled)
