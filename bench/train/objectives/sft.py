"""Supervised fine-tuning: maximum likelihood of the gold SQL.

L = -(1/n) Σ_t log q(y_t | x, y_<t), over the tokens of the SQL and its end, never over the prompt.
Implemented: exactly this. Not implemented: label smoothing, loss on the prompt.
"""

from __future__ import annotations

import torch

from bench.methods import Sft
from bench.train import losses
from bench.train.data import Batch
from bench.train.objectives.step import Loss, Models, predict


def loss(_objective: Sft, models: Models, batch: Batch, _generator: torch.Generator) -> Loss:
    """Return the negative log-likelihood of the answers of ``batch``."""
    logits = predict(models.student, batch.ids, batch.attention, batch.answer)
    total = losses.mle(logits, batch.ids[batch.answer]).sum()
    return Loss(total, {"mle": (total.detach(), batch.tokens)})
