"""One training step of any objective: the models it may ask, how to ask them, what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor

from bench.methods import Distillation, Objective
from bench.train import losses
from bench.train.data import Batch
from bench.weights import Model


@dataclass(frozen=True, slots=True)
class Models:
    """The student and, where there is one, its frozen teacher.

    Attributes:
        vocabulary: how many tokens both tokenizers have: wider rows of logits are padding of the head.
        mask: the token that stands for a masked one, or -1 where the objective masks nothing.
    """

    student: Model
    teacher: Model | None = None
    vocabulary: int = 0
    mask: int = -1


@dataclass(frozen=True, slots=True)
class Loss:
    """What one batch cost.

    Attributes:
        total: the sum over supervised tokens, a scalar to differentiate.
        logs: name → (sum, number), so that averages over several batches are exact.
    """

    total: Tensor
    logs: Mapping[str, tuple[Tensor, int]] = field(default_factory=dict)


class LossFunction(Protocol):
    """The mathematics of one objective."""

    def __call__(
        self, objective: Objective, models: Models, batch: Batch, generator: torch.Generator
    ) -> Loss:
        """Return the loss of ``batch``; ``generator`` is on the CPU and new for each batch."""
        ...


def predict(model: Model, ids: Tensor, attention: Tensor, wanted: Tensor) -> Tensor:
    """Return the logits ``[N, V]`` that predict the N wanted tokens, in row-major order.

    The token at position t is predicted by the logits at t - 1, whose input ends with token t - 1:
    this function is the one place where that shift is made.

    Args:
        model: a causal language model.
        ids: token ids ``[B, T]``, padded on either side.
        attention: which of them are no padding, boolean ``[B, T]``.
        wanted: which tokens to predict, boolean ``[B, T]``; never a first one.
    """
    before = wanted[:, 1:]
    columns = before.any(0).nonzero().squeeze(-1)
    # A causal model never looks to the right, where padding is then: without a mask attention is faster.
    mask = None if attention[:, 0].all() else attention
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False, logits_to_keep=columns).logits
    return logits[before[:, columns]]


def distil(objective: Distillation, models: Models, batch: Batch, prefix: Tensor, gold_prefix: bool) -> Loss:
    """Mix reverse KL to the teacher on ``prefix`` with maximum likelihood of the gold SQL.

    Args:
        objective: the weights of both terms.
        models: student and teacher.
        batch: the gold ids; all tokens of its answers count, in both terms.
        prefix: the ids ``[B, T]`` that both models read.
        gold_prefix: whether the likelihood term reads the gold ids instead, at the price of another
            pass of the student.
    """
    assert models.teacher is not None
    targets = batch.ids[batch.answer]
    student = predict(models.student, prefix, batch.attention, batch.answer)
    with torch.no_grad():
        teacher = predict(models.teacher, prefix, batch.attention, batch.answer)
    shared = models.vocabulary
    kd = losses.reverse_kl(student[:, :shared], teacher[:, :shared]).sum()
    if gold_prefix:
        student = predict(models.student, batch.ids, batch.attention, batch.answer)
    mle = losses.mle(student, targets).sum()
    tokens = len(targets)
    return Loss(
        objective.kd_weight * kd + objective.mle_weight * mle,
        {"kd": (kd.detach(), tokens), "mle": (mle.detach(), tokens)},
    )
