"""Judge: predictions → verdicts, one for every example of the data set, in its order.

The denominator never changes: an example without a prediction gets the verdict of an empty one.
Each distinct pair of texts is run once and every rule that wants it is applied to the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bench.execute import Executor, Judged, Pair
from bench.execute.item import NO_STATEMENT
from bench.judge.rules import EM_RULES, EX_RULES, Run
from bench.judge.score import UNRATED
from bench.sql import rewrite
from bench.types import Dataset, Example, Outcome, Prediction, Schema, Status, Verdict

NO_SQL = Outcome(Status.NOT_A_QUERY, "no SQL was found in the answer")

_Texts: TypeAlias = tuple[str, str]
"""Gold and prediction as they are run."""


@dataclass(frozen=True, slots=True)
class _Task:
    """One example with the texts to run for it."""

    example: Example
    prediction: Prediction | None
    runs: Mapping[str, tuple[Run, ...]]
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
        judged = {(pair.gold, pair.prediction): next(results) for pair in task.pairs}
        yield _verdict(dataset.schema(task.example), task, judged, metrics)


def _task(dataset: Dataset, example: Example, prediction: Prediction | None, metrics: Sequence[str]) -> _Task:
    """Prepare what to run: each distinct pair of texts once, for all rules that want it."""
    if prediction is None:
        return _Task(example, None, {}, ())
    sql = prediction.sql or ""
    schema = dataset.schema(example)
    runs = {
        metric: tuple([run for gold in example.gold for run in rule.runs(gold, sql, schema)])
        for metric in metrics
        if (rule := EX_RULES.get(metric)) and (sql or rule.silence(sql))
    }
    comparisons: dict[_Texts, dict[str, None]] = {}
    for run in (run for every in runs.values() for run in every):
        comparisons.setdefault((run.gold, run.prediction), {})[run.comparison] = None
    database = dataset.databases[example.db_id]
    pairs = tuple(
        [
            Pair(example.id, database, gold, text, tuple(names), rewrite.orders(gold))
            for (gold, text), names in comparisons.items()
        ]
    )
    return _Task(example, prediction, runs, pairs)


def _verdict(schema: Schema, task: _Task, judged: Mapping[_Texts, Judged], metrics: Sequence[str]) -> Verdict:
    example, sql = task.example, (task.prediction.sql if task.prediction else None) or ""
    values: dict[str, bool | float] = {}
    notes: list[str] = []
    for metric in metrics:
        if metric in EX_RULES:
            values[metric], said = _execution(metric, task.runs.get(metric, ()), judged)
            notes += said
        if metric in EM_RULES:
            rule = EM_RULES[metric]
            match = rule.match(example.gold[0], sql, schema)
            values[metric] = match.exact
            if match.unparsed and sql:
                notes.append(f"{metric}: {rule.reader} cannot read the prediction ({match.unparsed})")
    shown = _shown(judged.values()) if sql else None
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


def _execution(
    metric: str, runs: Sequence[Run], judged: Mapping[_Texts, Judged]
) -> tuple[bool | float, list[str]]:
    """Decide one rule, and name the quirk that it owes a success to.

    Official scripts reward an empty result for an empty result, whatever its columns, and some of
    them take a text without a statement for a query that finds nothing.
    """
    rule = EX_RULES[metric]
    best: bool | float = 0.0 if rule.graded else False
    quirk: list[str] = []
    for run in runs:
        result = judged[run.gold, run.prediction]
        value, owed = result.equal.get(run.comparison, False), ""
        gold, answer = result.gold, result.prediction
        if rule.official and gold.status is Status.OK and gold.rows == 0:
            if _is_silent(answer) and rule.silence(run.prediction):
                value, owed = True, "no statement counts as a query that finds nothing, as gold does"
            elif value and len(gold.columns) != len(answer.columns):
                owed = "two empty results are equal, whatever their columns"
        if value > best:
            best = float(value) if rule.graded else value
            quirk = [f"quirk: {metric}: {owed}"] if owed else []
    return best, quirk


def _is_silent(answer: Outcome) -> bool:
    return answer.status is Status.NOT_A_QUERY and answer.detail == NO_STATEMENT


def _shown(results: Iterable[Judged]) -> Judged | None:
    """Choose the pair whose rows a reader sees: an equal one if there is one, else the first."""
    every = list(results)
    equal = (result for result in every if any(result.equal[name] is True for name in _plain(result)))
    return next(equal, every[0] if every else None)


def _plain(result: Judged) -> list[str]:
    """Name the comparisons with gold as it is written: no sort keys among its columns."""
    return [name for name in result.equal if not name.startswith("tied:")]


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
