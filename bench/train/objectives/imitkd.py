"""ImitKD: the teacher labels prefixes that are more and more the student's own.

Lin et al., "Autoregressive Knowledge Distillation through Imitation Learning", arXiv 2009.07253
(equation not numbered in our source).

L = (1/n) Σ_t KL(p ‖ q)(. | x, c_<t); each example keeps its gold SQL as c with the probability
β = decay^(-s) at the share s of training, and else gets an answer that the student samples.

Implemented: the replacement example by example, the exponential schedule or a constant β (KID's own
comparison probably took one half), soft labels (the teacher's whole distribution) or hard ones (its
likeliest token). No gradient through sampling.
Not implemented: the paper's other schedules, top-k sampling.
"""

from __future__ import annotations

import torch
from torch import Tensor

from bench.methods import Imitkd
from bench.train import losses
from bench.train.data import Batch, collate, split
from bench.train.objectives.step import Models, Moment, Pair, Reading, beside_gold
from bench.train.rollout import student_writes


def readings(objective: Imitkd, models: Models, batch: Batch, moment: Moment) -> tuple[Reading, ...]:
    """Read the gold SQL of some examples and the student's answers to the others."""
    chances = torch.rand(len(batch.names), generator=moment.generator)
    own = (chances >= kept(objective, moment)).nonzero().squeeze(-1).tolist()
    samples = split(batch)
    if own:
        asked = collate([samples[row] for row in own], models.pad).to(batch.ids.device)
        for row, answer in zip(own, split(student_writes(objective, models, asked, moment)), strict=True):
            samples[row] = answer
    read = collate(samples, models.pad).to(batch.ids.device) if own else batch
    return beside_gold(objective, batch, read, generated=len(own))


def kept(objective: Imitkd, moment: Moment) -> float:
    """Return β, the share of examples that keep their gold SQL."""
    if objective.gold is not None:
        return objective.gold
    return float(objective.decay**-moment.done)


def divergence(objective: Imitkd, pair: Pair) -> Tensor:
    """Return KL(p ‖ q) per token, or -log q of the teacher's likeliest token."""
    if objective.labels == "hard":
        return losses.mle(pair.student, pair.teacher.argmax(-1))
    return losses.forward_kl(pair.student, pair.teacher)
