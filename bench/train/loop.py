"""The training loop: one for every tuning and every objective.

Everything random in a step is a function of the seed and the step, so resuming needs no random state.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice

import torch
from accelerate import Accelerator

from bench.errors import FitError
from bench.methods import Objective, Training
from bench.train import schedule
from bench.train.checkpoint import Checkpoint, Progress
from bench.train.data import Batch, Sample, collate, order
from bench.train.objectives.step import Loss, LossFunction, Models
from bench.types import Report


def train(
    models: Models,
    loss: LossFunction,
    objective: Objective,
    samples: Sequence[Sample],
    training: Training,
    *,
    pad: int,
    seed: int,
    checkpoint: Checkpoint,
    report: Report,
) -> Progress:
    """Train the student of ``models`` in place and return what was seen on the way.

    The gradient of a step is that of the mean loss over all supervised tokens of its
    ``accumulation`` batches (and of all processes), so how a batch is cut changes nothing.

    Args:
        models: the student, with the parameters to train marked, and the teacher.
        loss: the mathematics of ``objective``.
        objective: its settings.
        samples: the training set.
        training: how long and how fast.
        pad: the padding token.
        seed: decides the order of the data, masks and dropout.
        checkpoint: where to save, and to resume from.
        report: receives the step, the number of steps and a note.

    Raises:
        FitError: the loss or the gradient stopped being finite; names the examples.
    """
    accelerator = Accelerator()
    weights = [value for value in models.student.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=training.lr, weight_decay=training.weight_decay, fused=True)
    progress = checkpoint.load(models.student, optimizer)
    student, optimizer = accelerator.prepare(models.student, optimizer)
    models = Models(student, models.teacher, models.vocabulary, models.mask)
    total = schedule.steps(training, len(samples))
    done = progress.step * training.accumulation * accelerator.num_processes
    data = islice(order(samples, training.batch, seed), done, None)
    started = saved = time.monotonic()
    before = progress.seconds

    student.train()
    while progress.step < total:
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate(training, progress.step, total)

        batches = _batches(data, training.accumulation, pad, accelerator)
        supervised = _sum(accelerator, sum(batch.tokens for batch in batches))
        mean = 0.0
        for number, batch in enumerate(batches):
            generator = _seeded(seed, progress.step, number, accelerator.process_index)
            with _autocast(training, accelerator):
                result = loss(objective, models, batch, generator)
            # Gradients of several processes are averaged, not added, hence the factor.
            scaled = result.total * (accelerator.num_processes / supervised)
            mean += _finite(scaled.item(), progress.step, [batch]) / accelerator.num_processes
            accelerator.backward(scaled)
            _add(progress.logs, result)

        norm = accelerator.clip_grad_norm_(weights, training.clip)
        _finite(float(norm), progress.step, batches)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

        progress.step += 1
        progress.losses.append(_sum(accelerator, mean))
        progress.supervised += int(supervised)
        progress.tokens += int(_sum(accelerator, sum(int(batch.attention.sum()) for batch in batches)))
        progress.seconds = before + time.monotonic() - started
        report(progress.step, total, f"loss {progress.losses[-1]:.3f}")
        if progress.step < total and checkpoint.due(progress.step, saved) and accelerator.is_main_process:
            checkpoint.save(accelerator.unwrap_model(student), optimizer.optimizer, progress)
            saved = time.monotonic()

    student.eval()
    return progress


def _batches(
    data: Iterator[tuple[Sample, ...]], accumulation: int, pad: int, accelerator: Accelerator
) -> list[Batch]:
    """Take this process's share of the next step's batches."""
    step = list(islice(data, accumulation * accelerator.num_processes))
    mine = step[accelerator.process_index :: accelerator.num_processes]
    return [collate(samples, pad).to(accelerator.device) for samples in mine]


def _sum(accelerator: Accelerator, value: float) -> float:
    """Add up ``value`` over all processes."""
    if accelerator.num_processes == 1:
        return value
    return float(accelerator.reduce(torch.tensor(value, device=accelerator.device), "sum"))


def _seeded(*key: int) -> torch.Generator:
    """Seed dropout, and return the generator of the objective's own draws, both from ``key`` alone."""
    mixed = random.Random(repr(key)).getrandbits(63)
    torch.manual_seed(mixed)
    return torch.Generator().manual_seed(mixed)


def _autocast(training: Training, accelerator: Accelerator) -> AbstractContextManager[None]:
    if training.precision == "fp32":
        return nullcontext()
    context: AbstractContextManager[None] = torch.autocast(accelerator.device.type, dtype=torch.bfloat16)
    return context


def _finite(value: float, step: int, batches: Sequence[Batch]) -> float:
    """Return ``value``, or stop: a step with a broken gradient would spoil every weight."""
    if math.isfinite(value):
        return value
    names = [name for batch in batches for name in batch.names]
    listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    raise FitError(
        f"the loss is not finite at step {step + 1}; the batch held {listed}",
        todo="lower the learning rate, or train in fp32",
    )


def _add(logs: dict[str, list[float]], result: Loss) -> None:
    """Add the sums and numbers of one batch to those of all batches so far."""
    for name, (value, number) in result.logs.items():
        both = logs.setdefault(name, [0.0, 0.0])
        both[0] += float(value)
        both[1] += number
