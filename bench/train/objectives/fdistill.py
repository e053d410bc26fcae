"""f-distill: an f-divergence of whole answers, taken apart into steps.

Wen, Li, Du, Mou, "f-Divergence Minimization for Sequence-Level Knowledge Distillation", arXiv 2307.15190,
theorem 1. With y written by the teacher and y' by the student:

    kl   Σ_t KL(p ‖ q) on y                     rkl  Σ_t KL(q ‖ p) on y'
    js   ½ Σ_t KL(p ‖ m) on y + ½ Σ_t KL(q ‖ m) on y', m = (p+q)/2
    tvd  ½ Σ_t TVD on y + ½ Σ_t TVD on y', an upper bound; "f-distill" of KID's Table 1

Implemented: these. Both answers are sampled for every batch; the paper samples the teacher's beforehand.
Each sum is divided by the number of tokens of both answers together, so that two of one length weigh ½.
Not implemented: the paper's pre-distillation, which its random students need.
"""

from __future__ import annotations

from torch import Tensor

from bench.methods import Fdistill
from bench.train import losses
from bench.train.data import Batch
from bench.train.objectives.step import Models, Moment, Pair, Reading
from bench.train.rollout import alone, write

BOTH = ("teacher", "student")
AUTHORS = {"kl": ("teacher",), "rkl": ("student",), "js": BOTH, "tvd": BOTH}


def readings(objective: Fdistill, models: Models, batch: Batch, moment: Moment) -> tuple[Reading, ...]:
    """Read an answer of each author, and the gold SQL where it has weight."""
    found = []
    for author in AUTHORS[objective.divergence]:
        writer = [models.teacher if author == "teacher" else models.student]
        written = write(objective, models, batch, moment, writer, alone)
        logs = {"generated": (len(batch.names), len(batch.names))}
        found.append(Reading(written, kd=objective.kd_weight, author=author, logs=logs))
    if objective.mle_weight:
        found.append(Reading(batch, mle=objective.mle_weight))
    return tuple(found)


def divergence(objective: Fdistill, pair: Pair) -> Tensor:
    """Return the step's divergence per token; for ``js`` it depends on who wrote the answer."""
    if objective.divergence == "tvd":
        return losses.total_variation(pair.student, pair.teacher)
    if objective.divergence == "kl":
        return losses.forward_kl(pair.student, pair.teacher)
    if objective.divergence == "rkl":
        return losses.reverse_kl(pair.student, pair.teacher)
    if pair.reading.author == "teacher":
        return losses.skew_kl(pair.student, pair.teacher, 0.5)
    return losses.skew_reverse_kl(pair.student, pair.teacher, 0.5)
