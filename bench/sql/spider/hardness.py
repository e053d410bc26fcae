"""Tell how hard a gold query is, on Spider's scale of four."""

from __future__ import annotations

from bench.sql.spider.tree import Query

LEVELS = ("easy", "medium", "hard", "extra")


def hardness(query: Query) -> str:
    """Return ``easy``, ``medium``, ``hard`` or ``extra``.

    Counts what the official script counts, its slips included: NOT in WHERE and every connective in
    HAVING count as aggregates, aggregates in HAVING do not.

    Raises:
        ValueError: two conditions without AND or OR, where the official script raises as well.
    """
    parts, nested = _parts_and_nested(query)
    return level(parts, _others(query), nested)


def level(parts: int, others: int, nested: int) -> str:
    """Decide by the numbers of parts, of things there are several of, and of nested queries."""
    if parts <= 1 and others == 0 and nested == 0:
        return "easy"
    if nested == 0 and ((others <= 2 and parts <= 1) or (parts <= 2 and others < 2)):
        return "medium"
    if nested == 0 and ((others > 2 and parts <= 2) or (2 < parts <= 3 and others <= 2)):
        return "hard"
    if parts <= 1 and others == 0 and nested <= 1:
        return "hard"
    return "extra"


def _parts_and_nested(query: Query) -> tuple[int, int]:
    """Count clauses, joins, OR and LIKE; and queries within this one or behind it."""
    parts = bool(query.where) + bool(query.group) + (query.order is not None) + (query.limit is not None)
    parts += max(0, len(query.tables) - 1)
    nested = int(query.branch is not None)
    for conditions in (query.on, query.where, query.having):
        if not conditions:
            continue
        parts += conditions[1::2].count("or")
        for unit in conditions[::2]:
            if isinstance(unit, str):
                raise ValueError("conditions without AND or OR between them")
            parts += unit.op == "like"
            nested += isinstance(unit.first, Query) + isinstance(unit.second, Query)
    return parts, nested


def _others(query: Query) -> int:
    several = (len(query.select) > 1) + (len(query.where) > 1) + (len(query.group) > 1)
    return (_aggregates(query) > 1) + several


def _aggregates(query: Query) -> int:
    count = sum([aggregate != "none" for aggregate, _ in query.select])
    count += sum([column[0] != "none" for column in query.group])
    if query.order is not None:
        for _, left, right in query.order[1]:
            count += (left[0] != "none") + (right is not None and right[0] != "none")
    for unit in (*query.where[::2], *query.having):
        count += isinstance(unit, str) or unit.negated
    return count
