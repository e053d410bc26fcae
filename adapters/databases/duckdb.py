"""DuckDB: files of it as an engine to run queries on, to read and to copy a data set into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import ClassVar

import duckdb

from adapters.databases.build import Filling, Key, quoted
from adapters.databases.keys import add
from adapters.databases.port import read
from adapters.databases.values import row
from bench.errors import BenchError, DataError
from bench.execute.engines import Program

BLOCK = 10_000
_BASE_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' ORDER BY 1"
TYPES = {
    "integer": "BIGINT",
    "real": "DOUBLE",
    "text": "VARCHAR",
    "name": "VARCHAR",
    "blob": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
"""Kind of a column → its type here."""


class DuckDb:
    """DuckDB, as the entry point ``bench.databases:duckdb``; an address is ``duckdb:`` and a path."""

    dialect = "duckdb"
    folds = False
    home = "duckdb:{db_id}.duckdb"
    program = Program(
        "adapters.databases.duckdb_connection:Connection",
        calls=("setitimer",),
        files=("/proc/self/cgroup", "/sys/fs/cgroup"),
    )
    limits: ClassVar[Mapping[str, bool]] = {
        "rows and bytes of a result": True,
        "random numbers": True,
        "UUIDs and other chance": True,
        "rows that tie": True,
        "the clock": True,
        "ids of sessions": True,
        "time of a query": False,
        "memory": False,
    }

    def place(self, address: str) -> str:
        """Return the path of the file.

        >>> DuckDb().place("duckdb:///data/x.duckdb")
        '/data/x.duckdb'
        """
        return str(Path(address.removeprefix("duckdb:").removeprefix("//")).resolve())

    def examine(self, address: str, *, allow_unsafe: bool) -> str:  # noqa: ARG002 - files are opened to be read
        """Give the version; whether the file is there, its worker will say."""
        return f"duckdb {duckdb.__version__}"

    def tables(self, address: str) -> Iterator[Filling]:
        """Read every table.

        Raises:
            DataError: the file is no DuckDB database, or of another version.
        """
        path = self.place(address)
        try:
            with duckdb.connect(path, read_only=True) as database:
                for (name,) in database.execute(_BASE_TABLES).fetchall():
                    shown = database.execute(f"SELECT * FROM {quoted(name)}")
                    columns = [(column[0], _kind(str(column[1]))) for column in shown.description or []]
                    rows = (values for block in iter(partial(shown.fetchmany, BLOCK), []) for values in block)
                    yield Filling(name, columns, map(row, rows))
        except duckdb.Error as error:
            raise DataError(f"cannot be read ({str(error).splitlines()[0]})", where=path) from error

    def fill(self, address: str, source: Path, reader: str) -> tuple[Key, ...]:  # noqa: ARG002 - no accounts here
        """Copy a SQLite database, in place of what is there; gives its keys.

        DuckDB takes a foreign key with its table alone, and of each row what it references first.

        Raises:
            BenchError: the file cannot be written.
            DataError: the source is damaged.
        """
        path = Path(self.place(address))
        unfinished = path.with_name(f"{path.name}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.unlink(missing_ok=True)
            with duckdb.connect(str(unfinished)) as database:
                keys = _load(database, read(source, folds=self.folds))
            unfinished.replace(path)
        except (OSError, duckdb.Error) as error:
            raise BenchError(f"cannot be made ({str(error).splitlines()[0]})", where=str(path)) from error
        return keys


def _load(database: duckdb.DuckDBPyConnection, tables: Iterable[Filling]) -> tuple[Key, ...]:
    """Make tables with the foreign keys that are possible then, fill them, and add the other keys."""
    keys: list[Key] = []
    for table in tables:
        there = {(key.table, key.columns) for key in keys if not key.left}
        unique = [key for key in table.keys if not key.to]
        foreign = [_possible(key, there) for key in table.keys if key.to]
        database.execute(table.ddl(TYPES, quoted, [key for key in foreign if not key.left]))
        _insert(database, table)
        keys += [*add(unique, database.execute, quoted, duckdb.Error), *foreign]
    return tuple(keys)


def _possible(key: Key, there: AbstractSet[tuple[str, tuple[str, ...]]]) -> Key:
    """Leave a foreign key out if what it references is not yet there."""
    if key.left or (key.to, key.to_columns) in there:
        return key
    return replace(key, left="what it references is not there before it, as DuckDB wants")


def _insert(database: duckdb.DuckDBPyConnection, table: Filling) -> None:
    import pandas as pd

    rows = iter(table.rows)
    names = [name for name, _ in table.columns]
    while block := list(islice(rows, BLOCK)):
        database.append(table.name, pd.DataFrame(block, columns=names, dtype=object))


def _kind(name: str) -> str:
    """Give the type of SQLite that comes nearest to one of DuckDB."""
    upper = name.upper()
    if "INT" in upper or upper in ("BOOLEAN", "BOOL"):
        return "INTEGER"
    if upper == "BLOB":
        return "BLOB"
    return "REAL" if upper.startswith(("DOUBLE", "FLOAT", "DECIMAL")) else "TEXT"
