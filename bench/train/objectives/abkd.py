"""The α-β divergence on gold prefixes.

Wang et al., "ABKD: Pursuing a Proper Allocation of the Probability Mass in Knowledge Distillation via
α-β-Divergence", arXiv 2505.04560 (equation not numbered in our source).

D = -1/(αβ) Σ_v [p^α q^β - α/(α+β) p^(α+β) - β/(α+β) q^(α+β)]; (1, 0) is forward KL, (0, 1) reverse KL.

Implemented: α, β ≥ 0, not both 0, with the limits where one of them is 0.
Not implemented: negative α or β.
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import Abkd
from bench.train import losses
from bench.train.objectives.step import Pair, gold

readings = gold


def divergence(objective: Abkd, pair: Pair) -> Tensor:
    """Return the α-β divergence per token."""
    return losses.alpha_beta(pair.student, pair.teacher, objective.alpha, objective.beta)
