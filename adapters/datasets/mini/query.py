"""A gold query as a value: its canonical text, and its difficulty by Spider's counting rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["easy", "medium", "hard", "extra"]
LEVELS: tuple[Level, ...] = ("easy", "medium", "hard", "extra")


@dataclass(frozen=True, slots=True)
class Condition:
    """``left op right``; ``right`` is the text of a literal, two of them for BETWEEN, or a query."""

    left: str
    op: str
    right: str | Query

    def sql(self) -> str:
        """Write the condition."""
        right = self.right if isinstance(self.right, str) else f"({self.right.sql()})"
        return f"{self.left} {self.op} {right}"


@dataclass(frozen=True, slots=True)
class Query:
    """The part of SQL that the grammar speaks: all of it within Spider's official grammar.

    ``tables`` has more than one name exactly when the query joins; they are then aliased T1, T2, ...
    and ``on[i]`` joins table ``i + 1``. ``where`` is connected by ``joiner`` throughout.
    """

    select: tuple[str, ...]
    tables: tuple[str, ...]
    on: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    joiner: str = "AND"
    group: str = ""
    having: Condition | None = None
    order: str = ""
    descending: bool = False
    limit: int = 0
    distinct: bool = False
    operator: str = ""
    other: Query | None = None

    def sql(self) -> str:
        """Write the query on one line, in the one canonical style of the set."""
        parts = ["SELECT DISTINCT " if self.distinct else "SELECT ", ", ".join(self.select), self._from()]
        if self.where:
            parts.append(" WHERE " + f" {self.joiner} ".join([item.sql() for item in self.where]))
        if self.group:
            parts.append(" GROUP BY " + self.group)
        if self.having:
            parts.append(" HAVING " + self.having.sql())
        if self.order:
            parts.append(f" ORDER BY {self.order}" + (" DESC" if self.descending else ""))
        if self.limit:
            parts.append(f" LIMIT {self.limit}")
        if self.other:
            parts.append(f" {self.operator} {self.other.sql()}")
        return "".join(parts)

    def _from(self) -> str:
        if len(self.tables) == 1:
            return " FROM " + self.tables[0]
        joins = [
            f" JOIN {name} AS T{index} ON {on}"
            for index, (name, on) in enumerate(zip(self.tables[1:], self.on, strict=True), 2)
        ]
        return f" FROM {self.tables[0]} AS T1" + "".join(joins)

    def level(self) -> Level:
        """Count components as Spider's evaluation script does and name the level."""
        first = (
            bool(self.where) + bool(self.group) + bool(self.order) + bool(self.limit) + len(self.tables) - 1
        )
        if self.joiner == "OR" and self.where:
            first += len(self.where) - 1
        first += sum([item.op.endswith("LIKE") for item in self.where])
        nested = sum([not isinstance(item.right, str) for item in self.where])
        if self.having and not isinstance(self.having.right, str):
            nested += 1
        second = nested + bool(self.other)
        aggregates = sum(["(" in item for item in self.select]) + ("(" in self.order)
        aggregates += sum([item.op.startswith("NOT ") for item in self.where])
        others = (aggregates > 1) + (len(self.select) > 1) + (len(self.where) > 1) + ("," in self.group)
        return _level(first, second, others)

    def ordered(self) -> list[Query]:
        """List this query and those nested in it that sort, each as it stands."""
        found = [self] if self.order else []
        inner = [item.right for item in self.where if isinstance(item.right, Query)]
        if self.other:
            inner.append(self.other)
        return found + [query for part in inner for query in part.ordered()]

    def keys(self) -> Query:
        """Return the query that lists the sort keys, up to one row past the cut."""
        return replace(self, select=(self.order,), limit=self.limit and self.limit + 1)


def _level(first: int, second: int, others: int) -> Level:
    if first <= 1 and others == 0 and second == 0:
        return "easy"
    if second == 0 and ((others <= 2 and first <= 1) or (first <= 2 and others < 2)):
        return "medium"
    if (
        (second == 0 and others > 2 and first <= 2)
        or (second == 0 and 2 < first <= 3 and others <= 2)
        or (first <= 1 and others == 0 and second <= 1)
    ):
        return "hard"
    return "extra"
