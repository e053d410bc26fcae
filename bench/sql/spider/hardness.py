"""Tell how hard a gold query is, on Spider's scale of four."""

from __future__ import annotations

from bench.sql.spider.tree import Condition, Query

LEVELS = ("easy", "medium", "hard", "extra")


def hardness(query: Query) -> str:
    """Return ``easy``, ``medium``, ``hard`` or ``extra``.

    Counts what the official script counts, its slips included: NOT in WHERE and every connective in
    HAVING count as aggregates, aggregates in HAVING do not.

    Raises:
        ValueError: two conditions without AND or OR, where the official script raises as well.
    """
    units = [*query.on[::2], *query.where[::2], *query.having[::2]]
    if any(isinstance(unit, str) for unit in units):
        raise ValueError("conditions without AND or OR between them")
    conditions = [unit for unit in units if isinstance(unit, Condition)]
    parts = _parts(query, conditions)
    nested = _nested(query, conditions)
    others = _others(query)
    if parts <= 1 and others == 0 and nested == 0:
        return "easy"
    if nested == 0 and ((others <= 2 and parts <= 1) or (parts <= 2 and others < 2)):
        return "medium"
    if nested == 0 and ((others > 2 and parts <= 2) or (2 < parts <= 3 and others <= 2)):
        return "hard"
    if parts <= 1 and others == 0 and nested <= 1:
        return "hard"
    return "extra"


def _parts(query: Query, conditions: list[Condition]) -> int:
    clauses = bool(query.where) + bool(query.group) + (query.order is not None) + (query.limit is not None)
    joins = max(0, len(query.tables) - 1)
    links = [*query.on[1::2], *query.where[1::2], *query.having[1::2]]
    return clauses + joins + links.count("or") + sum(unit.op == "like" for unit in conditions)


def _nested(query: Query, conditions: list[Condition]) -> int:
    values = [value for unit in conditions for value in (unit.first, unit.second)]
    return sum(isinstance(value, Query) for value in values) + (query.branch is not None)


def _others(query: Query) -> int:
    return sum(
        (
            _aggregates(query) > 1,
            len(query.select) > 1,
            len(query.where) > 1,
            len(query.group) > 1,
        )
    )


def _aggregates(query: Query) -> int:
    ordered = query.order[1] if query.order is not None else ()
    columns = [*query.group, *(column for unit in ordered for column in unit[1:] if column is not None)]
    negated = [isinstance(unit, str) or unit.negated for unit in (*query.where[::2], *query.having)]
    return (
        sum(aggregate != "none" for aggregate, _ in query.select)
        + sum(column[0] != "none" for column in columns)
        + sum(negated)
    )
