"""Rules: the named ways in which two queries, or their results, count as the same.

An EX rule says which text of each query is run and how the two results are compared; an EM rule
compares the queries themselves. A metric is named ``ex.<rule>`` or ``em.<rule>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.errors import ConfigError, near
from bench.sql import rewrite
from bench.sql.spider import Variant


def _as_it_stands(sql: str) -> str:
    return sql


def _never(_gold: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ExRule:
    """One way to decide whether two results are equal.

    Attributes:
        name: what follows ``ex.`` in a metric's name.
        comparison: the comparison of rows that the SQL workers know by this name.
        rewrite: what is done to both texts before they are run.
        ordered: whether row order matters, told from the gold text.
        source: whose rule it is.
    """

    name: str
    comparison: str
    source: str
    rewrite: Callable[[str], str] = _as_it_stands
    ordered: Callable[[str], bool] = _never


EX_RULES = {
    rule.name: rule
    for rule in (
        ExRule(
            "test-suite",
            "test_suite",
            "test-suite-sql-eval, its defaults: DISTINCT removed, columns in any order",
            rewrite.prepare,
            rewrite.orders,
        ),
        ExRule("bird", "bird", "BIRD: the sets of rows are equal, columns in their order"),
    )
}

EM_RULES: dict[str, Variant] = {"spider": "spider", "test-suite": "test-suite"}
"""Name of an EM rule → the variant of Spider's exact set match that it is."""


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
    known = [*(f"ex.{name}" for name in EX_RULES), *(f"em.{name}" for name in EM_RULES)]
    found: dict[str, None] = {}
    for rule in wanted:
        hits = [name for name in known if rule in (name, name.partition(".")[2])]
        if not hits:
            raise ConfigError(f"unknown rule '{rule}'", where=where, todo=near(rule, known))
        found |= dict.fromkeys(hits)
    return tuple(found)
