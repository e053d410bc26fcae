"""Runs: which texts each EX rule has run for a gold and a prediction, and how their rows are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from bench.execute import Judged
from bench.execute.compare import tied
from bench.judge.exact import UNREAD, UNREAD_GOLD
from bench.sql import plug, rewrite, spider
from bench.sql.lexemes import orders_result
from bench.sql.ties import ranked
from bench.types import Outcome, Schema, Status

Texts: TypeAlias = tuple[str, str]
"""Gold and prediction as they are run."""

Results: TypeAlias = Mapping[Texts, Judged]

_NO_SUCH_NAME = ("no such column", "no such table", "no such function", "ambiguous column")


class Run(NamedTuple):
    """Two texts to run and the comparison of their rows, by the name the SQL workers know it by."""

    gold: str
    prediction: str
    comparison: str

    @property
    def texts(self) -> Texts:
        """What is run."""
        return self.gold, self.prediction


def as_it_stands(comparison: str, gold: str, prediction: str, _schema: Schema) -> tuple[Run, ...]:
    """Run both texts, and compare in one way."""
    return (Run(gold, prediction, comparison),)


def in_gold_order(comparison: str, gold: str, prediction: str, _schema: Schema) -> list[Run]:
    """Let row order count where gold orders its result, and accept every answer that its ties allow.

    Args:
        comparison: ``strict``, or ``subset``, which lets the prediction have more columns.
        gold: the query.
        prediction: the query.
    """
    return [Run(gold, prediction, name) for name in _by_order_of(gold, comparison)]


@lru_cache(maxsize=8192)
def _by_order_of(gold: str, comparison: str) -> tuple[str, ...]:
    if not orders_result(gold):
        return (f"{comparison}:bag",)
    shown = ranked(gold)
    if not shown:
        return (f"{comparison}:list",)
    free = tied(shown.sql, shown.appended, shown.keys, shown.offset, shown.limit, more=comparison == "subset")
    return f"{comparison}:list", free


def rewritten(gold: str, prediction: str, _schema: Schema, *, keep_distinct: bool = False) -> tuple[Run, ...]:
    """Run what the test-suite's script makes of both texts."""
    return (Run(_rewritten(gold, keep_distinct), _rewritten(prediction, keep_distinct), "test_suite"),)


def _rewritten(sql: str, keep_distinct: bool) -> str:
    return _kept_rewritten(sql, keep_distinct) if len(sql) < _LONG else _rewrite(sql, keep_distinct)


def _rewrite(sql: str, keep_distinct: bool) -> str:
    return rewrite.fix_year(rewrite.prepare(sql, keep_distinct=keep_distinct))


_kept_rewritten = lru_cache(maxsize=8192)(_rewrite)
_LONG = 4096


def plugged(gold: str, prediction: str, results: Results, *, keep_distinct: bool = False) -> Iterator[Run]:
    """Run a wrong prediction with gold's literals in the places of its own, where that can help.

    It cannot where a name is unknown, or where the columns are not as many as gold's: literals change
    neither. Nor can the prediction's own literals.
    """
    label, answer = (rewrite.prepare(text, keep_distinct=keep_distinct) for text in (gold, prediction))
    own = ""
    if plug.is_plain(answer):
        found = results[_rewritten(gold, keep_distinct), _rewritten(prediction, keep_distinct)]
        if _beyond_help(found.gold, found.prediction):
            return
        own = plug.in_one_line(answer)
    for text in plug.fillings(label, answer):
        if text != own:
            yield Run(rewrite.fix_year(label), rewrite.fix_year(text), "test_suite")


def _beyond_help(gold: Outcome, answer: Outcome) -> bool:
    if answer.status is Status.ERROR_SCHEMA:
        return answer.detail.startswith(_NO_SUCH_NAME)
    both = gold.status is answer.status is Status.OK
    return both and gold.rows > 0 and len(gold.columns) != len(answer.columns)


def spiders_own(gold: str, prediction: str, schema: Schema) -> Iterator[Run]:
    """Pair the columns of both results by the columns of the schema that they show.

    Of columns that show the same one, the last stands for all.
    """
    names, others = spider.selected(gold, schema), spider.selected(prediction, schema)
    if names and others and (pairs := _partners(names, others)):
        yield Run(gold, prediction, f"spider:{pairs}")


def unread_by_spider(gold: str, prediction: str, schema: Schema) -> str:
    """Say which of the two :func:`spiders_own` cannot read; nothing if it reads both."""
    for sql, what in ((gold, UNREAD_GOLD), (prediction, UNREAD)):
        if spider.selected(sql, schema) is None:
            return f"the official grammar {what}"
    return ""


@lru_cache(maxsize=8192)
def _partners(names: spider.Selected, others: spider.Selected) -> str:
    """Pair the last columns of each name; none are where the names are not the same."""
    places = {name: at for at, name in enumerate(names)}
    partners = {name: at for at, name in enumerate(others)}
    if places.keys() != partners.keys():
        return ""
    return ",".join([f"{at}-{partners[name]}" for name, at in places.items()])
