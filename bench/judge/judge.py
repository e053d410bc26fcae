"""Judge: predictions → verdicts, one for every example of the data set, in its order.

The denominator never changes: an example without a prediction gets the verdict of an empty one.
The same answer to the same gold is judged once, whoever gave it to whichever question. Each distinct
pair of texts is run once and every rule that wants it is applied to the same rows.
Where a rule has more to try with a prediction that is not right yet, that is run afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, tee

from msgspec import structs

from bench.execute import Executor, Judged, Pair
from bench.execute.item import NO_STATEMENT, PRAGMA_FINDS_NOTHING
from bench.judge.exact import EM_RULES
from bench.judge.garbage import seldom_collected
from bench.judge.rules import EX_RULES, ExRule
from bench.judge.runs import Results, Run, Texts
from bench.judge.score import NOT_RUN, UNRATED
from bench.sql import rewrite
from bench.types import ABSTAIN, Dataset, Example, Outcome, Prediction, Schema, Status, Verdict
from bench.words import count

NO_SQL = Outcome(Status.NOT_A_QUERY, "no SQL was found in the answer")
UNTRIED = Outcome(Status.OK, NOT_RUN)
GRADED = frozenset(metric for metric, rule in EX_RULES.items() if rule.grade)
SILENT = {NO_STATEMENT: "no statement", PRAGMA_FINDS_NOTHING: "a PRAGMA without rows"}
"""What official scripts take for a query that finds nothing, by what the executor says of it."""
NO_GOLD = Outcome(Status.OK, "no SQL answers this question")

BLOCK = 2048
"""Examples that are judged together where a rule may have more to try."""


@dataclass(frozen=True, slots=True)
class _Task:
    """One example with what to run for it: by metric, and each pair of texts once."""

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
    asked = ((example, said.get(example.id)) for example in dataset.examples[skip:])
    return judge_each(dataset, asked, metrics, executor)


def judge_each(
    dataset: Dataset,
    answers: Iterable[tuple[Example, Prediction | None]],
    metrics: Sequence[str],
    executor: Executor,
) -> Iterator[Verdict]:
    """Judge answers to examples of a data set, of which one may be answered many times; in their order.

    The same answer to another question with the same gold gets the same verdict, unless time is taken.
    """
    rules = [rule for metric in metrics if (rule := EX_RULES.get(metric))]
    steady = all(rule.steady for rule in rules)
    numbered, ahead = tee(_numbered(answers, steady=steady))
    tasks = (_task(dataset, example, prediction, rules) for example, prediction in _firsts(ahead))
    known: list[Verdict] = []
    with seldom_collected():
        found = _run(dataset, tasks, rules, executor)
        for number, example, _ in numbered:
            if number < len(known):
                same = known[number]
                yield replace(same, example_id=example.id, difficulty=example.difficulty or UNRATED)
                continue
            task, results = next(found)
            known.append(
                _verdict(dataset.schema(example), task, results, metrics)
                if example.answerable
                else _abstention(task, metrics)
            )
            yield known[number]


def _numbered(
    answers: Iterable[tuple[Example, Prediction | None]], *, steady: bool
) -> Iterator[tuple[int, Example, Prediction | None]]:
    """Number answers by what their verdict hangs on; where it is not steady, on the example too."""
    numbers: dict[tuple[str, tuple[str, ...], str | None, str], int] = {}
    for example, prediction in answers:
        sql = None if prediction is None else prediction.sql or ""
        key = example.db_id, example.gold, sql, "" if steady else example.id
        yield numbers.setdefault(key, len(numbers)), example, prediction


def _firsts(
    numbered: Iterable[tuple[int, Example, Prediction | None]],
) -> Iterator[tuple[Example, Prediction | None]]:
    """Pass on the first answer of each number; they come in order."""
    fresh = 0
    for number, example, prediction in numbered:
        if number == fresh:
            fresh += 1
            yield example, prediction


def _task(
    dataset: Dataset, example: Example, prediction: Prediction | None, rules: Sequence[ExRule]
) -> _Task:
    """Prepare what to run at first."""
    if prediction is None or not example.answerable:
        return _Task(example, prediction, {}, ())
    sql = prediction.sql or ""
    schema = dataset.schema(example)
    runs = {
        rule.metric: tuple([run for gold in example.gold for run in rule.runs(gold, sql, schema)])
        for rule in rules
        if sql or rule.silence(sql)
    }
    return _Task(example, prediction, runs, _pairs(dataset, example, runs))


def _run(
    dataset: Dataset, tasks: Iterator[_Task], rules: Sequence[ExRule], executor: Executor
) -> Iterator[tuple[_Task, Results]]:
    """Run tasks, and block by block what the rules that are not satisfied have further to try."""
    if not any(rule.further for rule in rules):
        yield from _results(tasks, executor)
        return
    while block := list(islice(tasks, BLOCK)):
        known = list(_results(block, executor))
        more = [_further(dataset, task, rules, found) for task, found in known]
        for (task, extra), (_, found) in zip(_results(more, executor), known, strict=True):
            yield task, {**found, **extra}


def _results(tasks: Iterable[_Task], executor: Executor) -> Iterator[tuple[_Task, Results]]:
    """Run the pairs of tasks, which are prepared no further ahead than the executor reads."""
    tasks, ahead = tee(tasks)
    results = executor.judge(pair for task in ahead for pair in task.pairs)
    for task in tasks:
        yield task, {(pair.gold, pair.prediction): next(results) for pair in task.pairs}


def _further(dataset: Dataset, task: _Task, rules: Sequence[ExRule], found: Results) -> _Task:
    """Prepare what else to run for the rules that are not satisfied; the task keeps its first runs."""
    sql = (task.prediction.sql if task.prediction else None) or ""
    extra = {
        rule.metric: tuple([run for gold in task.example.gold for run in rule.further(gold, sql, found)])
        for rule in rules
        if rule.further and sql and not _execution(rule, task.runs[rule.metric], found)[0]
    }
    runs = {metric: (*first, *extra.get(metric, ())) for metric, first in task.runs.items()}
    fresh = {metric: [run for run in tried if run.texts not in found] for metric, tried in extra.items()}
    return replace(task, runs=runs, pairs=_pairs(dataset, task.example, fresh))


def _pairs(dataset: Dataset, example: Example, runs: Mapping[str, Sequence[Run]]) -> tuple[Pair, ...]:
    """Ask for each distinct pair of texts once, for all rules that want it."""
    others = dataset.suites.get(example.db_id, ())
    comparisons: dict[Texts, dict[str, bool]] = {}
    for metric, every in runs.items():
        everywhere = bool(others) and EX_RULES[metric].everywhere
        for run in every:
            wanted = comparisons.setdefault(run.texts, {})
            wanted[run.comparison] = everywhere or wanted.get(run.comparison, False)
    database = dataset.databases[example.db_id]
    return tuple(
        [
            Pair(
                example.id,
                database,
                gold,
                text,
                tuple(names),
                rewrite.orders(gold),
                others,
                tuple([name for name, everywhere in names.items() if everywhere]),
            )
            for (gold, text), names in comparisons.items()
        ]
    )


def _verdict(schema: Schema, task: _Task, judged: Results, metrics: Sequence[str]) -> Verdict:
    example, sql = task.example, (task.prediction.sql if task.prediction else None) or ""
    values: dict[str, bool | float] = {}
    notes: list[str] = []
    for metric in metrics:
        if rule := EX_RULES.get(metric):
            runs = task.runs.get(metric, ())
            values[metric], said = _execution(rule, runs, judged)
            notes += said
            if rule.unread and sql and not runs and (unread := rule.unread(example.gold[0], sql, schema)):
                notes.append(f"{metric}: {unread}")
        if metric in EM_RULES:
            match = EM_RULES[metric].best(example.gold, sql, schema)
            values[metric] = match.exact
            if sql and (unread := EM_RULES[metric].unread(match)):
                notes.append(f"{metric}: {unread}")
    shown = _shown(task, judged, metrics[0]) if sql else None
    gold = _gold(shown)
    answer = shown.prediction if shown else UNTRIED if sql else NO_SQL
    return Verdict(
        example_id=example.id,
        db_id=example.db_id,
        difficulty=example.difficulty or UNRATED,
        metrics=values,
        gold=gold,
        prediction=answer,
        reason=""
        if values[metrics[0]]
        else _said(task, metrics[0], notes) or _why(gold, answer, shown, metrics[0]),
        notes=tuple(notes),
    )


def _said(task: _Task, first: str, notes: Sequence[str]) -> str:
    """Say why the first rule calls a prediction wrong without a look at any row, if it does."""
    note = next((note for note in notes if note.startswith(f"{first}: ")), "")
    if note or task.runs.get(first) != ():
        return note.removeprefix(f"{first}: ")
    return "it shows other columns than gold"


def _gold(shown: Judged | None) -> Outcome:
    """Tell how gold ended, and on which file, if not on the first of its databases."""
    if shown is None:
        return Outcome(Status.OK, "not run: there was nothing to compare it with")
    if shown.failed_on and shown.gold.status is not Status.OK:
        return structs.replace(shown.gold, detail=f"{shown.failed_on}: {shown.gold.detail}")
    return shown.gold


def _abstention(task: _Task, metrics: Sequence[str]) -> Verdict:
    """Judge the answer to a question that no SQL answers: none is right, any SQL is wrong.

    Over all questions EX is then the reliability score RS(0) of the EHRSQL shared task (Lee et al.,
    "Overview of the EHRSQL 2024 Shared Task on Reliable Text-to-SQL Modeling on Electronic Health
    Records", arXiv 2405.06673).
    """
    example, answer = task.example, task.prediction
    is_none = answer is None or (answer.sql or "").strip("; \n").lower() in ("", ABSTAIN)
    right = answer is not None and is_none
    return Verdict(
        example_id=example.id,
        db_id=example.db_id,
        difficulty=example.difficulty or UNRATED,
        metrics={metric: float(right) if metric in GRADED else right for metric in metrics},
        gold=NO_GOLD,
        prediction=NO_SQL if is_none else UNTRIED,
        reason="" if right else "there is no answer" if is_none else "SQL for a question that no SQL answers",
    )


def _execution(rule: ExRule, runs: Sequence[Run], judged: Results) -> tuple[bool | float, list[str]]:
    """Decide one rule, and name the quirk that it owes a success to.

    Official scripts reward an empty result for an empty result, whatever its columns, and some of
    them take a text without a statement, or a PRAGMA, for a query that finds nothing.
    """
    best: bool | float = 0.0 if rule.grade else False
    quirk: list[str] = []
    for run in runs:
        result = judged[run.texts]
        value, owed = result.equal.get(run.comparison, False), ""
        gold, answer = result.gold, result.prediction
        if rule.official and gold.status is Status.OK and gold.rows == 0:
            if answer.detail in SILENT and rule.silence(run.prediction):
                value, owed = (
                    True,
                    f"{SILENT[answer.detail]} counts as a query that finds nothing, as gold does",
                )
            elif value and len(gold.columns) != len(answer.columns):
                owed = "two empty results are equal, whatever their columns"
        if value and rule.grade:
            value = rule.grade(value, gold, answer)
        if value > best:
            best, quirk = value, [f"quirk: {rule.metric}: {owed}"] if owed else []
    return best, quirk


def _shown(task: _Task, judged: Results, first: str) -> Judged | None:
    """Choose the pair whose rows a reader sees: what the first rule ran, else the texts as they stand.

    One whose database is damaged comes before all.
    """
    ends = ((one, (one.gold, one.prediction)) for one in judged.values())
    broken = next((one for one, both in ends if any(end.status.infra for end in both)), None)
    if broken:
        return broken
    runs = task.runs.get(first) or _plainest(task)
    held = (judged[run.texts] for run in runs if judged[run.texts].equal.get(run.comparison) is True)
    return next(held, judged[runs[0].texts] if runs else None)


def _plainest(task: _Task) -> Sequence[Run]:
    every = [run for runs in task.runs.values() for run in runs]
    sql = task.prediction.sql if task.prediction else None
    return [run for run in every if run.gold in task.example.gold and run.prediction == sql] or every


def _why(gold: Outcome, answer: Outcome, shown: Judged | None, first: str) -> str:
    """Say in words why a prediction is wrong under the first rule."""
    if shown and not shown.failed_on and any(value is True for value in shown.equal.values()):
        return f"right by another rule, wrong by {first}"
    return _reason(gold, answer, shown.failed_on if shown else "")


def _reason(gold: Outcome, answer: Outcome, failed_on: str) -> str:
    """Say in words why a prediction is wrong."""
    if gold.status is not Status.OK:
        return f"the gold query failed: {gold.status} {gold.detail}".strip()
    if answer.status is not Status.OK:
        return f"{answer.status}: {answer.detail}" if answer.detail else str(answer.status)
    if answer.untried:
        return "another query than gold"
    if len(gold.columns) != len(answer.columns):
        return f"{count(len(answer.columns), 'column')} where gold has {len(gold.columns):,}"
    if gold.rows != answer.rows:
        return f"{count(answer.rows, 'row')} where gold has {gold.rows:,}"
    return f"another result on {failed_on}" if failed_on else "other values in the rows"
