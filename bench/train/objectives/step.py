"""One training step of any objective: what it may ask, what it gives, and the loss made of that.

An objective is a module with two functions. ``readings`` says what the student reads and what it is taught
there; it makes its prefixes without a gradient. ``divergence`` compares student and teacher token by token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor

from bench.methods import Distillation, Objective
from bench.train import losses
from bench.train.checkpoint import Progress
from bench.train.clock import Clock
from bench.train.data import Batch, Sample
from bench.train.packing import packed
from bench.weights import Model

if TYPE_CHECKING:
    from bench.train.cached import Cached

Logs = Mapping[str, tuple[Tensor | float, int]]
"""Name → (sum, number), so that averages over several batches are exact."""


@dataclass(frozen=True, slots=True)
class Models:
    """The student and, where there is one, its frozen teacher.

    Attributes:
        vocabulary: how many tokens both tokenizers have: wider rows of logits are padding of the head.
        mask: the token that stands for a masked one, or -1 where the objective masks nothing.
        pad: the padding token.
        end: the token that ends an answer.
        answers: what the teacher said beforehand, by example, for objectives that learn from its text.
        cached: what the teacher predicted beforehand, in its place.
    """

    student: Model
    teacher: Model | None = None
    vocabulary: int = 0
    mask: int = -1
    pad: int = 0
    end: int = 0
    answers: Mapping[str, Sample] = field(default_factory=dict)
    cached: Cached | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When a loss is asked for. With the batch it decides everything random and everything scheduled.

    Attributes:
        generator: of the objective's own draws; on the CPU, and new for each batch.
        progress: what is behind, and a memory that the objective may write to.
        total: how many steps there are to be.
        clock: where seconds are counted.
    """

    generator: torch.Generator
    progress: Progress = field(default_factory=Progress)
    total: int = 1
    clock: Clock = field(default_factory=Clock)

    @property
    def done(self) -> float:
        """The share of training that is behind."""
        return self.progress.step / self.total


@dataclass(frozen=True, slots=True)
class Reading:
    """One pass of the student over a batch: the tokens of its answers are predicted.

    Attributes:
        batch: what is read.
        targets: the tokens ``[N]`` whose likelihood counts, where they are not those that are read.
        kd: the weight of the divergence from the teacher.
        mle: the weight of the likelihood of ``targets``.
        author: who wrote the answers, where that decides how they are taught.
    """

    batch: Batch
    targets: Tensor | None = None
    kd: float = 0.0
    mle: float = 0.0
    author: str = ""
    logs: Logs = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pair:
    """What both models predict for the N tokens of a reading: logits ``[N, V]`` over the shared vocabulary.

    ``teacher`` is ``None`` for objectives that have learnt all they need of it beforehand.
    """

    student: Tensor
    teacher: Any
    reading: Reading
    moment: Moment


@dataclass(frozen=True, slots=True)
class Loss:
    """What the readings of one batch cost, scaled, as a scalar to differentiate."""

    total: Tensor
    logs: Logs = field(default_factory=dict)


class Mathematics(Protocol):
    """The module of one objective. One that never distils needs no ``divergence``."""

    def readings(
        self, objective: Objective, models: Models, batch: Batch, moment: Moment
    ) -> Sequence[Reading]:
        """Say what the student reads instead of, or beside, the gold ``batch``."""
        ...

    def divergence(self, objective: Objective, pair: Pair) -> Tensor:
        """Say how far student and teacher are apart at each of the N tokens of a reading."""
        ...


def tokens(readings: Sequence[Reading]) -> tuple[int, int]:
    """Count the tokens that are distilled, and those whose likelihood counts."""
    kd = sum(reading.batch.tokens for reading in readings if reading.kd)
    return kd, sum(reading.batch.tokens for reading in readings if reading.mle)


