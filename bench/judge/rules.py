"""Rules: the named ways in which two queries, or their results, count as the same.

An EX rule says which texts are run and how their results are compared; an EM rule compares the
queries themselves. A metric is named ``ex.<rule>``, ``em.<rule>``, or ``soft-f1``, the one rule
whose verdict is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from bench.errors import ConfigError, near
from bench.execute.compare import tied
from bench.judge.exact import EM_RULES
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


def _nowhere(_text: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ExRule:
    """One way to decide whether two results are equal.

    Attributes:
        metric: the name of its metric.
        source: whose rule it is, in a few words.
        runs: (gold, prediction, schema) → what to run; the prediction is right if one of the runs
            says so. Nothing to run means wrong.
        official: whether it reproduces a published script, quirks included.
        version: raised by hand when a verdict changes.
        silence: which predictions without a statement count as one with an empty result.
        graded: whether the verdict is a number from 0 to 1.
    """

    metric: str
    source: str
    runs: Callable[[str, str, Schema], Iterable[Run]]
    official: bool = False
    version: int = 1
    silence: Callable[[str], bool] = _nowhere
    graded: bool = False


def _as_it_stands(comparison: str, gold: str, prediction: str, _schema: Schema) -> tuple[Run, ...]:
    return (Run(gold, prediction, comparison),)


def _in_gold_order(comparison: str, gold: str, prediction: str, _schema: Schema) -> tuple[Run, ...]:
    """Let row order count where gold orders its result."""
    return (Run(gold, prediction, f"{comparison}:{'list' if orders_result(gold) else 'bag'}"),)


def _strict(gold: str, prediction: str, schema: Schema) -> Iterator[Run]:
    """Compare with gold as it stands, and with every other order that its ties allow."""
    yield from _in_gold_order("strict", gold, prediction, schema)
    shown = ranked(gold) if orders_result(gold) else None
    if shown:
        yield Run(shown.sql, prediction, tied(shown.appended, shown.keys, shown.offset, shown.limit))


def _subset(gold: str, prediction: str, schema: Schema) -> Iterator[Run]:
    """Accept what strict accepts, and more columns."""
    yield from _strict(gold, prediction, schema)
    yield from _in_gold_order("subset", gold, prediction, schema)


def _test_suite(
    gold: str, prediction: str, _schema: Schema, *, keep_distinct: bool = False, plug: bool = False
) -> Iterator[Run]:
    gold, prediction = (rewrite.prepare(text, keep_distinct=keep_distinct) for text in (gold, prediction))
    label = rewrite.fix_year(gold)
    yield Run(label, rewrite.fix_year(prediction), "test_suite")
    for text in fillings(gold, prediction) if plug else ():
        yield Run(label, rewrite.fix_year(text), "test_suite")


def _spider(gold: str, prediction: str, schema: Schema) -> Iterator[Run]:
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


def _anywhere(_text: str) -> bool:
    return True


def _in_comments(text: str) -> bool:
    """Tell whether there is something to read: the test-suite's script ends in an error on nothing."""
    return bool(text.strip())


EX_RULES = {
    rule.metric: rule
    for rule in (
        ExRule(
            "ex.test-suite",
            "test-suite-sql-eval (arXiv 2010.02840), its defaults: DISTINCT removed, columns in any order",
            _test_suite,
            official=True,
            silence=_in_comments,
        ),
        ExRule(
            "ex.test-suite-distinct",
            "test-suite-sql-eval with DISTINCT kept",
            partial(_test_suite, keep_distinct=True),
            official=True,
            silence=_in_comments,
        ),
        ExRule(
            "ex.test-suite-plug",
            "test-suite-sql-eval with gold's literals plugged into the prediction",
            partial(_test_suite, plug=True),
            official=True,
            silence=_in_comments,
        ),
        ExRule(
            "ex.spider",
            "Spider's own script of 2018: the lists of values of each column, paired by schema column",
            _spider,
            official=True,
        ),
        ExRule(
            "ex.bird",
            "BIRD (arXiv 2305.03111): the sets of rows are equal, columns in their order",
            partial(_as_it_stands, "bird"),
            official=True,
            silence=_anywhere,
        ),
        ExRule("ex.bag", "the multisets of rows, columns in their order", partial(_as_it_stands, "bag")),
        ExRule("ex.ordered", "the lists of rows, columns in their order", partial(_as_it_stands, "ordered")),
        ExRule(
            "ex.strict",
            "multisets, in gold's order where it has one, ties free; any order of columns; floats to 1e-9",
            _strict,
        ),
        ExRule(
            "ex.subset",
            "as strict, but further columns are accepted, after Spider 2.0 and Defog",
            _subset,
        ),
        ExRule(
            "soft-f1",
            "BIRD mini-dev's soft F1: cells found again, row by row",
            partial(_as_it_stands, "soft_f1"),
            official=True,
            silence=_anywhere,
            graded=True,
        ),
    )
}
"""Metric → its rule."""


def metrics(rules: Iterable[str], defaults: Iterable[str], *, where: str = "") -> tuple[str, ...]:
    """Turn the rules asked for into names of metrics, the headline first.

    Args:
        rules: ``ex.bird``, ``em.spider``, or a bare name, which stands for every rule of that name.
        defaults: the EX rules of the data set, taken with exact match when nothing is asked for.
        where: what to name in the error.

    Raises:
        ConfigError: a rule that is not known.
    """
    wanted = tuple(rules) or (*(f"ex.{name}" for name in defaults), "em.spider")
    known = [*EX_RULES, *EM_RULES]
    found: dict[str, None] = {}
    for rule in wanted:
        hits = [name for name in known if rule in (name, name.partition(".")[2])]
        if not hits:
            raise ConfigError(f"unknown rule '{rule}'", where=where, todo=near(rule, known))
        found |= dict.fromkeys(hits)
    return tuple(found)
