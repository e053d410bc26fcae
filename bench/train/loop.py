"""The training loop: one for every tuning and every objective.

Everything random in a step is a function of the seed and the step, so resuming needs no random state.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import torch
from accelerate import Accelerator, DistributedType

from bench.methods import Distillation, Objective, Training, Tuning
from bench.train import cached, energy, guard, schedule, validate
from bench.train.checkpoint import Checkpoint, Progress, restore
from bench.train.clock import Clock
from bench.train.data import Batch, Sample, collate, order
from bench.train.objectives.step import Loss, Mathematics, Models, Moment, loss, tokens
from bench.train.optimizer import make
from bench.types import Report


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a student is to learn, from whom, and how.

    Attributes:
        models: the student, with the parameters to train marked, and the teacher.
        mathematics: of ``objective``.
        seed: decides the order of the data, masks, sampling and dropout.
        exam: asks the student about held-out examples, where right answers decide when to stop.
        kept: where the teacher's predictions are kept, where they are.
    """

    models: Models
    mathematics: Mathematics
    objective: Objective
    training: Training
    tuning: Tuning
    seed: int
    exam: validate.Exam | None = None
    kept: Path | None = None


def train(lesson: Lesson, samples: Sequence[Sample], checkpoint: Checkpoint, report: Report) -> Progress:
    """Train the student of ``lesson`` in place and return what was seen on the way.

    The gradient of a step is that of the mean loss over all supervised tokens of its
    ``accumulation`` batches (and of all processes), so how a batch is cut changes nothing.

    Args:
        lesson: what to learn.
        samples: the training set; ``training.validation`` holds some of it out.
        checkpoint: where to save, and to resume from.
        report: receives the step, the number of steps and a note.

    Raises:
        FitError: the loss or the gradient stopped being finite, or memory ran out.
    """
    accelerator, training = Accelerator(), lesson.training
    student = lesson.models.student
    optimizer = make(student, training, lesson.tuning)
    progress = checkpoint.load(student, optimizer)
    wrapped, optimizer = accelerator.prepare(student, optimizer)
    lesson = replace(lesson, models=replace(lesson.models, student=wrapped))
    samples, held_out = validate.hold_out(samples, training.validation, lesson.seed)
    total = schedule.steps(training, len(samples), accelerator.num_processes)
    done = progress.step * training.accumulation * accelerator.num_processes
    data = islice(order(samples, training.batch, lesson.seed), done, None)
    clock = Clock(progress.parts)
    with clock.part("cache"):
        lesson = _asked(lesson, samples, total, accelerator, progress, report)
    started = saved = time.monotonic()
    before, drawn = progress.seconds, energy.drawn()

    wrapped.train()
    while progress.step < total and not validate.exhausted(validate.looks(progress), training.validation):
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate(training, progress.step, total) * group["ratio"]
        with clock.part("data"):
            batches = _batches(data, training, lesson.models.pad, accelerator)
        with guard.enough_memory(training, progress.step):
            _step(lesson, accelerator, optimizer, batches, progress, clock, total)
        if training.validation and progress.step % training.validation.every == 0:
            with clock.part("validation"), _autocast(training, accelerator):
                validate.look(student, held_out, training.batch, lesson.models.pad, progress, lesson.exam)
        progress.seconds = before + time.monotonic() - started
        report(progress.step, total, f"loss {progress.losses[-1]:.3f}")
        due = progress.step < total and checkpoint.due(progress.step, saved)
        if due and accelerator.is_main_process and not _in_pieces(accelerator):
            checkpoint.save(student, optimizer.optimizer, progress)
            saved = time.monotonic()

    if drawn is not None:
        joules = progress.logs.setdefault("energy_joules", [0.0, 1.0])
        joules[0] += (energy.drawn() or drawn) - drawn
    if progress.best:
        restore(student, progress.best)
    if _in_pieces(accelerator):
        progress.whole = accelerator.get_state_dict(wrapped)
    student.eval()
    return progress


