"""DistiLLM: skew KL, with the student's outputs used again.

Ko et al., "DistiLLM: Towards Streamlined Distillation for Large Language Models", arXiv 2402.03898,
for the divergences (see ``skew_kl``) and their adaptive off-policy use (not numbered in our source).

With u uniform and s the share of training done: u < φ(1-s) lets the student write, into a buffer too;
else u < φ takes earlier writings from the buffer; else the gold SQL is read. Whenever the validation loss
rises by more than ``tolerance``, φ rises by ``raise_by``.

Implemented: this. A rise is against the look before; an empty buffer is filled by writing. The validation
loss is that of ``training.validation``; without it φ stays as it is.
Not implemented: the language-modelling loss on another corpus that the paper's scripts add.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from bench.methods import Distillm
from bench.train import losses
from bench.train.data import Batch, Sample, collate, split
from bench.train.objectives.step import Models, Moment, Pair, Reading, beside_gold
from bench.train.rollout import student_writes


def readings(objective: Distillm, models: Models, batch: Batch, moment: Moment) -> tuple[Reading, ...]:
    """Read new writings of the student, old ones, or the gold SQL."""
    chance, now = float(torch.rand(1, generator=moment.generator)), share(objective, moment)
    written: list[tuple[str, tuple[int, ...], int]] = moment.progress.memory.setdefault("written", [])
    if chance >= now:
        return beside_gold(objective, batch, batch)
    if chance < now * (1 - moment.done) or not written:
        fresh = student_writes(objective, models, batch, moment)
        written += [(sample.id, sample.ids, sample.start) for sample in split(fresh)]
        del written[: -objective.buffer]
        return beside_gold(objective, batch, fresh, generated=len(batch.names))
    chosen = torch.randint(len(written), (len(batch.names),), generator=moment.generator).tolist()
    again = collate([Sample(*written[number]) for number in chosen], models.pad).to(batch.ids.device)
    return beside_gold(objective, batch, again)


def share(objective: Distillm, moment: Moment) -> float:
    """Return φ, the share of batches that are the student's own."""
    rises = sum(
        after > before + objective.tolerance for before, after in pairwise(moment.progress.validations)
    )
    return min(1.0, objective.share + objective.raise_by * rises)


def divergence(objective: Distillm, pair: Pair) -> Tensor:
    """Return SKL_α or SRKL_α per token."""
    skewed = losses.skew_kl if objective.divergence == "skew-kl" else losses.skew_reverse_kl
    return skewed(pair.student, pair.teacher, objective.skew)
