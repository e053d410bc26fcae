"""SQLite: what a database file holds, and which content it is; read-only, quoting-safe."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, cast

import apsw

from bench.errors import DataError
from bench.types import Column, ForeignKey, Row, Scalar, Schema, Table

_HEADER = b"SQLite format 3\0"
_POINTER = b"version https://git-lfs"


class Sqlite:
    """Reads schemas and rows off SQLite files, as the entry point ``bench.databases:sqlite``."""

    limits: ClassVar[Mapping[str, bool]] = {
        "operations of a query": True,
        "rows and bytes of a result": True,
        "random numbers": True,
        "rows that tie": True,
        "the clock": True,
        "memory": False,
    }
    """What a verdict hangs on → whether it comes out the same on every run."""

    _hashes: ClassVar[dict[tuple[str, int, int, int], str]] = {}

    def introspect(self, path: Path, db_id: str) -> Schema:
        """Read tables, columns, primary and foreign keys, in the order of the file.

        Views and SQLite's own tables are left out. A foreign key that names no column of the other
        table refers to its primary key; one that refers to a table that is not there is left out.

        Raises:
            DataError: the file is missing, is not a SQLite database, or is damaged.
        """
        with reading(path) as database:
            query = (
                "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            )
            names = [str(name) for (name,) in database.execute(query)]
            tables = tuple(_table(database, name) for name in names)
            keys = tuple(key for name in names for key in _foreign_keys(database, name, tables))
        return Schema(db_id, tables, keys)

    def head(self, path: Path, table: str, columns: Sequence[str], limit: int) -> list[Row]:
        """Return the first rows of a table in its own order; invalid text is repaired.

        Raises:
            DataError: the file is missing, is not a SQLite database, is damaged, or lacks a column.
        """
        # No index may give the order, and text comes as bytes, for not all of it is UTF-8.
        shown = ", ".join(f"typeof({_quoted(name)}), {_bytes(name)}" for name in columns)
        query = f"SELECT {shown} FROM {_quoted(table)} NOT INDEXED LIMIT ?"
        with reading(path) as database:
            return [_row(row) for row in database.execute(query, (limit,))]

    def texts(self, path: Path, table: str, column: str, limit: int, longest: int) -> list[str]:
        """Return the first different texts of a column in the order of its table.

        Raises:
            DataError: the file is missing, is not a SQLite database, is damaged, or lacks the column.
        """
        name = _quoted(column)
        query = (
            f"SELECT DISTINCT {_bytes(column)} FROM {_quoted(table)} NOT INDEXED "
            f"WHERE typeof({name}) = 'text' AND length({name}) BETWEEN 1 AND ? LIMIT ?"
        )
        with reading(path) as database:
            return [_text(value) for (value,) in database.execute(query, (longest, limit))]

    def content_hash(self, path: Path) -> str:
        """Return the sha256 of the file's bytes; an unchanged file is read once per process.

        Raises:
            DataError: the file is missing, or is not a SQLite database.
        """
        _check(path)
        stat = path.stat()
        key = str(path.resolve()), stat.st_size, stat.st_mtime_ns, stat.st_ino
        if key not in self._hashes:
            with path.open("rb") as file:
                self._hashes[key] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._hashes[key]


@contextmanager
def reading(path: Path) -> Iterator[apsw.Connection]:
    """Open a database to read it once.

    Raises:
        DataError: the file is missing, is not a SQLite database, or turns out to be damaged.
    """
    _check(path)
    database = apsw.Connection(
        f"file:{_escape(str(path.resolve()))}?mode=ro&immutable=1",
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
    )
    try:
        yield database
    except (apsw.Error, UnicodeDecodeError) as error:
        raise DataError(
            f"the database is damaged ({error})", where=str(path), todo="fetch the file again"
        ) from error
    finally:
        database.close()


def _bytes(name: str) -> str:
    own = _quoted(name)
    return f"CASE typeof({own}) WHEN 'text' THEN CAST({own} AS BLOB) ELSE {own} END"


def _row(pairs: tuple[object, ...]) -> Row:
    """Put together a row of kinds and values."""
    return tuple(
        _text(value) if kind == "text" else cast("Scalar", value)
        for kind, value in zip(pairs[::2], pairs[1::2], strict=True)
    )


def _text(value: object) -> str:
    return cast("bytes", value).decode("utf-8", "replace")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _check(path: Path) -> None:
    """Refuse what cannot be a database, and an empty file, which SQLite would take for one."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_POINTER))
    except FileNotFoundError:
        raise DataError("the database is not there", where=str(path), todo="check the data folder") from None
    except OSError as error:
        raise DataError(f"the database cannot be read ({error.strerror})", where=str(path)) from None
    if head.startswith(_POINTER):
        raise DataError(
            "this is a Git LFS pointer, not the database",
            where=str(path),
            todo="run 'git lfs pull' in its checkout",
        )
    if not head:
        raise DataError("the database is an empty file", where=str(path), todo="fetch the file again")
    if not head.startswith(_HEADER):
        raise DataError("this is not a SQLite database", where=str(path), todo="fetch the file again")


def _table(database: apsw.Connection, name: str) -> Table:
    query = "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid"
    rows = [
        (str(column), str(kind), int(str(rank))) for column, kind, rank in database.execute(query, (name,))
    ]
    ranked = sorted((rank, column) for column, _, rank in rows if rank)
    columns = tuple(Column(column, kind) for column, kind, _ in rows)
    return Table(name, columns, tuple(column for _, column in ranked))


def _foreign_keys(database: apsw.Connection, name: str, tables: tuple[Table, ...]) -> list[ForeignKey]:
    """List the keys of one table in the order of their declaration, under the real names."""
    known = {table.name.lower(): table for table in tables}
    own = known[name.lower()]
    query = 'SELECT "from", "table", "to", seq FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq'
    keys = []
    for column, other, target, position in database.execute(query, (name,)):
        table = known.get(str(other).lower())
        if table is None:
            continue
        wanted = target if target is not None else _at(table.primary_key, int(str(position)))
        to = _column(table, str(wanted))
        if wanted is not None and to:
            keys.append(ForeignKey(name, _column(own, str(column)) or str(column), table.name, to))
    return keys


def _at(names: tuple[str, ...], position: int) -> str | None:
    return names[position] if position < len(names) else None


def _column(table: Table, name: str) -> str | None:
    return next((column.name for column in table.columns if column.name.lower() == name.lower()), None)


def _escape(path: str) -> str:
    """Keep what has a meaning in a URI out of the path."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
