"""Port: a SQLite database as tables that other engines can hold, each column of one kind.

SQLite keeps values of any kind in any column. Here a column has the kind of all its values: ``integer``,
``real``, ``blob``, ``text``, and ``date`` or ``timestamp`` where it is declared so and every value is one.
Values of mixed kinds become text, as SQLite writes them. Primary keys are kept where they hold; foreign keys,
which the databases of benchmarks often break, are left to the description of the schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw

from adapters.databases.build import Filling, quoted
from adapters.databases.sqlite import Sqlite
from bench.types import Column, Row, Scalar, Table

LONGEST_NAME = 255
"""Characters of text that a primary key may have."""

_MOMENTS = {"date": "date", "timestamp": "datetime"}
"""Kind → the function of SQLite that leaves its values as they are."""


def read(path: Path, *, folds: bool) -> Iterator[Filling]:
    """Read every table.

    Args:
        path: the database.
        folds: whether names are written small, for engines that take them so without quotes.

    Raises:
        DataError: the file is missing or damaged.
    """
    schema = Sqlite().introspect(path, path.stem)
    database = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        for table in schema.tables:
            kinds = {column.name: _kind(database, table.name, column) for column in table.columns}
            keys = _key(database, table, kinds)
            named = kinds | {name: "name" for name in keys if kinds[name] == "text"}
            written = str.lower if folds else str
            yield Filling(
                written(table.name),
                [(written(name), kind) for name, kind in named.items()],
                _rows(database, table.name, kinds),
                [written(name) for name in keys],
            )
    finally:
        database.close()


def _kind(database: apsw.Connection, table: str, column: Column) -> str:
    """Find the one kind that all values of a column are of."""
    name = quoted(column.name)
    query = f"SELECT DISTINCT typeof({name}) FROM {quoted(table)} WHERE {name} IS NOT NULL"
    found = {str(kind) for (kind,) in database.execute(query)}
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


def _key(database: apsw.Connection, table: Table, kinds: dict[str, str]) -> tuple[str, ...]:
    """Give the primary key if its values are there and short enough."""
    for name in table.primary_key:
        own = quoted(name)
        long = f"OR length({own}) > {LONGEST_NAME}" if kinds[name] == "text" else ""
        query = f"SELECT 1 FROM {quoted(table.name)} WHERE {own} IS NULL {long} LIMIT 1"
        if kinds[name] == "blob" or database.execute(query).fetchall():
            return ()
    return table.primary_key


def _rows(database: apsw.Connection, table: str, kinds: dict[str, str]) -> Iterator[Row]:
    """Read rows; text comes as bytes, for not all of it is UTF-8."""
    shown = ", ".join(
        f"CAST({quoted(name)} AS REAL)"
        if kind == "real"
        else quoted(name)
        if kind == "integer"
        else f"CAST(CAST({quoted(name)} AS {'BLOB' if kind == 'blob' else 'TEXT'}) AS BLOB)"
        for name, kind in kinds.items()
    )
    whole = list(kinds.values())
    for row in database.execute(f"SELECT {shown} FROM {quoted(table)}"):
        yield tuple([_value(value, kind) for value, kind in zip(row, whole, strict=True)])


def _value(value: object, kind: str) -> Scalar:
    if isinstance(value, bytes) and kind != "blob":
        return value.decode("utf-8", "ignore").replace("\0", "")  # which no other engine keeps in a text
    return value  # type: ignore[return-value] # as SQLite has it
