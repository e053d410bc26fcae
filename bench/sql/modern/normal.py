"""Bring a parsed query into its normal form: names resolved, aliases and CTEs gone, literals set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlglot import exp

from bench.sql.modern.logic import connect, without_links
from bench.sql.modern.scope import Scope, Source, derived
from bench.sql.modern.sources import Sources
from bench.sql.modern.terms import Terms, direction
from bench.sql.modern.tree import AND, STAR, Logic, Query, Term, bag
from bench.sql.spider.names import Names


def normalize(tree: exp.Query, names: Names) -> Query:
    """Return the normal form of a query over the tables of ``names``.

    Raises:
        RecursionError: the query is nested too deeply.
    """
    return _Normalizer(names).query(tree, Scope()).form


class _Read(NamedTuple):
    """A query as it was read.

    Attributes:
        form: its normal form.
        items: what it selects, from left to right.
        outputs: the columns of its result by name, what ``*`` stands for among them.
        scope: the names it is written with.
    """

    form: Query
    items: Sequence[Term]
    outputs: Mapping[str, Term]
    scope: Scope


class _Normalizer:
    __slots__ = ("_names",)

    def __init__(self, names: Names) -> None:
        self._names = names

    def query(self, tree: exp.Query, outer: Scope) -> _Read:
        if tree.args.get("with_"):
            outer = Scope(outer)
            for entry in tree.args["with_"].expressions:
                outer.queries[entry.alias.lower()] = self._common(entry, outer)
        if isinstance(tree, exp.Select):
            read = self._select(tree, outer)
        elif isinstance(tree, exp.SetOperation):
            read = self._set_operation(tree, outer)
        else:
            read = self.query(tree.this, outer)
        return self._ordered(tree, read)

    def _common(self, entry: exp.CTE, outer: Scope) -> Source:
        """Read a common table expression; one that reads from itself sees its columns by number."""
        name, body = entry.alias.lower(), entry.this
        columns = [column.name.lower() for column in entry.args["alias"].columns]
        if isinstance(body, exp.SetOperation) and _reads(body.expression, name):
            named = columns or self.query(body.this, outer).outputs
            numbered: dict[str, Term] = {column: ("recursive", at) for at, column in enumerate(named)}
            outer.queries[name] = Source(("recursive",), numbered)
        read = self.query(body, outer)
        outputs = dict(zip(columns, read.outputs.values(), strict=False)) if columns else read.outputs
        return derived(read.form, outputs)

    def _derived(self, tree: exp.Query, outer: Scope) -> Source:
        read = self.query(tree, outer)
        return derived(read.form, read.outputs)

    def _set_operation(self, tree: exp.SetOperation, outer: Scope) -> _Read:
        """Read set operations from left to right; a chain of them is too long for recursion."""
        later: list[tuple[str, exp.Query]] = []
        first: exp.Query = tree
        while isinstance(first, exp.SetOperation):
            every = first.args.get("distinct") is False
            later.append((f"{first.key} all" if every else first.key, first.expression))
            first = first.this
        read = self.query(first, outer)
        form = read.form
        if form.order or form.limit:
            form = Query(select=bag([STAR]), tables=bag([form]))
        branches = [(op, self.query(branch, outer).form) for op, branch in reversed(later)]
        return read._replace(form=form._replace(branches=(*form.branches, *branches)))

    def _select(self, tree: exp.Select, outer: Scope) -> _Read:
        scope = Scope(outer)
        terms = Terms(scope, self._nested)
        found = Sources(terms, scope, self._names, lambda query: self._derived(query, outer))
        found.read(tree)
        items = [terms.of(item) for item in tree.expressions]
        for item, term in zip(tree.expressions, items, strict=True):
            if item.alias:
                scope.aliases.setdefault(item.alias.lower(), term)
        where = _condition(tree, "where", terms)
        group = tree.args.get("group")
        form = Query(
            select=bag(items),
            tables=bag(found.tables),
            where=connect(AND, [*found.conditions, without_links(where) if found.loose else where]),
            group=bag(_numbered(key, items) or terms.of(key) for key in (group.expressions if group else ())),
            having=_condition(tree, "having", terms),
        )
        return _Read(form, items, _outputs(tree, items, scope), scope)

    def _ordered(self, tree: exp.Query, read: _Read) -> _Read:
        """Add ORDER BY, LIMIT and OFFSET; sort keys name columns of the result before all others."""
        limit = frozenset(word for word in ("limit", "offset") if tree.args.get(word))
        order = tree.args.get("order")
        if order is None and not limit:
            return read
        terms = Terms(read.scope, self._nested)
        keys = tuple(
            (
                _numbered(key.this, read.items) or _named(key.this, read.outputs) or terms.of(key.this),
                direction(key),
            )
            for key in (order.expressions if order else ())
        )
        return read._replace(form=read.form._replace(order=keys, limit=limit))

    def _nested(self, tree: exp.Query, scope: Scope) -> Query:
        return self.query(tree, scope).form


def _condition(tree: exp.Select, clause: str, terms: Terms) -> Logic:
    found = tree.args.get(clause)
    return terms.logic(found.this) if found else None


def _outputs(tree: exp.Select, items: Sequence[Term], scope: Scope) -> dict[str, Term]:
    """Name the columns of a result; of two with one name the first has it."""
    outputs: dict[str, Term] = {}
    for node, item in zip(tree.expressions, items, strict=True):
        if node.is_star and node.key != "count":
            only = scope.sources.get(node.table.lower()) if isinstance(node, exp.Column) else None
            for source in (only,) if only else scope.sources.values():
                outputs = {**source.columns, **outputs}
        else:
            outputs.setdefault(node.alias_or_name.lower() or f"#{len(outputs)}", item)
    return outputs


def _numbered(key: exp.Expression, items: Sequence[Term]) -> Term | None:
    """Return the item that a sort or group key names by its number."""
    if isinstance(key, exp.Literal) and not key.is_string and key.this.isdecimal():
        return items[int(key.this) - 1] if 0 < int(key.this) <= len(items) else None
    return None


def _named(key: exp.Expression, outputs: Mapping[str, Term]) -> Term | None:
    return outputs.get(key.name.lower()) if isinstance(key, exp.Column) and not key.table else None


def _reads(tree: exp.Expression, name: str) -> bool:
    return any(table.name.lower() == name for table in tree.find_all(exp.Table))
