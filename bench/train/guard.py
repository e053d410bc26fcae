"""Guards of a training step: broken numbers and too little memory end it with a message."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from bench.errors import FitError
from bench.methods import Training
from bench.train.data import Batch


def finite(value: float, step: int, batches: Sequence[Batch]) -> float:
    """Return ``value``, or stop: a step with a broken gradient would spoil every weight.

    Raises:
        FitError: it is infinite or no number; names the examples.
    """
    if math.isfinite(value):
        return value
    names = [name for batch in batches for name in batch.names]
    listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    raise FitError(
        f"the loss is not finite at step {step + 1}; the batch held {listed}",
        todo="lower the learning rate, or train in fp32",
    )


@contextmanager
def enough_memory(training: Training, step: int) -> Iterator[None]:
    """Say which settings take less memory when it runs out.

    Raises:
        FitError: memory ran out, on the GPU or on the host.
    """
    try:
        yield
    except RuntimeError as error:
        # The allocator of the CPU has no exception of its own.
        if not isinstance(error, torch.OutOfMemoryError) and "can't allocate memory" not in str(error):
            raise
        raise FitError(
            f"memory ran out at step {step + 1}, with batches of {training.batch}",
            where="training.batch",
            todo=_smaller(training),
        ) from error


def _smaller(training: Training) -> str:
    advice = []
    if training.batch > 1:
        half = training.batch // 2
        advice.append(
            f"batch = {half} with accumulation = {training.accumulation * -(-training.batch // half)}"
        )
    if not training.gradient_checkpointing:
        advice.append("gradient_checkpointing = true")
    if training.optimizer == "adamw":
        advice.append("optimizer = 'paged-adamw-8bit' on a GPU")
    return "try " + ", ".join([*advice, "a shorter max_length", "or the tuning 'qlora'"])
