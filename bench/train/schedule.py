"""The learning rate and the length of training, as pure functions."""

from __future__ import annotations

import math

from bench.methods import Training


def steps(training: Training, samples: int, processes: int = 1) -> int:
    """Return the number of optimiser steps over ``samples`` training examples."""
    if training.steps is not None:
        return training.steps
    assert training.epochs is not None
    per_epoch = math.ceil(samples / training.batch) / (training.accumulation * processes)
    return max(1, math.ceil(training.epochs * per_epoch))


def rate(training: Training, step: int, total: int) -> float:
    """Return the learning rate of ``step``, counted from 0 to ``total`` - 1.

    It rises linearly over the first ``warmup`` of the steps, then stays, or falls to zero on a line or on
    half a cosine.
    """
    warmup = math.ceil(training.warmup * total)
    if step < warmup:
        return training.lr * (step + 1) / warmup
    left = 1 - (step - warmup) / max(1, total - warmup)
    if training.schedule == "linear":
        return training.lr * left
    if training.schedule == "cosine":
        return training.lr * 0.5 * (1 - math.cos(math.pi * left))
    return training.lr
