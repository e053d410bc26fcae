"""Spider's official exact set match and hardness, from their own small grammar.

What the official parser cannot read scores as the official script scores it, and the reason is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bench.sql.rewrite import patch_value
from bench.sql.spider.form import Form, form_of
from bench.sql.spider.grammar import Variant
from bench.sql.spider.hardness import LEVELS
from bench.sql.spider.hardness import hardness as _hardness
from bench.sql.spider.match import CLAUSES, Partial, UncomparableError, clauses, compare
from bench.sql.spider.names import names_of
from bench.sql.spider.tree import EMPTY, Query, Selected, Unparsed
from bench.types import Schema

__all__ = [
    "CLAUSES",
    "LEVELS",
    "Match",
    "Partial",
    "Query",
    "Selected",
    "Unparsed",
    "Variant",
    "exact_match",
    "hardness",
    "parse",
    "selected",
]


@dataclass(frozen=True, slots=True)
class Match:
    """How a prediction compares with gold, clause by clause.

    Attributes:
        exact: whether all clauses and the tables agree.
        partial: the ten clause scores by name, in the official order; empty after a crash.
        unparsed: why the prediction is outside the grammar, or empty. It then scores as an empty query.
        gold_unparsed: why gold is outside the grammar, or empty. The official run stops there.
        crash: why the official script ends in an exception on this pair, or empty.
    """

    exact: bool
    partial: Mapping[str, Partial] = field(default_factory=dict)
    unparsed: str = ""
    gold_unparsed: str = ""
    crash: str = ""


_NOTHING = clauses(EMPTY)


def parse(sql: str, schema: Schema, variant: Variant = "spider") -> Query | Unparsed:
    """Parse ``sql`` by the official grammar; never raises, whatever the text."""
    return form_of(sql, names_of(schema), variant).query


def hardness(query: Query | Unparsed) -> str:
    """Return one of ``LEVELS``, or an empty string where the official script has no answer."""
    if isinstance(query, Unparsed):
        return ""
    try:
        return _hardness(query)
    except ValueError:
        return ""


def exact_match(
    gold: str, pred: str, schema: Schema, variant: Variant = "spider", *, patch: bool = True
) -> Match:
    """Compare ``pred`` with ``gold`` by Spider's exact set match; never raises, whatever the texts.

    ``schema`` lists tables, columns and foreign keys in the order of the data set's ``tables.json``:
    the order decides which column stands for a group of keys. The ``test-suite`` variant first
    replaces the letters ``value`` by ``1`` in the prediction (not in gold), as its script does,
    unless ``patch`` is off. Cutting a line at its first TAB is left to whoever reads the file.
    """
    names = names_of(schema)
    if variant == "test-suite" and patch:
        pred = patch_value(pred)
    return _compared(form_of(gold, names, variant), form_of(pred, names, variant))


@lru_cache(maxsize=64)
def _compared(gold: Form, pred: Form) -> Match:
    """Compare two texts; both variants mostly find the same forms of them, one after the other."""
    label, other = gold.clauses, pred.clauses
    if isinstance(label, Unparsed):
        return Match(False, gold_unparsed=label.reason)
    unparsed = other.reason if isinstance(other, Unparsed) else ""
    if isinstance(other, Unparsed):
        other = _NOTHING
    if isinstance(label, str) or isinstance(other, str):
        return Match(False, unparsed=unparsed, crash=label if isinstance(label, str) else str(other))
    try:
        exact, partials = compare(label, other)
    except UncomparableError as crash:
        return Match(False, unparsed=unparsed, crash=str(crash))
    return Match(exact, dict(zip(CLAUSES, partials, strict=True)), unparsed)


def selected(sql: str, schema: Schema) -> Selected | None:
    """Name the columns of a query's result as the original execution check does, from left to right.

    A name is a column unit, or an operator with two of them; an aggregate around it is not part of
    it. ``None`` where the official grammar cannot read the query.
    """
    return form_of(sql, names_of(schema), "spider").selected
