"""Word-level distillation by reverse KL on gold prefixes: "RKD" of KID's Table 1.

Gu et al., "MiniLLM: Knowledge Distillation of Large Language Models", arXiv 2306.08543, for the
divergence; Zhong et al., arXiv 2410.11371, equations 2 and 3, for this use of it.

L = kd_weight · (1/n) Σ_t KL(q ‖ p)(. | x, y_<t) - mle_weight · (1/n) Σ_t log q(y_t | x, y_<t)

Implemented: the exact divergence over the whole shared vocabulary at temperature 1, in float32, and
the likelihood term that the paper adds to it without giving its weight. Averages run over all
supervised tokens of a step, not first over each sequence.
Not implemented: MiniLLM's own sampling and policy gradient (see ``minillm``).
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import Rkd
from bench.train import losses
from bench.train.objectives.step import Pair, gold

readings = gold


def divergence(_objective: Rkd, pair: Pair) -> Tensor:
    """Return KL(q ‖ p) per token."""
    return losses.reverse_kl(pair.student, pair.teacher)
