"""PostgreSQL: servers as an engine to run queries on, to read and to copy a data set into."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import psycopg
from psycopg import errors, sql

from adapters.databases.build import Filling, Key, quoted
from adapters.databases.keys import add, unique_first
from adapters.databases.port import read
from adapters.databases.postgres_account import powers
from adapters.databases.postgres_connection import ADMIN, Link, connect
from adapters.databases.values import row
from bench.errors import BenchError, ConfigError, DataError
from bench.execute.engines import Program
from bench.execute.harden import FURTHER

BLOCK = 10_000
TYPES = {
    "integer": "bigint",
    "real": "double precision",
    "text": "text",
    "name": "text",
    "blob": "bytea",
    "date": "date",
    "timestamp": "timestamp",
}
"""Kind of a column → its type here."""

_TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""
_ENDS = "SELECT has_function_privilege('pg_terminate_backend(integer, bigint)', 'EXECUTE')"


class Postgres:
    """PostgreSQL, as the entry point ``bench.databases:postgres``."""

    dialect = "postgres"
    folds = True
    home = "postgresql://localhost/{db_id}"
    program = Program(
        "adapters.databases.postgres_connection:Connection",
        calls=tuple(FURTHER),
        files=("/",),
        environment=("HOME", "PGPASSFILE", "PGPASSWORD", "PGSSLMODE", "PGSSLROOTCERT", ADMIN),
    )
    limits: ClassVar[Mapping[str, bool]] = {
        "rows and bytes of a result": True,
        "random numbers": True,
        "rows that tie": True,
        "temporary files, where the server sets temp_file_limit": True,
        "UUIDs and other chance": False,
        "the clock": False,
        "ids of sessions": False,
        "time of a query": False,
        "memory": False,
    }

    def place(self, address: str) -> str:
        """Return the address itself."""
        return address

    def examine(self, address: str, *, allow_unsafe: bool) -> str:
        """Give the version of a server that can be asked safely; empty where the database is not there.

        Raises:
            BenchError: it cannot be reached or refuses the account, or nobody could end a query.
            ConfigError: the account can write.
        """
        try:
            with _open(address) as link:
                found = powers(link)
                version = link.execute("SHOW server_version").fetchone()
                admin = os.environ.get(ADMIN)
                if not admin and link.execute(_ENDS).fetchone() != (True,):
                    what, todo = "the account may not end its own sessions", f"set {ADMIN} to one that may"
                    raise BenchError(what, where=address, todo=todo)
        except DataError:
            return ""
        if found and not allow_unsafe:
            cures = "; ".join(power.cure for power in found)
            raise ConfigError(
                f"the account {found[0].what}, and should only read",
                where=address,
                todo=f"{cures}; or take --allow-unsafe where nothing can be lost",
            )
        return f"postgresql {str(version[0] if version else '').split()[0]}"

    def tables(self, address: str) -> Iterator[Filling]:
        """Read every table; one outside of ``public`` is called after its schema too."""
        with _open(address) as link, link.transaction():
            for found in link.execute(_TABLES).fetchall():
                schema, name = map(str, found)
                cursor = link.cursor("table_to_be_read")
                cursor.itersize = BLOCK
                cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, name)))
                columns = [(column.name, _kind(column.type_code)) for column in cursor.description or ()]
                yield Filling(name if schema == "public" else f"{schema}_{name}", columns, map(row, cursor))
                cursor.close()

    def fill(self, address: str, source: Path, reader: str) -> tuple[Key, ...]:
        """Copy a SQLite database, in place of what is there; gives its keys.

        Args:
            address: of the database, for an account that may make it.
            source: the SQLite database.
            reader: the role that may read it.
        """
        _create(address, reader)
        role = sql.Identifier(reader)
        with _open(address) as link:
            with link.transaction():
                keys = _load(link, read(source, folds=self.folds))
                link.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
                link.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role))
            link.execute(
                "VACUUM (FREEZE, ANALYZE)"
            )  # which the server would else do later, and then plan anew
        return keys


def _create(address: str, reader: str) -> None:
    """Make a database in place of what is there, that one role may connect to."""
    parts = urlsplit(address)
    database, role = sql.Identifier(parts.path.lstrip("/")), sql.Identifier(reader)
    with _open(parts._replace(path="/postgres").geturl()) as link:
        if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (reader,)).fetchone():
            todo = f"CREATE ROLE {reader} LOGIN PASSWORD '…'"
            raise ConfigError(f"there is no role '{reader}'", where=address, todo=todo)
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(database))
        link.execute(sql.SQL("CREATE DATABASE {}").format(database))
        link.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        link.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))


def _load(link: Link, tables: Iterable[Filling]) -> tuple[Key, ...]:
    """Make tables, fill them, and add their keys."""

    def execute(statement: str) -> None:
        with link.transaction():  # of which nothing is left where it fails
            link.execute(statement.encode())

    keys: list[Key] = []
    for table in tables:
        link.execute(table.ddl(TYPES, quoted).encode())
        with link.cursor().copy(f"COPY {quoted(table.name)} FROM STDIN".encode()) as copy:
            for values in table.rows:
                copy.write_row(values)
        keys += table.keys
    return tuple(add(unique_first(keys), execute, quoted, psycopg.Error))


@contextmanager
def _open(address: str) -> Iterator[Link]:
    """Open a session for the bench's own questions.

    Raises:
        DataError: there is no such database.
        BenchError: the server cannot be reached, or refuses the account.
    """
    try:
        with connect(address) as link:
            yield link
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        if re.search('database ".*" does not exist', said):
            raise DataError("there is no such database", where=address) from error
        if isinstance(error, psycopg.OperationalError) and not isinstance(error, errors.AdminShutdown):
            what, todo = _trouble(said)
            raise BenchError(f"{what} ({said})", where=address, todo=todo) from error
        raise BenchError(f"the server refuses ({said})", where=address) from error


def _trouble(said: str) -> tuple[str, str]:
    """Say why there is no connection, and what to do about it."""
    return next(((what, todo) for words, what, todo in _TROUBLES if re.search(words, said)), _UNREACHED)


_REFUSED = "the server refuses the account"
_UNREACHED = ("the server cannot be reached", "start it, or correct the address")
_TROUBLES = (
    ("permission denied for database", _REFUSED, "GRANT CONNECT ON DATABASE … to it"),
    ('role ".*" does not exist', _REFUSED, "CREATE ROLE … LOGIN, or correct the name in the address"),
    ("not permitted to log in", _REFUSED, "ALTER ROLE … LOGIN"),
    ("no pg_hba.conf entry", _REFUSED, "let it in from this host, in the server's pg_hba.conf"),
    ("too many|remaining connection slots", "the server takes no more connections", "take fewer workers"),
    ("authentication|password|role", _REFUSED, "put the password into ~/.pgpass or PGPASSWORD"),
)
"""Words of the server, what they mean and what to do."""


def _kind(code: int) -> str:
    """Give the type of SQLite that comes nearest to one of PostgreSQL."""
    name = getattr(psycopg.adapters.types.get(code), "name", "")
    if name in ("int2", "int4", "int8", "bool", "oid"):
        return "INTEGER"
    if name == "bytea":
        return "BLOB"
    return "REAL" if name in ("float4", "float8", "numeric") else "TEXT"
