"""Rules: the named ways in which two queries, or their results, count as the same.

An EX rule says which texts are run and how their results are compared; an EM rule compares the
queries themselves. A metric is named ``ex.<rule>`` or ``em.<rule>``; ``soft-f1``, ``ves`` and
``r-ves`` are EX rules whose verdict is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from bench.errors import ConfigError, near
from bench.judge import runs
from bench.judge.efficiency import by_steps, r_ves, ves
from bench.judge.exact import EM_RULES
from bench.judge.runs import Results, Run
from bench.types import Outcome, Schema


def _nowhere(_text: str) -> bool:
    return False


def _anywhere(_text: str) -> bool:
    return True


def _in_comments(text: str) -> bool:
    """Tell whether there is something to read: the test-suite's script ends in an error on nothing."""
    return bool(text.strip())


@dataclass(frozen=True, slots=True)
class ExRule:
    """One way to decide whether two results are equal.

    Attributes:
        metric: the name of its metric.
        source: whose rule it is, in a few words.
        runs: (gold, prediction, schema) → what to run; the prediction is right if one of the runs
            says so. Nothing to run means wrong.
        further: (gold, prediction, results) → what is run where none of ``runs`` says so, knowing what
            they found.
        official: whether it reproduces a published script, quirks included.
        version: raised by hand when a verdict changes.
        silence: which predictions without a query count as one with an empty result.
        grade: what a success is worth, from what its comparison found and the outcomes of gold and
            prediction; without it a verdict is right or wrong.
        unread: (gold, prediction, schema) → what its reader cannot read, if it has one.
        everywhere: whether it has to hold on every database of the question, where there are several.
        steady: whether it gives the same verdict every time.
    """

    metric: str
    source: str
    runs: Callable[[str, str, Schema], Iterable[Run]]
    further: Callable[[str, str, Results], Iterable[Run]] | None = None
    official: bool = False
    version: int = 1
    silence: Callable[[str], bool] = _nowhere
    grade: Callable[[float, Outcome, Outcome], float] | None = None
    unread: Callable[[str, str, Schema], str] | None = None
    everywhere: bool = False
    steady: bool = True


_TEST_SUITE = (
    ExRule(
        "ex.test-suite",
        "test-suite-sql-eval (arXiv 2010.02840), its defaults: DISTINCT removed, columns in any order",
        runs.rewritten,
        official=True,
        silence=_in_comments,
        everywhere=True,
    ),
    ExRule(
        "ex.test-suite-distinct",
        "test-suite-sql-eval with DISTINCT kept",
        partial(runs.rewritten, keep_distinct=True),
        official=True,
        silence=_in_comments,
        everywhere=True,
    ),
    ExRule(
        "ex.test-suite-plug",
        "test-suite-sql-eval with gold's literals plugged into the prediction",
        runs.rewritten,
        runs.plugged,
        official=True,
        silence=_in_comments,
        everywhere=True,
    ),
    ExRule(
        "ex.test-suite-plug-distinct",
        "test-suite-sql-eval with gold's literals plugged in and DISTINCT kept",
        partial(runs.rewritten, keep_distinct=True),
        partial(runs.plugged, keep_distinct=True),
        official=True,
        silence=_in_comments,
        everywhere=True,
    ),
)

_ONE_DATABASE = (
    ExRule(
        "ex.spider",
        "Spider's own script of 2018: the lists of values of each column, paired by schema column",
        runs.spiders_own,
        official=True,
        unread=runs.unread_by_spider,
    ),
    ExRule(
        "ex.bird",
        "BIRD (arXiv 2305.03111): the sets of rows are equal, columns in their order",
        partial(runs.as_it_stands, "bird"),
        official=True,
        silence=_anywhere,
    ),
    ExRule("ex.bag", "the multisets of rows, columns in their order", partial(runs.as_it_stands, "bag")),
    ExRule("ex.ordered", "the lists of rows, columns in their order", partial(runs.as_it_stands, "ordered")),
)

