"""Word-level distillation by forward KL on gold prefixes: "FKD" of KID's Table 1.

Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", arXiv 1503.02531, for the divergence
(equation not numbered in our source); Zhong et al., arXiv 2410.11371, equation 2, for its use token by token.

L = kd_weight · (1/n) Σ_t KL(p ‖ q)(. | x, y_<t) - mle_weight · (1/n) Σ_t log q(y_t | x, y_<t)

Implemented: the exact divergence over the whole shared vocabulary at temperature 1, in float32.
Not implemented: Hinton's temperature and its factor τ².
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import Fkd
from bench.train import losses
from bench.train.objectives.step import Pair, gold

readings = gold


def divergence(_objective: Fkd, pair: Pair) -> Tensor:
    """Return KL(p ‖ q) per token."""
    return losses.forward_kl(pair.student, pair.teacher)
