"""Word-level distillation by reverse KL on gold prefixes: "RKD" of KID's Table 1.

Gu et al., "MiniLLM: Knowledge Distillation of Large Language Models", arXiv 2306.08543, for the
divergence; Zhong et al., arXiv 2410.11371, equations 2 and 3 and section 4.1, for this use of it.

L = kd_weight · (1/n) Σ_t KL(q ‖ p)(. | x, y_<t) - mle_weight · (1/n) Σ_t log q(y_t | x, y_<t)

Implemented: the exact divergence over the whole shared vocabulary at temperature 1, in float32, and
the likelihood term that the paper adds to it without giving its weight. Averages run over all
supervised tokens of a batch, not first over each sequence.
Not implemented: MiniLLM's own sampling and policy gradient.
"""

from __future__ import annotations

import torch

from bench.methods import Rkd
from bench.train.data import Batch
from bench.train.objectives.step import Loss, Models, distil


def loss(objective: Rkd, models: Models, batch: Batch, _generator: torch.Generator) -> Loss:
    """Return reverse KL and likelihood on the gold ids of ``batch``."""
    return distil(objective, models, batch, batch.ids, gold_prefix=False)
