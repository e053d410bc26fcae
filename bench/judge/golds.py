"""Golds: hold each gold query against itself, and find those that no prediction can be held against.

A gold is found wanting if it does not run, finds nothing, is refused by a rule or outside its grammar,
or is one of several right answers: its LIMIT cuts through rows of equal rank, it leaves such rows in any
order, or it gives other rows when tables are read backwards (a LIMIT without an order, a column neither
grouped nor aggregated, a sum of floats).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench.execute import Executor, Policy
from bench.execute.compare import bag
from bench.execute.item import Query
from bench.execute.ties import parts
from bench.judge.exact import UNREAD_GOLD
from bench.judge.judge import judge
from bench.sql.lexemes import orders_result
from bench.sql.ties import Ranked, ranked
from bench.types import Dataset, Example, Outcome, Prediction, Status, Verdict

ROWS = 1000
"""Golds with more rows than these are not run a second time."""

MISSING = "missing"
"""The kind of finding that is the environment's, not the gold's."""

UNREAD = "unread"
"""The kind that is a rule's: the gold itself may be sound."""

REFUSED = "refused"
"""The kind of gold that a rule reads, and that is not right under it."""

OF_RULES = (REFUSED, UNREAD)
"""Kinds whose detail names rules."""

KINDS = {
    MISSING: "cannot be run, for its database cannot",
    "fails": "does not run",
    "empty": "finds nothing, so an empty answer is right",
    REFUSED: "is not right under a rule",
    "cut": "has a LIMIT that keeps some of several rows of equal rank",
    "ties": "orders its rows, but leaves some of equal rank in any order",
    "scan": "gives other rows when tables are read backwards",
    "time": "asks for the time or for random numbers; both stand still here",
    UNREAD: "is outside the grammar of a rule, under which no answer is right; the official script stops",
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
    golds = tuple(
        [
            replace(example, gold=(gold,))
            for example in dataset.examples
            if example.answerable
            for gold in example.gold
        ]
    )
    ranks = [ranked(example.gold[0]) if orders_result(example.gold[0]) else None for example in golds]
    queries = [Query(dataset.databases[example.db_id], example.gold[0]) for example in golds]
    keyed = [
        Query(query.database, rank.sql if rank else query.sql)
        for query, rank in zip(queries, ranks, strict=True)
    ]
    wide = replace(policy, preview_rows=ROWS)
    with Executor(policy, workers=workers) as executor:
        verdicts = list(_verdicts(dataset, golds, metrics, executor))
    with Executor(wide, workers=workers) as executor:
        forwards = list(executor.run_all(queries))
        whole = list(executor.run_all(keyed))
    with Executor(replace(wide, backwards=True), workers=workers) as executor:
        backwards = list(executor.run_all(queries))
    return tuple(
        Finding(kind, example.id, example.db_id, example.gold[0], detail)
        for example, verdict, rank, first, every, second in zip(
            golds, verdicts, ranks, forwards, whole, backwards, strict=True
        )
        for kind, detail in (
            *_failings(verdict, first),
            *_freedoms(example.gold[0], rank, first, every, second),
        )
    )


def _verdicts(
    dataset: Dataset, golds: Sequence[Example], metrics: Sequence[str], executor: Executor
) -> Iterator[Verdict]:
    """Judge each gold as the answer to itself, under ids that tell the golds of one example apart."""
    asked = [replace(example, id=str(number)) for number, example in enumerate(golds)]
    said = [Prediction(example.id, example.gold[0], example.gold[0]) for example in asked]
    return judge(replace(dataset, examples=tuple(asked)), said, metrics, executor)


def _failings(verdict: Verdict, outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Say whether a gold runs, finds something and satisfies every rule."""
    failed = verdict.gold if outcome.status is Status.OK else outcome  # perhaps on a further database
    if failed.status is not Status.OK:
        yield MISSING if failed.status.infra else "fails", f"{failed.status}: {failed.detail}"
        return
    wrong = [metric for metric, value in verdict.metrics.items() if value != 1]
    unread = [note.partition(":")[0] for note in verdict.notes if UNREAD_GOLD in note]
    for kind, metrics in ((UNREAD, unread), (REFUSED, [one for one in wrong if one not in unread])):
        if metrics:
            yield kind, ", ".join(metrics)
    if not outcome.rows:
        yield "empty", ""


def _freedoms(
    gold: str, rank: Ranked | None, outcome: Outcome, whole: Outcome, backwards: Outcome
) -> Iterator[tuple[str, str]]:
    """Say in what a gold is one of several right answers."""
    if outcome.status is not Status.OK or outcome.rows > ROWS:
        return
    if _TIMED.search(gold):
        yield "time", ""
    if backwards.status is not Status.OK or not bag(outcome.preview, backwards.preview, in_order=False):
        yield "scan", ""
    if rank is None or whole.status is not Status.OK:
        return
    width = len(outcome.columns)
    keys = [tuple([row[at] for at in rank.keys]) for row in whole.preview]
    shown = [row[:width] for row in whole.preview]
    open_parts = [part for part in parts(shown, keys, rank.offset, rank.limit) if len(set(part[0])) > 1]
    if any(kept < len(rows) for rows, kept in open_parts):
        yield "cut", ""
    elif open_parts:
        yield "ties", ""
