"""Estimate: what a fit will need in memory and time, from shapes and lengths alone.

Counting is exact for weights, gradients and the optimizer's state. What is kept of a forward pass is
counted for a block of attention and a gated feed-forward layer; time is counted in operations, bytes
and launches, each at the speed that the device was measured at. Take memory for right within a
quarter and time, on a machine that does nothing else, within a factor of two or three; a fit writes both
into ``estimate.json``, beside what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.methods import Full, Ia3, Kid, NoTuning, Objective, OnPolicy, Qlora, Training, Tuning
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
LIBRARIES = 650_000_000
"""Bytes of a process that has imported torch, transformers and peft, as measured."""
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
    if isinstance(work.objective, OnPolicy):
        parts["cache of keys and values"] = _remembered(work)
    if work.teacher is not None:
        parts["teacher"] = WIDE * work.teacher.parameters
    if not machine.gpu:
        parts["libraries"] = LIBRARIES
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
    chosen = [
        shape
        for name, shape in shapes.linear.items()
        if not tuning.targets or any(name == end or name.endswith(f".{end}") for end in tuning.targets)
    ]
    if isinstance(tuning, Ia3):
        return sum(shape[0] for shape in chosen)
    return sum(tuning.rank * sum(shape) + (shape[0] if tuning.dora else 0) for shape in chosen)


def _added(work: Work, trained: int) -> int:
    """Count the numbers that tuning adds to the base."""
    return 0 if isinstance(work.tuning, Full) else trained


def weights(shapes: Shapes, tuning: Tuning, training: Training) -> int:
    """Give the bytes of the base: whole where it is trained, in half precision or 4 bits where it is not."""
    if isinstance(tuning, Full):
        return WIDE * shapes.parameters
    each = HALF if training.precision == "bf16" else WIDE
    if not isinstance(tuning, Qlora):
        return each * shapes.parameters
    packed = sum(rows * columns for rows, columns in shapes.linear.values())
    return int(FOUR_BITS * packed + each * (shapes.parameters - packed))


def _block(shapes: Shapes) -> tuple[int, int]:
    """Count the numbers that a block keeps of a token, and the longest hidden state in it."""
    inner = shapes.setting("intermediate_size", "n_inner", "ffn_hidden_size", default=4 * shapes.width)
    return 12 * shapes.width + shapes.cached + 4 * inner, max(inner, shapes.width)


def _activations(work: Work) -> int:
    """Give the bytes that a forward pass keeps for the backward pass."""
    shapes, training = work.student, work.training
    kept, _ = _block(shapes)
    tokens = training.batch * min(work.lengths.longest, training.max_length)
    each = HALF if training.precision == "bf16" else WIDE
    if training.gradient_checkpointing:
        return each * tokens * (shapes.layers * shapes.width + kept)
    return each * tokens * shapes.layers * kept


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
    if isinstance(objective, Kid):
        looks = 1 + (objective.strategy in ("easy", "hard"))
        apart = objective.mle_prefix == "gold" and objective.mle_weight > 0
        total += looks * forward + (forward + backward if apart else 0.0)
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
    touched = 2 * WIDE * (_block(shapes)[0] * shapes.layers * tokens + 3 * supervised * shapes.vocabulary)
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
