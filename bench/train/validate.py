"""Validation: the loss of examples that are held out of training, and when it says to stop."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import torch

from bench.methods import Validation
from bench.train import losses
from bench.train.checkpoint import Progress, trainable
from bench.train.data import Sample, collate
from bench.train.objectives.step import predict
from bench.weights import Model


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


def look(model: Model, samples: Sequence[Sample], size: int, pad: int, progress: Progress) -> None:
    """Add the loss of ``samples`` to ``progress``, and the weights where it is the least so far."""
    value = mean_loss(model, samples, size, pad)
    if value < min(progress.validations, default=math.inf):
        progress.best = {name: weight.detach().clone() for name, weight in trainable(model).items()}
    progress.validations.append(value)


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
