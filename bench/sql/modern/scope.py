"""What a name stands for: the tables, derived tables and common table expressions in sight of a SELECT."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bench.sql.modern.tree import COLUMN, STAR, Query, Term
from bench.sql.spider.names import Names


@dataclass(frozen=True, slots=True)
class Source:
    """Something to select from.

    Attributes:
        unit: what stands for it among a query's tables.
        columns: its columns by name, and what they stand for.
    """

    unit: Term
    columns: Mapping[str, Term]


@dataclass(slots=True)
class Scope:
    """The names of one SELECT.

    Attributes:
        sources: by alias, or by name where there is none, in the order of FROM.
        queries: common table expressions by name.
        aliases: what SELECT names, for use in GROUP BY, HAVING and ORDER BY.
        keys: key columns that several sources have, and what stands for them.
        outer: the names of the query around this one.
    """

    outer: Scope | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    queries: dict[str, Source] = field(default_factory=dict)
    aliases: dict[str, Term] = field(default_factory=dict)
    keys: dict[Term, Term] = field(default_factory=dict)

    def column(self, name: str, table: str = "") -> Term | None:
        """Return what a column stands for, the nearest first; ``None`` if nothing here has that name."""
        for scope in self._inside_out():
            found = scope.local(name, table)
            if found is not None:
                return scope.keys.get(found, found)
        return None

    def local(self, name: str, table: str) -> Term | None:
        """Return what a column stands for among the sources of this SELECT."""
        if not table:
            return next((at.columns[name] for at in self.sources.values() if name in at.columns), None)
        source = self.source(table)
        if source is None:
            return None
        unknown = f"{source.unit}.{name}" if isinstance(source.unit, str) else name
        return source.columns.get(name, (COLUMN, unknown))

    def settle(self, names: Names) -> None:
        """Merge the two ends of foreign keys, once all sources are known.

        Ends merge where several sources have them; of one table, two columns that lead to the same
        key are as different as ever.
        """
        if len(self.sources) < 2:
            return
        ends = [
            {column: first for column in source.columns.values() if (first := _key(column, names))}
            for source in self.sources.values()
        ]
        seen = Counter(first for found in ends for first in set(found.values()))
        self.keys = {column: first for found in ends for column, first in found.items() if seen[first] > 1}

    def source(self, name: str) -> Source | None:
        """Return what FROM calls by that name, be it an alias or the name of a table that has one."""
        named = (source for source in self.sources.values() if source.unit == name)
        return self.sources.get(name) or next(named, None)

    def query(self, name: str) -> Source | None:
        """Return the common table expression of that name."""
        return next((scope.queries[name] for scope in self._inside_out() if name in scope.queries), None)

    def _inside_out(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer


def table(name: str, names: Names) -> Source:
    """Return a table of the schema, its or an unknown one, which has no columns."""
    return _tables(names).get(name) or Source(name, {})


def derived(query: Query, outputs: Mapping[str, Term]) -> Source:
    """Return a query as a source: its columns are what they stand for inside, set apart if computed there."""
    return Source(query, {name: _passed(term) for name, term in outputs.items()})


def _passed(term: Term) -> Term:
    plain = term == STAR or (isinstance(term, tuple) and term[0] in (COLUMN, "inner"))
    return term if plain else ("inner", term)


def _key(column: Term, names: Names) -> Term | None:
    """Return the column that stands for the foreign key that ``column`` belongs to."""
    if not isinstance(column, tuple) or column[0] != COLUMN:
        return None
    first = names.keys.get(column[1].partition(".")[0], {}).get(column[1])
    return (COLUMN, first) if first else None


@lru_cache(maxsize=1024)
def _tables(names: Names) -> dict[str, Source]:
    columns: dict[str, dict[str, Term]] = {name: {} for name in names.tables}
    for full in names.ids:
        name, dot, column = full.partition(".")
        if dot and name in columns:
            columns[name][column] = (COLUMN, full)
    return {name: Source(name, found) for name, found in columns.items()}