def _step(
    lesson: Lesson,
    accelerator: Accelerator,
    optimizer: torch.optim.Optimizer,
    batches: Sequence[Batch],
    progress: Progress,
    clock: Clock,
    total: int,
) -> None:
    """Find out what to read in all batches, learn from it, and move the weights."""
    # Numbered over all processes: two of them draw what one would with twice the accumulation.
    places = [
        number * accelerator.num_processes + accelerator.process_index for number in range(len(batches))
    ]
    keys = [(lesson.seed, progress.step, place, 0) for place in places]
    moments = [Moment(_seeded(*key), progress, total, clock) for key in keys]
    with clock.part("prefixes"), _autocast(lesson.training, accelerator):
        readings = [
            lesson.mathematics.readings(lesson.objective, lesson.models, batch, moment)
            for batch, moment in zip(batches, moments, strict=True)
        ]
    counts = [_sum(accelerator, sum(kind)) for kind in zip(*map(tokens, readings), strict=True)]
    # Gradients of several processes are averaged, not added, hence their number.
    kd, mle = (accelerator.num_processes / count if count else 0.0 for count in counts)
    mean = 0.0
    for number, moment in enumerate(moments):
        _seeded(*keys[number])  # for dropout, whatever the prefixes drew
        with _autocast(lesson.training, accelerator):
            result = loss(
                lesson.mathematics, lesson.objective, lesson.models, readings[number], moment, (kd, mle)
            )
        value = guard.finite(result.total.item(), progress.step, [batches[number]])
        mean += value / accelerator.num_processes
        with clock.part("backward"):
            accelerator.backward(result.total)
        _add(progress.logs, result)

    with clock.part("optimizer"):
        weights = [value for group in optimizer.param_groups for value in group["params"]]
        norm = accelerator.clip_grad_norm_(weights, lesson.training.clip)
        guard.finite(float(norm), progress.step, batches)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    progress.step += 1
    progress.losses.append(_sum(accelerator, mean))
    progress.supervised += int(max(counts))
    if lesson.models.cached is not None:
        read = progress.logs.setdefault("teacher_read", [0.0, 1.0])
        read[0] += _sum(accelerator, sum(len(batch.names) for batch in batches))
    progress.tokens += int(_sum(accelerator, sum(int(batch.attention.sum()) for batch in batches)))


def _batches(
    data: Iterator[tuple[Sample, ...]], training: Training, pad: int, accelerator: Accelerator
) -> list[Batch]:
    """Take this process's share of the next step's batches."""
    step = list(islice(data, training.accumulation * accelerator.num_processes))
    mine = step[accelerator.process_index :: accelerator.num_processes]
    return [collate(samples, pad, _row(training)).to(accelerator.device) for samples in mine]


def _row(training: Training) -> int | None:
    return training.max_length if training.packing else None


def _asked(
    lesson: Lesson,
    samples: Sequence[Sample],
    total: int,
    accelerator: Accelerator,
    progress: Progress,
    report: Report,
) -> Lesson:
    """Ask the teacher beforehand, in the batches of the first epoch, where its predictions are kept."""
    training, objective = lesson.training, lesson.objective
    if lesson.kept is None or not isinstance(objective, Distillation) or objective.cache is None:
        return lesson
    number = min(
        -(-len(samples) // training.batch), total * training.accumulation * accelerator.num_processes
    )
    ahead = islice(order(samples, training.batch, lesson.seed), number)
    batches = [collate(one, lesson.models.pad, _row(training)).to(accelerator.device) for one in ahead]
    # The others wait until the first has asked, and find everything there.
    with accelerator.main_process_first(), _autocast(training, accelerator):
        models = cached.ask(lesson.models, batches, lesson.kept, objective.cache, training.precision, report)
    assert models.cached is not None
    progress.logs.setdefault("teacher_asked", [float(models.cached.asked), 1.0])
    return replace(lesson, models=models)


def _sum(accelerator: Accelerator, value: float) -> float:
    """Add up ``value`` over all processes."""
    if accelerator.num_processes == 1:
        return value
    return float(accelerator.reduce(torch.tensor(value, device=accelerator.device), "sum"))


def _in_pieces(accelerator: Accelerator) -> bool:
    """Whether each process holds a part of the weights alone: they are saved once, at the end."""
    return accelerator.distributed_type in (DistributedType.FSDP, DistributedType.DEEPSPEED)


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


def _add(logs: dict[str, list[float]], result: Loss) -> None:
    """Add the sums and numbers of one batch to those of all batches so far."""
    for name, (value, number) in result.logs.items():
        both = logs.setdefault(name, [0.0, 0.0])
        both[0] += float(value)
        both[1] += number
