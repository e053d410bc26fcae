"""OPD, on-policy distillation: reverse KL of the tokens that the student samples.

Qwen Team, "Qwen3 Technical Report", arXiv 2505.09388 (section not numbered in our source), in the
form of Lu and Thinking Machines Lab, "On-Policy Distillation" (2025): the advantage of a token is
-(log q - log p).

    ∇L = (1/n) Σ_t [log q(y_t) - log p(y_t)] ∇ log q(y_t | x, y_<t), y sampled from q

Implemented: this; each answer is used for one step, so the importance ratio is 1. No discount: a token
answers for itself alone. What is logged as "kd" is the estimate of the divergence, mean of log q - log p.
For the exact divergence over the vocabulary see ``gkd`` with divergence "rkl" and share 1.
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import Opd
from bench.train import losses
from bench.train.data import Batch
from bench.train.objectives.step import Models, Moment, Pair, Reading, beside_gold
from bench.train.rollout import student_writes


def readings(objective: Opd, models: Models, batch: Batch, moment: Moment) -> tuple[Reading, ...]:
    """Read what the student writes."""
    written = student_writes(objective, models, batch, moment)
    return beside_gold(objective, batch, written, generated=len(batch.names))


def divergence(_objective: Opd, pair: Pair) -> Tensor:
    """Return log q - log p per token, with the gradient of the policy."""
    batch = pair.reading.batch
    tokens = batch.ids[batch.answer]
    log_q, log_p = -losses.mle(pair.student, tokens), -losses.mle(pair.teacher, tokens)
    gap = (log_q - log_p).detach()
    return gap + gap * (log_q - log_q.detach())
