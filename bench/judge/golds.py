"""Golds: hold each gold query against itself, and find those that no prediction can be held against.

A gold is found wanting if it does not run, finds nothing, is refused by a rule, or gives other rows
when tables are read in another order. The last happens where a LIMIT cuts through rows of equal
rank, where a column is neither grouped nor aggregated, and where floats are summed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench.execute import Executor, Policy
from bench.execute.compare import bag
from bench.execute.item import Query
from bench.judge.judge import judge
from bench.sql.lexemes import orders_result
from bench.types import Dataset, Example, Outcome, Prediction, Status, Verdict

ROWS = 1000
"""Golds with more rows than these are not run a second time."""

FAILS, EMPTY, REFUSED, UNSTABLE, UNORDERED, TIMED = (
    "fails",
    "empty",
    "refused",
    "nondeterministic",
    "ties",
    "time",
)

KINDS = {
    FAILS: "does not run",
    EMPTY: "finds nothing, so an empty answer is right",
    REFUSED: "is not right under a rule",
    UNSTABLE: "gives other rows when tables are read backwards",
    UNORDERED: "orders its rows, but leaves some of equal rank in any order",
    TIMED: "asks for the time or for random numbers; both are fixed here",
}
"""Kind of finding → what it says of a gold."""

_TIMED = re.compile(r"'now'|\bcurrent_(?:date|time|timestamp)\b|\brandom(?:blob)?\s*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with one gold query."""

    kind: str
    example_id: str
    db_id: str
    gold: str
    detail: str = ""


def check(
    dataset: Dataset, metrics: Sequence[str], policy: Policy, *, workers: int | None = None
) -> tuple[Finding, ...]:
    """Check every gold query of a data set under every metric.

    Args:
        dataset: the questions and databases; of several golds each is checked.
        metrics: the rules that gold has to satisfy as its own prediction.
        policy: the limits of execution.
        workers: how many processes run SQL.
    """
    golds = tuple([replace(example, gold=(gold,)) for example in dataset.examples for gold in example.gold])
    wide = replace(policy, preview_rows=ROWS)
    queries = [Query(dataset.databases[example.db_id], example.gold[0]) for example in golds]
    with Executor(policy, workers=workers) as executor:
        verdicts = list(_verdicts(dataset, golds, metrics, executor))
    with Executor(wide, workers=workers) as executor:
        forwards = list(executor.run_all(queries))
    with Executor(replace(wide, backwards=True), workers=workers) as executor:
        backwards = list(executor.run_all(queries))
    return tuple(
        finding
        for example, verdict, first, second in zip(golds, verdicts, forwards, backwards, strict=True)
        for finding in _findings(example, verdict, first, second)
    )


def _verdicts(
    dataset: Dataset, golds: Sequence[Example], metrics: Sequence[str], executor: Executor
) -> Iterator[Verdict]:
    """Judge each gold as the answer to itself, under ids that tell the golds of one example apart."""
    asked = [replace(example, id=str(number)) for number, example in enumerate(golds)]
    said = [Prediction(example.id, example.gold[0], example.gold[0]) for example in asked]
    return judge(replace(dataset, examples=tuple(asked)), said, metrics, executor)


def _findings(example: Example, verdict: Verdict, first: Outcome, second: Outcome) -> Iterator[Finding]:
    gold = example.gold[0]

    def found(kind: str, detail: str = "") -> Finding:
        return Finding(kind, example.id, example.db_id, gold, detail)

    if first.status is not Status.OK:
        yield found(FAILS, f"{first.status}: {first.detail}")
        return
    refused = [metric for metric, value in verdict.metrics.items() if value != 1]
    if refused:
        yield found(REFUSED, ", ".join(refused))
    if not first.rows:
        yield found(EMPTY)
    if _TIMED.search(gold):
        yield found(TIMED)
    if first.rows <= ROWS:
        if second.status is not Status.OK or not bag(first.preview, second.preview, in_order=False):
            yield found(UNSTABLE)
        elif orders_result(gold) and first.preview != second.preview:
            yield found(UNORDERED)
