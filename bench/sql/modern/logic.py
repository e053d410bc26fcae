"""Put conditions into their normal form: sides in one order, literals set aside, AND and OR flat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from bench.sql.modern.tree import (
    AND,
    COLUMN,
    VALUE,
    Condition,
    Junction,
    Logic,
    Query,
    Term,
    bag,
    conditions,
    elements,
)

NULL: Term = ("null",)

_MIRRORED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<=", "is": "is"}


def compare(op: str, left: Term, right: Term, *, negated: bool = False) -> Condition:
    """Compare two terms: what changes stands left, a literal becomes :data:`VALUE`.

    Between two columns ``=`` and ``!=`` know no sides, and ``>`` is written as ``<``.
    """
    if op in _MIRRORED and _swapped(op, left, right):
        op, left, right = _MIRRORED[op], right, left
    return Condition(negated, op, left, masked(right))


def masked(term: Term) -> Term:
    """Put :data:`VALUE` in the place of a literal; NULL stays."""
    return VALUE if term != NULL and constant(term) else term


def truth(term: Term, *, negated: bool = False) -> Condition:
    """Make a condition of a term that is one by itself, such as a flag."""
    return Condition(negated, "is true", term, VALUE)


def connect(connective: str, parts: Iterable[Term]) -> Logic:
    """Connect conditions by AND or OR; parts under the same connective join the others on one level."""
    flat = [leaf for part in parts if part is not None for leaf in _level(connective, part)]
    if len(flat) > 1:
        return Junction(connective, bag(flat))
    return cast("Logic", flat[0]) if flat else None


def without_links(logic: Logic) -> Logic:
    """Leave out what only says how tables join: equalities of two columns, also several under OR."""
    kept = [part for part in _level(AND, logic) if not all(map(_links, conditions(part)))]
    return connect(AND, kept)


def constant(term: Term) -> bool:
    """Tell whether a term is made of literals only."""
    if isinstance(term, Query):
        return False
    if isinstance(term, tuple):
        return term[:1] not in ((COLUMN,), ("star",), ("recursive",)) and all(map(constant, term))
    return all(map(constant, term)) if isinstance(term, frozenset) else True


def _swapped(op: str, left: Term, right: Term) -> bool:
    """Tell whether the sides have to change places."""
    if constant(right) or isinstance(right, Query):
        return False
    if constant(left) or isinstance(left, Query):
        return True
    return op in (">", ">=") or (op in ("=", "!=") and repr(left) > repr(right))


def _level(connective: str, part: Term) -> Iterator[Term]:
    if isinstance(part, Junction) and part.connective == connective:
        yield from elements(part.parts)
    else:
        yield part


def _links(condition: Condition) -> bool:
    sides = (condition.left, condition.right)
    return condition[:2] == (False, "=") and all(
        isinstance(side, tuple) and side[0] == COLUMN for side in sides
    )
