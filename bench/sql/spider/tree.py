"""The parts of a parsed query, as nested tuples: cheap to build, compare and hash."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

ColumnUnit: TypeAlias = tuple[str, str, bool | None]
"""(aggregate or ``none``, column id, whether DISTINCT; ``None`` where that was set aside)."""

ValueUnit: TypeAlias = tuple[str, ColumnUnit, ColumnUnit | None]
"""(operator or ``none``, left column, right column)."""


Selected: TypeAlias = tuple[ColumnUnit | ValueUnit, ...]
"""Columns of a result, named by what they show of the schema."""


class Condition(NamedTuple):
    """``left [NOT] op first [AND second]``; a value is a literal, a column or a query."""

    negated: bool
    op: str
    left: ValueUnit
    first: Value
    second: Value


Conditions: TypeAlias = tuple[Condition | str, ...]
"""Conditions and the ``and``/``or`` between them, alternating unless the text was malformed."""


class Query(NamedTuple):
    """A parsed query. ``on`` holds the join conditions of all of FROM."""

    distinct: bool | None
    select: tuple[tuple[str, ValueUnit], ...]
    tables: tuple[str | Query, ...]
    on: Conditions
    where: Conditions
    group: tuple[ColumnUnit, ...]
    having: Conditions
    order: tuple[str, tuple[ValueUnit, ...]] | None
    limit: int | None
    set_op: str | None
    branch: Query | None


Value: TypeAlias = str | float | ColumnUnit | Query | None

EMPTY = Query(False, (), (), (), (), (), (), None, None, None, None)
"""What the official script scores in place of a prediction that it cannot read."""


class Unparsed(NamedTuple):
    """A text outside the grammar, and why."""

    reason: str
