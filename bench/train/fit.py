"""Fits a base model to a data set and leaves weights: the first stage of a cell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import torch
from accelerate import PartialState

from bench.errors import FitError
from bench.methods import Adapter, Objective, PromptSpec, Seqkd, Training, Tuning
from bench.prompts import prompt_id
from bench.prompts.recall import summarize
from bench.store import write_json
from bench.train import answers, memory, probe, schedule, shapes, teacher, together, tuning
from bench.train.checkpoint import Checkpoint, Progress
from bench.train.data import Encoded, Sample, encode
from bench.train.estimate import Work, estimate
from bench.train.lengths import counted
from bench.train.loop import Lesson, train
from bench.train.objectives.step import Mathematics, Models
from bench.train.refuse import check_packages, refuse
from bench.train.validate import Exam
from bench.types import Dataset, Fit, Report, silent
from bench.weights import (
    Model,
    Precision,
    Tokenizer,
    Weights,
    count,
    device,
    hushed,
    load_model,
    load_tokenizer,
)

CURVE = 200
"""At most so many points are kept of the loss curve, each a mean over equal stretches of steps."""


@dataclass(frozen=True, slots=True)
class FitJob:
    """What to fit and how.

    Attributes:
        base: a local folder in transformers' layout, or a name on the hub.
        revision: a branch, tag or commit on the hub.
        teacher: what teaches, for objectives that distil; it is frozen.
        code: whether code that lies beside the weights may run.
    """

    base: str
    revision: str | None
    tuning: Tuning
    objective: Objective
    training: Training
    prompt: PromptSpec
    seed: int
    teacher: Weights | None = None
    code: bool = False


def fit(
    job: FitJob,
    dataset: Dataset,
    out: Path,
    report: Report = silent,
    *,
    threads: int = 1,
    checkpoint_seconds: float = 60.0,
    checkpoint_steps: int | None = None,
) -> Fit:
    """Train ``job`` on the gold SQL of ``dataset`` and write the weights into ``out``.

    An interrupted fit goes on from its last checkpoint in ``out``. The same job, seed and number of
    threads give the same weights, bit for bit, on one CPU model.

    Args:
        job: what to fit.
        dataset: a training split.
        out: a folder: an adapter in peft's layout or a full transformers model, and the tokenizer.
        report: receives steps done, steps in all, and the loss.
        threads: how many CPU threads torch uses.
        checkpoint_seconds: how often to save progress.
        checkpoint_steps: save progress also after every so many steps.

    Returns:
        What was measured; writing it down is left to the caller, after everything else.

    Raises:
        FitError: the job cannot be trained, or training broke.
        BenchError: weights are missing or damaged.
    """
    torch.set_num_threads(threads)
    memory.reset()
    together.meet(str(out))
    check_packages(job.tuning, job.training, gpu=torch.cuda.is_available())
    mathematics = _mathematics(job)
    student = Weights(job.base, job.revision, None, job.tuning, _precision(job), job.code)
    tokenizer = load_tokenizer(student)
    encoded = encode(dataset, tokenizer, job.prompt, job.training, job.seed)
    out.mkdir(parents=True, exist_ok=True)
    _tell_prompts(dataset, encoded, out)
    _foresee(job, encoded, threads, out)
    taught = _taught(job, dataset, tokenizer, encoded, out, report)
    torch.manual_seed(job.seed)  # adapters start from random numbers
    model = tuning.apply(load_model(student), job.tuning)
    if job.training.gradient_checkpointing:
        with hushed():
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    models = teacher.models(job.objective, model, tokenizer, job.teacher, encoded)
    models = replace(models, answers=taught)
    samples = encoded.samples
    if taught and not getattr(job.objective, "mle_weight", 0):
        samples = tuple(sample for sample in samples if sample.id in taught)
    checkpoint = Checkpoint(out, _identity(job, dataset, threads), checkpoint_seconds, checkpoint_steps)
    kept = (job.teacher.fit if job.teacher is not None else None) or out  # beside what predicts
    progress = train(
        Lesson(
            models,
            mathematics,
            job.objective,
            job.training,
            job.tuning,
            job.seed,
            _exam(job, dataset, tokenizer, models),
            kept,
        ),
        samples,
        checkpoint,
        report,
    )
    if PartialState().is_main_process:
        tuning.save(model, tokenizer, out, progress.whole)
        checkpoint.remove()
    PartialState().wait_for_everyone()
    return _measured(model, progress, encoded, len(samples), threads)


def _tell_prompts(dataset: Dataset, encoded: Encoded, out: Path) -> None:
    """Write down how much of what gold needs the prompts show, and how often they were cut."""
    if not encoded.prompts or not PartialState().is_main_process:
        return
    examples = [example for example in dataset.examples if example.id in encoded.prompts]
    schemas = [dataset.schema(example) for example in examples]
    prompts = [encoded.prompts[example.id] for example in examples]
    write_json(out / "prompts.json", asdict(summarize(examples, schemas, prompts)))


def _mathematics(job: FitJob) -> Mathematics:
    """Import the mathematics of the objective, which its settings name."""
    if type(job.objective).needs_teacher and job.teacher is None:
        raise FitError(f"the objective '{job.objective.name}' needs a teacher", where="objective.teacher")
    return cast("Mathematics", import_module(type(job.objective).implementation))


def _foresee(job: FitJob, encoded: Encoded, threads: int, out: Path) -> None:
    """Write down what the fit is expected to need, unless that is unknown, and refuse what cannot be.

    Raises:
        BenchError: something that the fit needs is not there.
    """
    student, teacher = shapes.read(job.base, job.revision), None
    if type(job.objective).needs_teacher and job.teacher is not None and not type(job.objective).of_text:
        teacher = shapes.read(job.teacher.base, job.teacher.revision)
    if student is None:
        return
    work = Work(
        student=student,
        tuning=job.tuning,
        objective=job.objective,
        training=job.training,
        steps=schedule.steps(job.training, len(encoded.samples)),
        lengths=counted([(sample.start, len(sample.ids) - sample.start) for sample in encoded.samples]),
        teacher=teacher,
    )
    machine = probe.measure(threads, half=job.training.precision == "bf16")
    refuse(work, machine)
    found = estimate(work, machine)
    write_json(out / "estimate.json", {**asdict(found), "memory": found.memory, "machine": machine.name})


def _taught(
    job: FitJob, dataset: Dataset, tokenizer: Tokenizer, encoded: Encoded, out: Path, report: Report
) -> dict[str, Sample]:
    """Encode what the teacher answers, by example, for an objective that learns from its text."""
    if not isinstance(job.objective, Seqkd) or job.teacher is None:
        return {}
    chosen = {sample.id for sample in encoded.samples}
    asked = replace(dataset, examples=tuple(example for example in dataset.examples if example.id in chosen))
    said = teacher.answers(job.objective, asked, job.teacher, job.prompt, job.training, out, report)
    training = job.training.model_copy(update={"examples": None})
    return {sample.id: sample for sample in encode(said, tokenizer, job.prompt, training, job.seed).samples}


def _exam(job: FitJob, dataset: Dataset, tokenizer: Tokenizer, models: Models) -> Exam | None:
    """Make the exam by which training may stop early."""
    validation = job.training.validation
    if validation is None or validation.by != "ex":
        return None
    return answers.exam(dataset, tokenizer, models, validation.max_new_tokens)


def _precision(job: FitJob) -> Precision:
    """Keep trained weights in float32; frozen ones may be in half precision."""
    return job.training.precision if isinstance(job.tuning, Adapter) else "fp32"


def _identity(job: FitJob, dataset: Dataset, threads: int) -> str:
    """Say what a checkpoint belongs to."""
    settings: dict[str, Any] = {
        "base": job.base,
        "revision": job.revision,
        "tuning": job.tuning.model_dump(),
        "objective": job.objective.model_dump(),
        "training": job.training.model_dump(),
        "prompt": prompt_id(job.prompt),
        "seed": job.seed,
        "teacher": None if job.teacher is None else str(job.teacher),
        "data": dataset.fingerprint,
        "threads": threads,
    }
    return json.dumps(settings, sort_keys=True)


def _measured(model: Model, progress: Progress, encoded: Encoded, examples: int, threads: int) -> Fit:
    total, trainable = count(model)
    logs = {name: value / number for name, (value, number) in progress.logs.items() if number}
    logs |= {
        "supervised_tokens": float(progress.supervised),
        "examples_truncated": float(len(encoded.truncated)),
        "examples_dropped": float(len(encoded.dropped)),
    }
    if progress.validations:
        logs["validation_loss"] = min(progress.validations)
    if progress.executed:
        logs["validation_ex"] = max(progress.executed)
    return Fit(
        parameters=total,
        trainable=trainable,
        steps=progress.step,
        examples=examples,
        tokens=progress.tokens,
        seconds=progress.seconds,
        tokens_per_second=progress.tokens / progress.seconds if progress.seconds else 0.0,
        peak_host_bytes=memory.peak(),
        peak_device_bytes=memory.peak_device(),
        device=torch.cuda.get_device_name() if torch.cuda.is_available() else str(device()),
        threads=threads,
        losses=_curve(progress.losses),
        logs=logs,
        parts={name: round(value, 3) for name, value in progress.parts.items()},
    )


def _curve(losses: Sequence[float]) -> tuple[tuple[int, float], ...]:
    """Thin the losses of all steps: the last step of each stretch, and the stretch's mean."""
    stretch = -(-len(losses) // CURVE) or 1
    ends = range(stretch, len(losses) + stretch, stretch)
    parts = [(min(end, len(losses)), losses[end - stretch : end]) for end in ends]
    return tuple((end, sum(part) / len(part)) for end, part in parts if part)
