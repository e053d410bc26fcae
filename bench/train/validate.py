"""Validation: examples that are held out of training, their loss or the answers to them, and when to stop."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import torch

from bench.methods import Validation
from bench.train import losses
from bench.train.checkpoint import Progress, trainable
from bench.train.data import Sample, collate
from bench.train.objectives.step import predict
from bench.weights import Model

Exam = Callable[[Model, Sequence[Sample]], float]
"""Lets a model answer questions, and returns the share of right answers."""


def hold_out(
    samples: Sequence[Sample], validation: Validation | None, seed: int
) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Part the samples to train on from those to validate with; at least one is left to each."""
    if validation is None or len(samples) < 2:
        return tuple(samples), ()
    number = min(len(samples) - 1, max(1, round(validation.share * len(samples))))
    held = set(random.Random(f"validation-{seed}").sample(range(len(samples)), number))
    return (
        tuple(sample for place, sample in enumerate(samples) if place not in held),
        tuple(sample for place, sample in enumerate(samples) if place in held),
    )


def look(
    model: Model, samples: Sequence[Sample], size: int, pad: int, progress: Progress, exam: Exam | None = None
) -> None:
    """Add the loss of ``samples`` to ``progress``, and the weights where it is the least so far.

    With an ``exam`` the share of right answers decides in place of the loss; the earlier of two that are
    alike is kept.
    """
    before = min(looks(progress), default=math.inf)
    progress.validations.append(mean_loss(model, samples, size, pad))
    if exam is not None:
        progress.executed.append(exam(model, samples))
    if looks(progress)[-1] < before:
        progress.best = {name: weight.detach().clone() for name, weight in trainable(model).items()}


def looks(progress: Progress) -> list[float]:
    """Return what each look found, less being better: losses, or shares of wrong answers."""
    return [1 - right for right in progress.executed] or progress.validations


def mean_loss(model: Model, samples: Sequence[Sample], size: int, pad: int) -> float:
    """Return the mean -log q of the tokens of gold SQL, ``size`` samples at a time."""
    total, tokens = 0.0, 0
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    for begin in range(0, len(samples), size):
        batch = collate(samples[begin : begin + size], pad).to(device)
        with torch.no_grad():
            logits = predict(model, batch.ids, batch.attention, batch.answer)
            total += float(losses.mle(logits, batch.ids[batch.answer]).sum())
        tokens += batch.tokens
    model.train(mode)
    return total / tokens


def exhausted(looks: Sequence[float], validation: Validation | None) -> bool:
    """Whether the best look is ``patience`` looks ago."""
    if validation is None or not looks:
        return False
    return len(looks) - 1 - looks.index(min(looks)) >= validation.patience
