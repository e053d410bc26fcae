"""Set aside what Spider's exact match does not look at: literals, DISTINCT, and which end of a key it is.

The official script goes over the query in two passes that reach different depths, and so does this page:
values fall in queries used as values too, DISTINCT and keys only in the query itself and its set-operation
branches; queries in FROM are left as they were written.
"""

from __future__ import annotations

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
    return _Merge(keys).query(without_values(query))


def without_values(query: Query) -> Query:
    """Return ``query`` with every literal and column on the right of a comparison replaced by ``None``."""
    return Query(
        query.distinct,
        query.select,
        query.tables,
        _valueless(query.on),
        _valueless(query.where),
        query.group,
        _valueless(query.having),
        query.order,
        query.limit,
        query.set_op,
        None if query.branch is None else without_values(query.branch),
    )


def _valueless(conditions: Conditions) -> Conditions:
    """Drop the values of every second entry, where conditions stand in a well-formed list."""
    if not conditions:
        return conditions
    kept = list(conditions)
    for at in range(0, len(kept), 2):
        condition = kept[at]
        if isinstance(condition, str):
            raise MalformedError(f"'{condition}' stands where a condition is expected")
        negated, op, left, first, second = condition
        kept[at] = Condition(negated, op, left, _valueless_query(first), _valueless_query(second))
    return tuple(kept)


def _valueless_query(value: Value) -> Value:
    return without_values(value) if isinstance(value, Query) else None


class _Merge:
    """Replaces columns by ``keys`` and drops DISTINCT flags."""

    __slots__ = ("_keys",)

    def __init__(self, keys: dict[str, str]) -> None:
        self._keys = keys

    def query(self, query: Query) -> Query:
        value = self._value_unit
        return Query(
            None,
            tuple([(aggregate, value(unit)) for aggregate, unit in query.select]),
            query.tables,
            self._conditions(query.on),
            self._conditions(query.where),
            tuple([self._column_unit(unit) for unit in query.group]),
            self._conditions(query.having),
            query.order and (query.order[0], tuple([value(unit) for unit in query.order[1]])),
            query.limit,
            query.set_op,
            None if query.branch is None else self.query(query.branch),
        )

    def _conditions(self, conditions: Conditions) -> Conditions:
        if not conditions:
            return conditions
        kept = list(conditions)
        for at in range(0, len(kept), 2):
            condition = kept[at]
            if isinstance(condition, Condition):
                negated, op, left, first, second = condition
                kept[at] = Condition(negated, op, self._value_unit(left), first, second)
        return tuple(kept)

    def _value_unit(self, unit: ValueUnit) -> ValueUnit:
        op, left, right = unit
        return op, self._column_unit(left), None if right is None else self._column_unit(right)

    def _column_unit(self, unit: ColumnUnit) -> ColumnUnit:
        aggregate, column, _ = unit
        return aggregate, self._keys.get(column, column), None
