"""TAID, temporally adaptive interpolated distillation.

Shing et al., "TAID: Temporally Adaptive Interpolated Distillation for Efficient Knowledge Transfer in
Language Models", arXiv 2501.16937 (equation not numbered in our source).

L = (1/n) Σ_t KL(p_s ‖ q) with p_s = softmax((1-s) z_q + s z_p), z_q without a gradient: the target starts
near the student and ends as the teacher. After each step, with J the step's loss,

    m ← momentum · m + (1 - momentum) · (J_before - J) / J_before
    s ← min(1, max(line, s + rate · sigmoid(m) · (1 - s))), the line leading from ``start`` to 1.

Implemented: this, on gold prefixes. J is the whole loss of a step, the likelihood term included if it has
weight. The paper's own code starts the line at the same ``start``.
Not implemented: TAID on generated prefixes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

from bench.methods import Taid
from bench.train import losses
from bench.train.objectives.step import Pair, gold

readings = gold


def divergence(objective: Taid, pair: Pair) -> Tensor:
    """Return KL(p_s ‖ q) per token."""
    now = share(objective, pair.moment.progress.losses, pair.moment.total)
    return losses.forward_kl(pair.student, losses.interpolated(pair.student, pair.teacher, now))


def share(objective: Taid, before: Sequence[float], total: int) -> float:
    """Return s for the step after those with the losses ``before``, of ``total`` steps."""
    value, drift = objective.start, 0.0
    for step, loss in enumerate(before):
        fallen = (before[step - 1] - loss) / (before[step - 1] + 1e-8) if step else 0.0
        drift = objective.momentum * drift + (1 - objective.momentum) * fallen
        hurried = value + objective.rate / (1 + math.exp(-drift)) * (1 - value)
        line = objective.start + (1 - objective.start) * (step + 1) / max(1, total - 1)
        value = min(1.0, max(line, hurried))
    return value
