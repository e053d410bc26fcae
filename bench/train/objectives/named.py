"""Divergences by name, for objectives that leave the choice open."""

from __future__ import annotations

from torch import Tensor

from bench.methods import Gkd, SpeculativeKd
from bench.train import losses
from bench.train.objectives.step import Pair

PLAIN = {"fkl": losses.forward_kl, "rkl": losses.reverse_kl, "tvd": losses.total_variation}
SKEWED = {"skew-kl": losses.skew_kl, "skew-rkl": losses.skew_reverse_kl}


def divergence(objective: Gkd | SpeculativeKd, pair: Pair) -> Tensor:
    """Return the divergence that ``objective.divergence`` names, per token."""
    name = objective.divergence
    if name in PLAIN:
        return PLAIN[name](pair.student, pair.teacher)
    if name in SKEWED:
        return SKEWED[name](pair.student, pair.teacher, objective.skew)
    return losses.jensen_shannon(pair.student, pair.teacher, objective.beta)