_FREE = (
    ExRule(
        "ex.strict",
        "multisets, in gold's order where it has one, ties free; any order of columns; floats to 1e-9",
        partial(runs.in_gold_order, "strict"),
        everywhere=True,
        version=2,
    ),
    ExRule(
        "ex.subset",
        "as strict, but further columns are accepted, after Spider 2.0 and Defog",
        partial(runs.in_gold_order, "subset"),
        everywhere=True,
        version=2,
    ),
    ExRule(
        "ex.spider2",
        "after Spider 2.0's script (arXiv 2411.07763): gold's columns among others, numbers within 0.01",
        partial(runs.as_it_stands, "spider2"),
        official=True,
    ),
)

_GRADED = (
    ExRule(
        "soft-f1",
        "BIRD mini-dev's soft F1: cells found again, row by row",
        partial(runs.as_it_stands, "soft_f1"),
        official=True,
        silence=_anywhere,
        grade=lambda found, _gold, _prediction: float(found),
    ),
    ExRule(
        "ves.steps",
        "BIRD's valid efficiency score by operations of SQLite's virtual machine",
        partial(runs.as_it_stands, "bird"),
        official=True,
        silence=_anywhere,
        grade=lambda _found, gold, prediction: ves(by_steps(gold, prediction)),
    ),
    ExRule(
        "r-ves.steps",
        "BIRD mini-dev's reward-based efficiency score by operations of SQLite's virtual machine",
        partial(runs.as_it_stands, "bird"),
        official=True,
        silence=_anywhere,
        grade=lambda _found, gold, prediction: r_ves(by_steps(gold, prediction)),
    ),
    ExRule(
        "ves.time",
        "BIRD's valid efficiency score by time, to the first row, as published",
        partial(runs.as_it_stands, "timed:first"),
        official=True,
        silence=_anywhere,
        grade=lambda found, _gold, _prediction: ves(found),
        steady=False,
    ),
    ExRule(
        "r-ves.time",
        "BIRD mini-dev's reward-based efficiency score by time, to the last row, as published",
        partial(runs.as_it_stands, "timed:last"),
        official=True,
        silence=_anywhere,
        grade=lambda found, _gold, _prediction: r_ves(found),
        steady=False,
    ),
)

EX_RULES = {rule.metric: rule for rule in (*_TEST_SUITE, *_ONE_DATABASE, *_FREE, *_GRADED)}
"""Metric → its rule."""

STEADY = (*(metric for metric, rule in EX_RULES.items() if rule.steady), *EM_RULES)
"""Metrics that give the same verdict every time; the others are taken only when asked for by name."""


def metrics(rules: Iterable[str], defaults: Iterable[str], *, where: str = "") -> tuple[str, ...]:
    """Turn the rules asked for into names of metrics, the headline first.

    Args:
        rules: ``ex.bird``, ``em.spider``, or a bare name, which stands for every rule of that name
            whose verdicts are the same every time: ``ves`` is ``ves.steps``.
        defaults: the EX rules of the data set, taken with exact match when nothing is asked for.
        where: what to name in the error.

    Raises:
        ConfigError: a rule that is not known.
    """
    wanted = tuple(rules) or (*(f"ex.{name}" for name in defaults), "em.spider")
    found: dict[str, None] = {}
    for rule in wanted:
        exact = [rule] if rule in EX_RULES or rule in EM_RULES else []
        hits = exact or [metric for metric in STEADY if rule == _bare(metric)]
        if not hits:
            known = [*EX_RULES, *EM_RULES]
            raise ConfigError(f"unknown rule '{rule}'", where=where, todo=near(rule, known))
        found |= dict.fromkeys(hits)
    return tuple(found)


def _bare(metric: str) -> str:
    """Give the short name of a metric: ``bird`` for ``ex.bird``, ``ves`` for ``ves.steps``."""
    kind, _, name = metric.partition(".")
    return name if kind in ("ex", "em") else kind


def versioned(names: Iterable[str]) -> tuple[str, ...]:
    """Name each metric with the version of its rule, for keys: another version gives other verdicts.

    >>> versioned(["ex.bird", "ex.strict"])
    ('ex.bird', 'ex.strict@2')
    """
    versions = {rule.metric: rule.version for rule in EX_RULES.values()}
    versions |= {rule.metric: rule.version for rule in EM_RULES.values()}
    return tuple([name if versions[name] == 1 else f"{name}@{versions[name]}" for name in names])
