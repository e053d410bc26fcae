"""GKD, generalised knowledge distillation: any divergence, partly on the student's own output.

Agarwal et al., "On-Policy Distillation of Language Models: Learning from Self-Generated Mistakes",
arXiv 2306.13649 (equation not numbered in our source).

L = (1/n) Σ_t D(p ‖ q)(. | x, c_<t); with the probability λ = ``share`` a batch's c is sampled from the
student, else it is the gold SQL. No gradient flows through sampling.

Implemented: this, with a coin per batch, sampling at ``temperature`` (1 in the paper) and divergences at
temperature 1; D is forward or reverse KL, JSD in the paper's convention, total variation or skew KL.
Not implemented: the paper's term of reward. The paper starts from a fine-tuned student:
name one as the model's source.
"""

from __future__ import annotations

import torch

from bench.methods import Gkd
from bench.train.data import Batch
from bench.train.objectives.named import divergence as divergence
from bench.train.objectives.step import Models, Moment, Reading, beside_gold
from bench.train.rollout import student_writes


def readings(objective: Gkd, models: Models, batch: Batch, moment: Moment) -> tuple[Reading, ...]:
    """Read the student's answers, or the gold SQL."""
    if float(torch.rand(1, generator=moment.generator)) >= objective.share:
        return beside_gold(objective, batch, batch)
    written = student_writes(objective, models, batch, moment)
    return beside_gold(objective, batch, written, generated=len(batch.names))
