"""Speculative knowledge distillation: the student proposes, the teacher replaces what it finds unlikely.

Xu et al., "Speculative Knowledge Distillation: Bridging the Teacher-Student Gap Through Interleaved
Sampling", arXiv 2410.11325 (algorithm not numbered in our source).

L = (1/n) Σ_t D(p ‖ q)(. | x, c_<t), where each token of c is sampled from the student, and sampled again
from the teacher if it is not among the teacher's ``top_k`` likeliest.

Implemented: exactly this distribution of tokens, one token at a time (the paper drafts several and
verifies them together, which is faster and gives the same), with forward KL by default. Both models
sample at the one ``temperature``.
Not implemented: nucleus sampling, temperatures of their own.
"""

from __future__ import annotations

from bench.methods import SpeculativeKd
from bench.train.data import Batch
from bench.train.objectives.named import divergence as divergence
from bench.train.objectives.step import Models, Moment, Reading, beside_gold
from bench.train.rollout import speculative, write


def readings(objective: SpeculativeKd, models: Models, batch: Batch, moment: Moment) -> tuple[Reading, ...]:
    """Read what student and teacher write together."""
    both = [models.student, models.teacher]
    written = write(objective, models, batch, moment, both, speculative(objective.top_k))
    return beside_gold(objective, batch, written, generated=len(batch.names))
