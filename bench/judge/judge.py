"""Judge: predictions → verdicts, one for every example of the data set, in its order.

The denominator never changes: an example without a prediction gets the verdict of an empty one.
Each distinct pair of texts is run once and every rule that wants it is applied to the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.execute import Executor, Judged, Pair
from bench.judge.rules import EM_RULES, EX_RULES
from bench.judge.score import UNRATED
from bench.sql import spider
from bench.types import Dataset, Example, Outcome, Prediction, Schema, Status, Verdict

NO_SQL = Outcome(Status.NOT_A_QUERY, "no SQL was found in the answer")


@dataclass(frozen=True, slots=True)
class _Task:
    """One example with the texts to run for it."""

    example: Example
    prediction: Prediction | None
    pairs: tuple[Pair, ...]


def judge(
    dataset: Dataset,
    predictions: Iterable[Prediction],
    metrics: Sequence[str],
    executor: Executor,
    *,
    skip: int = 0,
) -> Iterator[Verdict]:
    """Judge every example of a data set.

    Args:
        dataset: the questions, gold queries and databases.
        predictions: at most one for each example, in any order.
        metrics: names such as ``ex.test-suite`` and ``em.spider``, the headline first.
        executor: runs the SQL.
        skip: how many examples at the front are already judged.

    Yields:
        Verdicts in the order of the data set.
    """
    said = {prediction.example_id: prediction for prediction in predictions}
    tasks = [_task(dataset, example, said.get(example.id), metrics) for example in dataset.examples[skip:]]
    results = executor.judge(pair for task in tasks for pair in task.pairs)
    for task in tasks:
        judged = {pair: next(results) for pair in task.pairs}
        yield _verdict(dataset.schema(task.example), task, judged, metrics)


def _task(dataset: Dataset, example: Example, prediction: Prediction | None, metrics: Sequence[str]) -> _Task:
    """Prepare the pairs of texts to run: one per gold query and way of rewriting."""
    if prediction is None or not prediction.sql:
        return _Task(example, prediction, ())
    pairs: dict[tuple[str, str, bool], list[str]] = {}
    for metric in metrics:
        kind, _, name = metric.partition(".")
        if kind != "ex":
            continue
        rule = EX_RULES[name]
        for gold in example.gold:
            texts = rule.rewrite(gold), rule.rewrite(prediction.sql), rule.ordered(gold)
            pairs.setdefault(texts, []).append(rule.comparison)
    return _Task(
        example,
        prediction,
        tuple(
            Pair(
                example.id, dataset.databases[example.db_id], gold, sql, tuple(dict.fromkeys(names)), ordered
            )
            for (gold, sql, ordered), names in pairs.items()
        ),
    )


def _verdict(schema: Schema, task: _Task, judged: dict[Pair, Judged], metrics: Sequence[str]) -> Verdict:
    example, sql = task.example, (task.prediction.sql if task.prediction else None) or ""
    values: dict[str, bool | float] = {}
    notes: list[str] = []
    for metric in metrics:
        kind, _, name = metric.partition(".")
        if kind == "ex":
            values[metric] = any(
                result.equal.get(EX_RULES[name].comparison, False) for result in judged.values()
            )
        else:
            match = spider.exact_match(example.gold[0], sql, schema, EM_RULES[name])
            values[metric] = match.exact
            if match.unparsed and sql:
                notes.append(f"{metric}: the official grammar cannot read the prediction ({match.unparsed})")
    shown = _shown(judged.values())
    gold = shown.gold if shown else Outcome(Status.OK, "not run: there was nothing to compare it with")
    answer = shown.prediction if shown else NO_SQL
    return Verdict(
        example_id=example.id,
        db_id=example.db_id,
        difficulty=example.difficulty or UNRATED,
        metrics=values,
        gold=gold,
        prediction=answer,
        reason="" if values[metrics[0]] else _reason(gold, answer),
        notes=tuple(notes),
    )


def _shown(results: Iterable[Judged]) -> Judged | None:
    """Choose the pair whose rows a reader sees: an equal one if there is one, else the first."""
    every = list(results)
    return next((result for result in every if any(result.equal.values())), every[0] if every else None)


def _reason(gold: Outcome, answer: Outcome) -> str:
    """Say in words why a prediction is wrong."""
    if gold.status is not Status.OK:
        return f"the gold query failed: {gold.status} {gold.detail}".strip()
    if answer.status is not Status.OK:
        return f"{answer.status}: {answer.detail}" if answer.detail else str(answer.status)
    if len(gold.columns) != len(answer.columns):
        return f"{len(answer.columns)} columns where gold has {len(gold.columns)}"
    if gold.rows != answer.rows:
        return f"{answer.rows} rows where gold has {gold.rows}"
    return "other values in the rows"
