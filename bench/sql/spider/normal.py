"""Set aside what Spider's exact match does not look at: literals, DISTINCT, and which end of a key it is.

The official script goes over the query in two passes that reach different depths, and so does this page:
values fall in queries used as values too, DISTINCT and keys only in the query itself and its set-operation
branches; queries in FROM are left as they were written.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.sql.spider.names import Names
from bench.sql.spider.tree import ColumnUnit, Condition, Conditions, Query, Value, ValueUnit


class MalformedError(Exception):
    """Two conditions without AND or OR between them, such that the official script raises."""


def normalize(query: Query, names: Names) -> Query:
    """Return ``query`` without values and DISTINCT, its key columns replaced by their representative.

    Raises:
        MalformedError: the official script would end in an exception on this query.
    """
    keys: dict[str, str] = {}
    for table in query.tables:
        if isinstance(table, str):
            keys.update(names.keys.get(table, ()))
    return _merged(query, keys)


def _merged(query: Query, keys: Mapping[str, str]) -> Query:
    return Query(
        False,
        tuple([(aggregate, _value_unit(unit, keys)) for aggregate, unit in query.select]),
        query.tables,
        _conditions(query.on, keys),
        _conditions(query.where, keys),
        tuple([_column_unit(unit, keys) for unit in query.group]),
        _conditions(query.having, keys),
        query.order and (query.order[0], tuple([_value_unit(unit, keys) for unit in query.order[1]])),
        query.limit,
        query.set_op,
        None if query.branch is None else _merged(query.branch, keys),
    )


def _conditions(conditions: Conditions, keys: Mapping[str, str] | None) -> Conditions:
    """Drop the values of every second entry, where conditions stand in a well-formed list; merge keys."""
    if not conditions:
        return conditions
    kept = list(conditions)
    for at in range(0, len(kept), 2):
        condition = kept[at]
        if isinstance(condition, str):
            raise MalformedError(f"'{condition}' stands where a condition is expected")
        negated, op, left, first, second = condition
        left = left if keys is None else _value_unit(left, keys)
        kept[at] = Condition(negated, op, left, _inner(first), _inner(second))
    return tuple(kept)


def _inner(value: Value) -> Value:
    return _without_values(value) if isinstance(value, Query) else None


def _without_values(query: Query) -> Query:
    """Drop the values of a query that is a value itself, and leave DISTINCT and keys as they are."""
    return query._replace(
        on=_conditions(query.on, None),
        where=_conditions(query.where, None),
        having=_conditions(query.having, None),
        branch=None if query.branch is None else _without_values(query.branch),
    )


def _value_unit(unit: ValueUnit, keys: Mapping[str, str]) -> ValueUnit:
    op, left, right = unit
    return op, _column_unit(left, keys), None if right is None else _column_unit(right, keys)


def _column_unit(unit: ColumnUnit, keys: Mapping[str, str]) -> ColumnUnit:
    aggregate, column, distinct = unit
    return (aggregate, keys.get(column, column), False) if distinct or column in keys else unit
