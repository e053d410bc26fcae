"""Shape: of which one kind the values of each column are, where SQLite holds any kind in any column.

A kind is ``integer``, ``real``, ``blob`` or ``text``; ``date`` or ``timestamp`` where a column is declared so
and every value is one. Values of mixed kinds are text, as SQLite writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import apsw

from adapters.databases.build import quoted
from bench.types import Column, Table

_MOMENTS = {"date": "date", "timestamp": "datetime"}
"""Kind → the function of SQLite that leaves its values as they are."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the values of a table are.

    Attributes:
        table: its description.
        kinds: column → the kind of its values.
        full: columns without NULL.
        required: those of them that are declared so, or part of the primary key.
    """

    table: Table
    kinds: Mapping[str, str]
    full: AbstractSet[str]
    required: AbstractSet[str]


def shape(database: apsw.Connection, table: Table) -> Shape:
    """Look at every value of a table."""
    kinds, full = {}, set()
    for column in table.columns:
        query = f"SELECT DISTINCT typeof({quoted(column.name)}) FROM {quoted(table.name)}"
        found = {str(kind) for (kind,) in database.execute(query)}
        kinds[column.name] = _kind(database, table.name, column, found - {"null"})
        if "null" not in found:
            full.add(column.name)
    query = 'SELECT name FROM pragma_table_info(?) WHERE "notnull" OR pk'
    declared = {str(name) for (name,) in database.execute(query, (table.name,))}
    return Shape(table, kinds, full, full & declared)


def _kind(database: apsw.Connection, table: str, column: Column, found: AbstractSet[str]) -> str:
    """Give the one kind of what was found."""
    if not found:
        return _declared(column.type.upper())
    if found == {"text"}:
        return _moment(database, table, column) or "text"
    if found <= {"integer", "real"}:
        return "real" if "real" in found else "integer"
    return "blob" if found == {"blob"} else "text"


def _declared(type_: str) -> str:
    """Give the kind of a column without values."""
    if "INT" in type_:
        return "integer"
    return "real" if any(part in type_ for part in ("REAL", "FLOA", "DOUB", "NUM", "DEC")) else "text"


def _moment(database: apsw.Connection, table: str, column: Column) -> str:
    """Tell whether a column that says so holds nothing but dates, or dates with times."""
    if not any(part in column.type.upper() for part in ("DATE", "TIME")):
        return ""
    name = quoted(column.name)
    for kind, function in _MOMENTS.items():
        other = f"{name} IS NOT NULL AND {function}({name}) IS NOT {name}"
        if not database.execute(f"SELECT 1 FROM {quoted(table)} WHERE {other} LIMIT 1").fetchall():
            return kind
    return ""
