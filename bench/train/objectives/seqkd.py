"""Sequence-level distillation: maximum likelihood on what the teacher answers.

Kim, Rush, "Sequence-Level Knowledge Distillation", arXiv 1606.07947 (equation not numbered in our source).

L = -kd_weight · (1/n') Σ_t log q(y'_t | x, y'_<t) - mle_weight · (1/n) Σ_t log q(y_t | x, y_<t)

with y' the teacher's answer, written once, before training. Of text alone, so tokenizers may differ.
Implemented: greedy answers, and a filter by execution: only answers whose result is the gold SQL's are
learnt. Not implemented: beam search, which the paper uses; several answers; interpolation with gold.
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import Seqkd
from bench.train import losses
from bench.train.data import Batch, collate
from bench.train.objectives.step import Models, Moment, Pair, Reading


def readings(objective: Seqkd, models: Models, batch: Batch, _moment: Moment) -> tuple[Reading, ...]:
    """Read what the teacher answered to the prompts of ``batch``, and the gold SQL where it has weight."""
    answers = [models.answers[name] for name in batch.names if name in models.answers]
    found = []
    if answers and objective.kd_weight:
        found.append(Reading(collate(answers, models.pad).to(batch.ids.device), kd=objective.kd_weight))
    if objective.mle_weight:
        found.append(Reading(batch, mle=objective.mle_weight))
    return tuple(found)


def divergence(_objective: Seqkd, pair: Pair) -> Tensor:
    """Return -log q(y'_t) per token."""
    batch = pair.reading.batch
    return losses.mle(pair.student, batch.ids[batch.answer])
