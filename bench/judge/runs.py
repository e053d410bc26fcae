"""Runs: which texts each EX rule has run for a gold and a prediction, and how their rows are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.execute.compare import tied
from bench.sql import rewrite, spider
from bench.sql.lexemes import orders_result
from bench.sql.plug import fillings
from bench.sql.ties import ranked
from bench.types import Schema


@dataclass(frozen=True, slots=True)
class Run:
    """Two texts to run and the comparison of their rows, by the name the SQL workers know it by."""

    gold: str
    prediction: str
    comparison: str


def as_it_stands(comparison: str, gold: str, prediction: str, _schema: Schema) -> tuple[Run, ...]:
    """Run both texts, and compare in one way."""
    return (Run(gold, prediction, comparison),)


def in_gold_order(comparison: str, gold: str, prediction: str, _schema: Schema) -> Iterator[Run]:
    """Let row order count where gold orders its result, and accept every answer that its ties allow.

    Args:
        comparison: ``strict``, or ``subset``, which lets the prediction have more columns.
        gold: the query.
        prediction: the query.
    """
    if not orders_result(gold):
        yield Run(gold, prediction, f"{comparison}:bag")
        return
    yield Run(gold, prediction, f"{comparison}:list")
    shown = ranked(gold)
    if shown:
        free = tied(
            shown.sql, shown.appended, shown.keys, shown.offset, shown.limit, more=comparison == "subset"
        )
        yield Run(gold, prediction, free)


def rewritten(gold: str, prediction: str, _schema: Schema, *, keep_distinct: bool = False) -> tuple[Run]:
    """Run what the test-suite's script makes of both texts."""
    label, answer = (rewrite.prepare(text, keep_distinct=keep_distinct) for text in (gold, prediction))
    return (_by_year(label, answer),)


def plugged(gold: str, prediction: str, _schema: Schema) -> Iterator[Run]:
    """Run the prediction with gold's literals in the places of its own."""
    label, answer = rewrite.prepare(gold), rewrite.prepare(prediction)
    for text in fillings(label, answer):
        yield _by_year(label, text)


def _by_year(gold: str, prediction: str) -> Run:
    return Run(rewrite.fix_year(gold), rewrite.fix_year(prediction), "test_suite")


def spiders_own(gold: str, prediction: str, schema: Schema) -> Iterator[Run]:
    """Pair the columns of both results by the columns of the schema that they show.

    Of columns that show the same one, the last stands for all.
    """
    names, others = spider.selected(gold, schema), spider.selected(prediction, schema)
    if not names or not others or set(names) != set(others):
        return
    places = {name: at for at, name in enumerate(names)}
    partners = {name: at for at, name in enumerate(others)}
    pairs = ",".join([f"{at}-{partners[name]}" for name, at in places.items()])
    yield Run(gold, prediction, f"spider:{pairs}")
