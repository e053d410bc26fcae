"""Answers: what a model says to the questions of a training set, written and executed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bench.execute import Executor
from bench.judge.judge import judge
from bench.sql.extract import extract
from bench.train.data import Sample
from bench.train.objectives.step import Models
from bench.train.rollout import extend, likeliest
from bench.train.validate import Exam
from bench.types import Dataset, Prediction, Report, silent
from bench.weights import Model, Tokenizer

BATCH = 32


def write(
    models: Models,
    tokenizer: Tokenizer,
    samples: Iterable[Sample],
    limit: int,
    report: Report = silent,
) -> list[Prediction]:
    """Let the student of ``models`` answer every question, greedily, from short prompts to long ones."""
    ordered = sorted(samples, key=lambda sample: sample.start)
    found: list[Prediction] = []
    for begin in range(0, len(ordered), BATCH):
        batch = ordered[begin : begin + BATCH]
        prompts = [sample.ids[: sample.start] for sample in batch]
        written = extend(models, [models.student], prompts, limit, likeliest)
        for sample, ids in zip(batch, written, strict=True):
            text = tokenizer.decode(ids, skip_special_tokens=True)
            found.append(Prediction(sample.id, text, extract(text), sample.start, len(ids)))
        report(len(found), len(ordered), "answers")
    return found


def right(dataset: Dataset, said: Sequence[Prediction]) -> set[str]:
    """Execute answers, and name the examples whose result is the gold SQL's by the data set's own rule."""
    metric = f"ex.{dataset.rules[0]}"
    with Executor() as executor:
        verdicts = judge(dataset, said, (metric,), executor)
        return {verdict.example_id for verdict in verdicts if verdict.metrics[metric] is True}


def exam(dataset: Dataset, tokenizer: Tokenizer, models: Models, limit: int) -> Exam:
    """Return what asks a model about examples of ``dataset`` and says which share it gets right."""
    asked = {example.id: example for example in dataset.examples}

    def sit(model: Model, samples: Sequence[Sample]) -> float:
        known = Models(model, None, models.vocabulary, -1, models.pad, models.end)
        said = write(known, tokenizer, samples, limit)
        only = replace(dataset, examples=tuple(asked[sample.id] for sample in samples))
        return len(right(only, said)) / len(samples)

    return sit