def loss(
    mathematics: Mathematics,
    objective: Objective,
    models: Models,
    readings: Sequence[Reading],
    moment: Moment,
    scale: tuple[float, float] = (1.0, 1.0),
) -> Loss:
    """Add up what the tokens of ``readings`` cost.

    Args:
        mathematics: of the objective.
        objective: its settings.
        models: student and teacher.
        readings: what the student reads and is taught.
        moment: when.
        scale: what sums of divergence and of likelihood are multiplied with, beside their weights: with
            one over the number of tokens, the loss is a mean.
    """
    parts: list[Tensor] = []
    logs: dict[str, tuple[Tensor | float, int]] = {}
    for reading in readings:
        batch, clock = reading.batch, moment.clock
        logs |= reading.logs
        with clock.part("student"):
            student = predict(models.student, batch.ids, batch.attention, batch.answer, batch.row)
        if reading.kd:
            teacher = _taught(models, batch, moment)
            with clock.part("student"):
                pair = Pair(student[:, : models.vocabulary], teacher, reading, moment)
                kd = mathematics.divergence(objective, pair).sum()
            parts.append(reading.kd * kd * scale[0])
            logs["kd"] = _with(logs.get("kd"), kd, batch.tokens)
        if reading.mle:
            targets = batch.ids[batch.answer] if reading.targets is None else reading.targets
            with clock.part("student"):
                mle = losses.mle(student, targets).sum()
            parts.append(reading.mle * mle * scale[1])
            logs["mle"] = _with(logs.get("mle"), mle, batch.tokens)
    return Loss(torch.stack(parts).sum(), logs)


def gold(objective: Objective, _models: Models, batch: Batch, _moment: Moment) -> tuple[Reading, ...]:
    """Read the gold SQL: the ``readings`` of every objective whose prefixes are fixed."""
    if isinstance(objective, Distillation):
        return (Reading(batch, kd=objective.kd_weight, mle=objective.mle_weight),)
    return (Reading(batch, mle=1.0),)


def beside_gold(objective: Distillation, gold: Batch, read: Batch, generated: int = 0) -> tuple[Reading, ...]:
    """Distil on ``read``, and where it has weight read the gold SQL too, for its likelihood.

    ``generated`` is how many answers of ``read`` were written just now.
    """
    logs: Logs = {"generated": (generated, len(gold.names))}
    if read is gold:
        return (Reading(gold, kd=objective.kd_weight, mle=objective.mle_weight, logs=logs),)
    distilled = Reading(read, kd=objective.kd_weight, logs=logs)
    likely = Reading(gold, mle=objective.mle_weight)
    return (distilled, likely) if objective.mle_weight else (distilled,)


def predict(model: Model, ids: Tensor, attention: Tensor, wanted: Tensor, row: int | None = None) -> Tensor:
    """Return the logits ``[N, V]`` that predict the N wanted tokens, in row-major order.

    The token at position t is predicted by the logits at t - 1, whose input ends with token t - 1:
    this function is the one place where that shift is made.

    Args:
        model: a causal language model.
        ids: token ids ``[B, T]``, padded on either side.
        attention: which of them are no padding, boolean ``[B, T]``.
        wanted: which tokens to predict, boolean ``[B, T]``; never a first one.
        row: pack several texts into each row that the model reads, up to this many tokens.
    """
    if row is not None:
        together = packed(ids, attention, wanted, row)
        before = together.wanted[:, 1:]
        columns = before.any(0).nonzero().squeeze(-1)
        logits = model(
            input_ids=together.ids,
            attention_mask=together.mask,
            position_ids=together.positions,
            use_cache=False,
            logits_to_keep=columns,
        ).logits
        return logits[before[:, columns]]
    before = wanted[:, 1:]
    columns = before.any(0).nonzero().squeeze(-1)
    # A causal model never looks to the right, where padding is then: without a mask attention is faster.
    mask = None if attention[:, 0].all() else attention
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False, logits_to_keep=columns).logits
    return logits[before[:, columns]]


def _taught(models: Models, batch: Batch, moment: Moment) -> Tensor | None:
    """Ask the teacher, if one is there: some objectives learnt all they need of it beforehand."""
    if models.cached is not None:
        with moment.clock.part("teacher"):
            return models.cached.look_up(batch)
    if models.teacher is None:
        return None
    with torch.no_grad(), moment.clock.part("teacher"):
        logits = predict(models.teacher, batch.ids, batch.attention, batch.answer, batch.row)
    return logits[:, : models.vocabulary]


def _with(so_far: tuple[Tensor | float, int] | None, value: Tensor, number: int) -> tuple[Tensor, int]:
    before, count = so_far or (0.0, 0)
    return value.detach() + before, count + number
