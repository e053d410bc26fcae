"""Estimate: what a fit will need in memory and time, from shapes and lengths alone.

Counting is exact for weights, gradients and the optimizer's state. What is kept of a forward pass is
counted for a block of attention and a gated feed-forward layer, as autograd saves it; time is counted in
operations, bytes and launches, each at the speed that the device was measured at. Take memory for right
within a quarter and time, on a machine that does nothing else, within a factor of two or three; a fit
writes both into ``estimate.json``, beside what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.methods import (
    Adapter,
    Distillation,
    Fdistill,
    Full,
    Ia3,
    Kid,
    Lora,
    NoTuning,
    Objective,
    OnPolicy,
    Qlora,
    Training,
    Tuning,
)
from bench.train.lengths import Lengths
from bench.train.shapes import Shapes

if TYPE_CHECKING:
    from bench.train.probe import Machine

WIDE, HALF = 4, 2
"""Bytes of a float32 and of a bfloat16."""
FOUR_BITS = 0.5 + 0.127 / 8
"""Bytes of a weight in 4 bits with its share of twice quantised block constants (arXiv 2305.14314)."""
MOMENTS = {"adamw": 8.0, "paged-adamw": 8.0, "adamw-8bit": 2.03, "paged-adamw-8bit": 2.03}
"""Bytes of AdamW's two moments for each trained number."""
LIBRARIES, BITSANDBYTES = 510_000_000, 45_000_000
"""Bytes of a process that has imported torch, transformers and peft, and what one more adds, as measured."""
LAUNCHES = 800
"""What a block's forward pass costs beside its numbers, in launches: mostly the interpreter, as measured."""
ROWS = {"sft": 5, "taught": 11}
"""Copies of [supervised tokens, vocabulary] alive at once in the loss."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be fitted.

    Attributes:
        teacher: the shapes of the teacher, if one has to be in memory.
        steps: optimiser steps.
    """

    student: Shapes
    tuning: Tuning
    objective: Objective
    training: Training
    steps: int
    lengths: Lengths
    teacher: Shapes | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a fit will need.

    Attributes:
        parts: bytes by what they hold.
        seconds: all of training, nothing else.
    """

    parameters: int
    trainable: int
    seconds: float
    parts: Mapping[str, int] = field(default_factory=dict)

    @property
    def memory(self) -> int:
        """Bytes at the peak."""
        return sum(self.parts.values())


def estimate(work: Work, machine: Machine) -> Estimate:
    """Estimate parameters, memory and time of a fit on ``machine``."""
    trained = trainable(work.student, work.tuning)
    parts = {
        "weights": weights(work.student, work.tuning, work.training) + WIDE * _added(work, trained),
        "gradients": WIDE * trained,
        "optimizer": int(MOMENTS[work.training.optimizer] * trained),
        "activations": _activations(work),
        "logits": _logits(work),
    }
    if isinstance(work.tuning, Qlora):
        each = HALF if work.tuning.compute_dtype == "bfloat16" else WIDE
        parts["unpacked weight"] = each * max(map(math.prod, work.student.linear.values()))
    if isinstance(work.objective, OnPolicy):
        parts["cache of keys and values"] = _remembered(work)
    if work.teacher is not None:
        parts["teacher"] = WIDE * work.teacher.parameters
    if not machine.gpu:
        parts["libraries"] = LIBRARIES + BITSANDBYTES * isinstance(work.tuning, Qlora)
        parts["temporaries"] = _temporaries(work)
    return Estimate(
        parameters=work.student.parameters + _added(work, trained),
        trainable=trained,
        seconds=work.steps * work.training.accumulation * _seconds(work, machine),
        parts=parts,
    )


def trainable(shapes: Shapes, tuning: Tuning) -> int:
    """Count the numbers that are trained."""
    if isinstance(tuning, NoTuning):
        return 0
    if isinstance(tuning, Full):
        return shapes.parameters
    chosen = adapted(shapes, tuning)
    if isinstance(tuning, Ia3):
        return sum(shape[0] for shape in chosen)
    return sum(tuning.rank * sum(shape) + (shape[0] if tuning.dora else 0) for shape in chosen)


def adapted(shapes: Shapes, tuning: Adapter) -> list[tuple[int, int]]:
    """List the layers that get an adapter by their rows (what they put out) and columns (what they take)."""
    return [
        shape
        for name, shape in shapes.linear.items()
        if not tuning.targets or any(name == end or name.endswith(f".{end}") for end in tuning.targets)
    ]


def _added(work: Work, trained: int) -> int:
    """Count the numbers that tuning adds to the base."""
    return 0 if isinstance(work.tuning, Full) else trained


def weights(shapes: Shapes, tuning: Tuning, training: Training) -> int:
    """Give the bytes of the base: whole where it is trained, in half precision or 4 bits where it is not."""
    if isinstance(tuning, Full):
        return WIDE * shapes.parameters
    each = _half(training)
    if not isinstance(tuning, Qlora):
        return each * shapes.parameters
    packed = sum(rows * columns for rows, columns in shapes.linear.values())
    return int(FOUR_BITS * packed + each * (shapes.parameters - packed))


def _half(training: Training) -> int:
    """Give the bytes of a number that needs no more than the precision of training."""
    return HALF if training.precision == "bf16" else WIDE


def _inner(shapes: Shapes) -> int:
    """Give the length of the longest hidden state in a block."""
    return shapes.setting("intermediate_size", "n_inner", "ffn_hidden_size", default=4 * shapes.width)


def _kept(shapes: Shapes, tuning: Tuning) -> int:
    """Count the numbers that a block keeps of a token for the backward pass.

    Norms and frozen layers keep no input, as no gradient of a weight is asked for; layers that read the
    same keep it once.
    """
    inner, width = _inner(shapes), shapes.width
    if not isinstance(tuning, Adapter):
        return 12 * width + shapes.cached + 4 * inner
    inputs = {(columns, rows == inner) for rows, columns in adapted(shapes, tuning)}
    return 6 * width + shapes.cached + 3 * inner + sum(columns for columns, _ in inputs)


def _kept_by_adapters(shapes: Shapes, tuning: Tuning) -> float:
    """Count the numbers that all adapters keep of a token.

    Each keeps what A puts out; behind dropout also its own input with a mask of bytes, and with DoRA what
    goes into and out of the layer.
    """
    if not isinstance(tuning, Lora):
        return 0.0
    chosen = adapted(shapes, tuning)
    taken, given = sum(columns for _, columns in chosen), sum(rows for rows, _ in chosen)
    return (
        tuning.rank * len(chosen)
        + (1 + 1 / WIDE) * taken * (tuning.dropout > 0)
        + (taken + given) * tuning.dora
    )


def _tokens(work: Work) -> int:
    return work.training.batch * min(work.lengths.longest, work.training.max_length)


def _activations(work: Work) -> int:
    """Give the bytes that a forward pass keeps for the backward pass."""
    shapes, kept = work.student, _kept(work.student, work.tuning)
    numbers = shapes.layers * kept + _kept_by_adapters(shapes, work.tuning)
    if work.training.gradient_checkpointing:
        numbers = shapes.layers * shapes.width + numbers / shapes.layers
    return int(_half(work.training) * _tokens(work) * _readings(work.objective) * numbers)


def _readings(objective: Objective) -> int:
    """Count the texts of one example that are read before the gradient is taken, at most."""
    both = isinstance(objective, Fdistill) and objective.divergence in ("js", "tvd")
    apart = isinstance(objective, OnPolicy) or (isinstance(objective, Kid) and objective.mle_prefix == "gold")
    likely = apart and isinstance(objective, Distillation) and objective.mle_weight > 0
    return 1 + both + likely


def _temporaries(work: Work) -> int:
    """Give the bytes that come and go within a step on a CPU and do not fit where others went before.

    They are the gradients at both ends of each linear layer and, for an adapter, what B puts out and its
    scaled copy. A GPU's allocator lays them where activations were freed. The C library's seldom does:
    with a mapping for each block, which takes twice the time, a step's peak was less by about as much.
    """
    shapes, tuning = work.student, work.tuning
    numbers = sum(map(sum, shapes.linear.values()))
    if isinstance(tuning, Lora):
        numbers += 2 * sum(rows for rows, _ in adapted(shapes, tuning))
    if work.training.gradient_checkpointing:
        numbers //= shapes.layers
    return _half(work.training) * _tokens(work) * numbers


def _logits(work: Work) -> int:
    kind = "taught" if work.teacher is not None else "sft"
    supervised = work.training.batch * work.lengths.longest_answer
    return WIDE * ROWS[kind] * supervised * work.student.vocabulary


def _remembered(work: Work) -> int:
    """Give the bytes of keys and values while answers are written."""
    assert isinstance(work.objective, OnPolicy)
    tokens = work.training.batch * (work.lengths.longest + work.objective.max_new_tokens)
    return WIDE * tokens * sum(one.layers * one.cached for one in (work.student, work.teacher) if one)


def _seconds(work: Work, machine: Machine) -> float:
    """Give the seconds of one batch."""
    training, objective = work.training, work.objective
    tokens = training.batch * (work.lengths.prompt + work.lengths.answer)
    forward = _pass(work.student, tokens, work, machine)
    # Weights that are frozen need no gradient of their own, only the way through them.
    backward = (2.0 if isinstance(work.tuning, Full) else 1.2) * forward
    total = forward + backward + (forward if training.gradient_checkpointing else 0.0)
    total *= _readings(objective)
    if isinstance(objective, Kid):
        total += (1 + (objective.strategy in ("easy", "hard"))) * forward
    if work.teacher is not None:
        total += _pass(work.teacher, tokens, work, machine)
    if isinstance(objective, OnPolicy):
        total += getattr(objective, "share", 1.0) * _writing(work, machine)
    state = (2 * WIDE + MOMENTS[training.optimizer]) * trainable(work.student, work.tuning)
    return total + state / machine.bandwidth / training.accumulation


def _pass(shapes: Shapes, tokens: float, work: Work, machine: Machine) -> float:
    """Give the seconds of one forward pass over ``tokens`` tokens."""
    inner = sum(rows * columns for rows, columns in shapes.linear.values())
    supervised = work.training.batch * work.lengths.answer
    operations = 2 * (inner * tokens + shapes.width * shapes.vocabulary * supervised)
    operations += 4 * shapes.layers * shapes.width * tokens * (work.lengths.prompt + work.lengths.answer)
    touched = 2 * WIDE * (_kept(shapes, Full()) * shapes.layers * tokens + 3 * supervised * shapes.vocabulary)
    return (
        operations / machine.flops + touched / machine.bandwidth + LAUNCHES * shapes.layers * machine.launch
    )


def _writing(work: Work, machine: Machine) -> float:
    """Give the seconds that it takes to write an answer to each prompt of a batch, token by token."""
    assert isinstance(work.objective, OnPolicy)
    inner = sum(rows * columns for rows, columns in work.student.linear.values())
    inner += work.student.width * work.student.vocabulary
    each = max(2 * inner * work.training.batch / machine.flops, WIDE * inner / machine.bandwidth)
    each += LAUNCHES * work.student.layers * machine.launch
    return work.objective.max_new_tokens * each
