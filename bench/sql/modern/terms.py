"""Turn expressions into terms, with the names of one SELECT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

from sqlglot import exp

from bench.sql.modern.logic import compare, connect, constant, masked, truth
from bench.sql.modern.scope import Scope
from bench.sql.modern.tree import (
    AGGREGATES,
    AND,
    COLUMN,
    LITERAL,
    OR,
    STAR,
    VALUE,
    Condition,
    Logic,
    Query,
    Term,
    bag,
)

Nested: TypeAlias = Callable[[exp.Query, Scope], Query]
"""Brings a query within an expression into its normal form."""

_COMPARISONS = {
    "eq": "=",
    "neq": "!=",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "is": "is",
    "nullsafeeq": "is",
    "nullsafeneq": "is",
    "like": "like",
    "ilike": "like",
    "glob": "glob",
    "regexplike": "regexp",
    "match": "match",
}
_CONDITIONS = frozenset({*_COMPARISONS, "and", "or", "not", "in", "between", "exists", "escape"})
_WRAPPERS = frozenset({"paren", "alias", "escape"})


class Terms:
    """Reads the expressions of one SELECT."""

    __slots__ = ("_nested", "_scope")

    def __init__(self, scope: Scope, nested: Nested) -> None:
        self._scope = scope
        self._nested = nested

    def of(self, node: exp.Expression) -> Term:
        """Return the term of an expression."""
        key = node.key
        if key == "column":
            return self._column(cast("exp.Column", node))
        if key == "literal":
            return LITERAL, repr(node.this) if node.is_string else node.this.lower()
        if key == "star":
            return STAR
        if key in _CONDITIONS:
            return self.logic(node)
        if key in _WRAPPERS:
            return self.of(node.this)
        if key in AGGREGATES and not node.expressions:
            return key, self._counted(node.this)
        if isinstance(node, exp.Query):
            return self._nested(node, self._scope)
        if key == "identifier":
            return node.name.lower()
        if key == "ordered":
            return self.of(node.this), direction(node)
        return key, *((name, self._argument(value)) for name, value in node.args.items() if value)

    def logic(self, node: exp.Expression) -> Logic:
        """Return the normal form of a condition."""
        while node.key in _WRAPPERS:
            node = node.this
        key = node.key
        if key in (AND, OR):
            return connect(key, [self.logic(part) for part in _chain(node)])
        if key == "not":
            inner = self.logic(node.this)
            if isinstance(inner, Condition):
                return inner._replace(negated=not inner.negated)
            return truth(inner, negated=True)
        negated = bool(node.args.get("negate")) or key == "nullsafeneq"
        if key in _COMPARISONS:
            op = _COMPARISONS[key]
            return compare(op, self.of(node.this), self.of(node.expression), negated=negated)
        if key == "in":
            return Condition(negated, "in", self.of(node.this), self._members(node))
        if key == "between":
            low, high = (masked(self.of(node.args[end])) for end in ("low", "high"))
            return Condition(negated, "between", self.of(node.this), (low, high))
        if key == "exists":
            return Condition(negated, "exists", VALUE, self.of(node.this))
        return truth(self.of(node))

    def _column(self, node: exp.Column) -> Term:
        name, table = node.name.lower(), node.table.lower()
        if isinstance(node.this, exp.Star):
            source = self._scope.sources.get(table)
            only = len(self._scope.sources) == 1
            return STAR if only or source is None else ("star", source.unit)
        found = self._scope.column(name, table)
        if found is not None:
            return found
        if table:
            return COLUMN, f"{table}.{name}"
        if name in self._scope.aliases:
            return self._scope.aliases[name]
        # SQLite, too, takes a quoted name that nothing has for a text.
        return (LITERAL, repr(node.name)) if node.this.quoted else (COLUMN, name)

    def _counted(self, node: exp.Expression) -> Term:
        """Return what an aggregate is taken over: DISTINCT aside, and a literal counts rows as ``*`` does."""
        if node.key == "distinct" and len(node.expressions) == 1:
            return self._counted(node.expressions[0])
        term = self.of(node)
        return STAR if constant(term) else term

    def _members(self, node: exp.Expression) -> Term:
        query = node.args.get("query") or node.args.get("field")
        if query is not None:
            return self.of(query)
        members = [self.of(member) for member in node.expressions]
        return VALUE if all(map(constant, members)) else bag(members)

    def _argument(self, value: object) -> Term:
        if isinstance(value, exp.Expression):
            return self.of(value)
        if isinstance(value, list):
            return tuple([self._argument(part) for part in value])
        return str(value).lower()


def direction(node: exp.Expression) -> str:
    """Return ``asc`` or ``desc``, and where NULLs go if not to their usual end."""
    descends = bool(node.args.get("desc"))
    unusual = bool(node.args.get("nulls_first")) == descends
    return f"{'desc' if descends else 'asc'}{' nulls moved' if unusual else ''}"


def _chain(node: exp.Expression) -> Sequence[exp.Expression]:
    """Return what a chain of one connective connects; chains are too long for recursion."""
    parts: list[exp.Expression] = []
    pending = [node]
    while pending:
        part = pending.pop()
        if part.key == node.key:
            pending += [part.args["expression"], part.this]
        else:
            parts.append(part)
    return parts
