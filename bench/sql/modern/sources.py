"""Read FROM: which tables a SELECT reads, and what its joins ask of them beyond joining."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from bench.sql.modern.logic import without_links
from bench.sql.modern.scope import Scope, Source, table
from bench.sql.modern.terms import Terms
from bench.sql.modern.tree import Logic, Term
from bench.sql.spider.names import Names

_INNER = frozenset({"", "INNER", "CROSS", "OUTER"})


class Sources:
    """Collects the sources of one SELECT, and puts their names into its scope.

    Attributes:
        tables: what is read; the table of an outer join stands with its side and further conditions.
        conditions: what inner joins ask beyond joining. It means the same in WHERE, and belongs there.
        loose: whether tables stand side by side without a condition, so that WHERE has to join them.
    """

    def __init__(
        self, terms: Terms, scope: Scope, names: Names, derive: Callable[[exp.Query], Source]
    ) -> None:
        self.tables: list[Term] = []
        self.conditions: list[Logic] = []
        self.loose = False
        self._terms = terms
        self._scope = scope
        self._names = names
        self._derive = derive

    def read(self, tree: exp.Select) -> None:
        """Read FROM and its joins, from left to right."""
        start = tree.args.get("from_")
        if start is not None:
            self.tables += self._item(start.this)
        self.tables += self._joins(tree)
        self._scope.settle(self._names)

    def _joins(self, tree: exp.Expression) -> list[Term]:
        tables: list[Term] = []
        for join in tree.args.get("joins") or ():
            units = self._item(join.this)
            on = join.args.get("on")
            bare = on is None or on.key == "boolean"  # sqlglot reads a missing ON as TRUE
            condition = None if bare else without_links(self._terms.logic(on))
            side = join.side or ("" if join.kind in _INNER else join.kind)
            if side:
                tables.append((side.lower(), *units, condition))
                continue
            tables += units
            self.conditions.append(condition)
            self.loose |= bare and not join.args.get("using") and join.method != "NATURAL"
        return tables

    def _item(self, node: exp.Expression) -> list[Term]:
        """Read one source, or several in brackets."""
        if isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query):
            inner = self._item(node.this)
            return [*inner, *self._joins(node)]
        source = self._source(node)
        self._scope.sources[node.alias_or_name.lower() or f"#{len(self._scope.sources)}"] = source
        return [source.unit, *self._joins(node)]

    def _source(self, node: exp.Expression) -> Source:
        if isinstance(node, exp.Query):
            return self._derive(node)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            name = node.name.lower()
            return self._scope.query(name) or table(name, self._names)
        return Source(self._terms.of(node), {})
