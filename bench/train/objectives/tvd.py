"""Total variation distance on gold prefixes.

Wen et al., "f-Divergence Minimization for Sequence-Level Knowledge Distillation", arXiv 2307.15190, where it
bounds the distance of sequences; Zhong et al., arXiv 2410.11371, appendix A.3, for the definition.

TVD = ½ Σ_v |p(v) - q(v)|, at most 1.

Implemented: this, on gold prefixes. For prefixes that teacher and student write see ``fdistill``.
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import Tvd
from bench.train import losses
from bench.train.objectives.step import Pair, gold

readings = gold


def divergence(_objective: Tvd, pair: Pair) -> Tensor:
    """Return the total variation distance per token."""
    return losses.total_variation(pair.student, pair.teacher)
