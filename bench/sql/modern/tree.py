"""The normal form of a query: what two queries that match exactly have in common, as hashable values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from itertools import repeat
from typing import NamedTuple, TypeAlias

Term: TypeAlias = Hashable
"""An expression: a nested tuple that begins with its kind, or a :class:`Query`."""

Bag: TypeAlias = frozenset[tuple[Term, int]]
"""Terms in no order, each with how often it occurs."""

COLUMN, LITERAL, AND, OR = "column", "literal", "and", "or"
AGGREGATES = frozenset({"count", "max", "min", "sum", "avg"})
STAR: Term = ("star", "*")
VALUE: Term = ("value",)
"""Stands for whatever literal a condition compares with."""


def bag(terms: Iterable[Term]) -> Bag:
    """Put terms into a bag."""
    return frozenset(Counter(terms).items())


def elements(terms: Bag) -> Iterator[Term]:
    """Yield the terms of a bag, repeated ones as often as they occur."""
    for term, count in terms:
        yield from repeat(term, count)


class Condition(NamedTuple):
    """``left [NOT] op right``, such as ``("column", "t.a") = VALUE``."""

    negated: bool
    op: str
    left: Term
    right: Term


class Junction(NamedTuple):
    """What AND or OR connects: conditions, and junctions of the other kind."""

    connective: str
    parts: Bag


Logic: TypeAlias = Condition | Junction | None
"""What WHERE, HAVING or ON ask."""


def conditions(logic: Term) -> Iterator[Condition]:
    """Yield the conditions that AND and OR connect, repeated ones as often as they occur."""
    if isinstance(logic, Condition):
        yield logic
    elif isinstance(logic, Junction):
        for part in elements(logic.parts):
            yield from conditions(part)


def connectives(logic: Term) -> set[str]:
    """Return which of AND and OR occur."""
    if not isinstance(logic, Junction):
        return set()
    return {logic.connective}.union(*(connectives(part) for part, _ in logic.parts))


class Query(NamedTuple):
    """A query without what its spelling leaves open; two of them match exactly if they are equal.

    Attributes:
        select: what is selected.
        tables: names of tables, queries in their place, and outer joins with their side.
        where, having: conditions, the literals that they compare with set aside.
        group: what is grouped by.
        order: sort keys, each with ``asc`` or ``desc``.
        limit: ``limit`` and ``offset``, where the query has them.
        branches: set operations and the queries they add, from left to right.
    """

    select: Bag = frozenset()
    tables: Bag = frozenset()
    where: Logic = None
    group: Bag = frozenset()
    having: Logic = None
    order: tuple[tuple[Term, str], ...] = ()
    limit: frozenset[str] = frozenset()
    branches: tuple[tuple[str, Query], ...] = ()


EMPTY = Query()
"""What is compared in place of a prediction that cannot be read."""
