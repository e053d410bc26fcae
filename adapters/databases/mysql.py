"""MySQL and MariaDB: servers as an engine to run queries on, to read and to copy a data set into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pymysql
from pymysql.connections import Connection as Client
from pymysql.constants import CR, ER, FIELD_TYPE
from pymysql.cursors import Cursor, SSCursor

from adapters.databases.build import Filling, Key
from adapters.databases.keys import add, unique_first
from adapters.databases.mysql_account import revocations
from adapters.databases.mysql_connection import ADMIN, PASSWORD, connect, version
from adapters.databases.port import read
from adapters.databases.values import row
from bench.errors import BenchError, ConfigError, DataError
from bench.execute.engines import Program
from bench.execute.harden import FURTHER

BLOCK = 1000
MOST = 5
"""Statements that an error names at most."""

TYPES = {
    "integer": "BIGINT",
    "real": "DOUBLE",
    "text": "LONGTEXT",
    "name": "VARCHAR(255)",
    "blob": "LONGBLOB",
    "date": "DATE",
    "timestamp": "DATETIME(6)",
}
"""Kind of a column → its type here."""

_INDEXES = """
SELECT DISTINCT table_name, index_name FROM information_schema.statistics
WHERE table_schema = database() AND non_unique
"""
_INTEGERS = {
    FIELD_TYPE.TINY,
    FIELD_TYPE.SHORT,
    FIELD_TYPE.INT24,
    FIELD_TYPE.LONG,
    FIELD_TYPE.LONGLONG,
    FIELD_TYPE.YEAR,
}
_REALS = {FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE, FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL}


class MySql:
    """MySQL and MariaDB, as the entry point ``bench.databases:mysql``."""

    dialect = "mysql"
    folds = True
    home = "mysql://localhost/{db_id}"
    program = Program(
        "adapters.databases.mysql_connection:Connection",
        calls=tuple(FURTHER),
        files=("/",),
        environment=("HOME", PASSWORD, ADMIN),
    )
    limits: ClassVar[Mapping[str, bool]] = {
        "rows and bytes of a result": True,
        "random numbers": True,
        "rows that tie, on MariaDB": True,
        "UUIDs and other chance": False,
        "the clock": True,
        "the clock of SYSDATE()": False,
        "ids of sessions": False,
        "time of a query": False,
        "memory": False,
        "temporary files": False,
    }

    def place(self, address: str) -> str:
        """Return the address itself."""
        return address

    def examine(self, address: str, *, allow_unsafe: bool) -> str:
        """Give the version of a server that can be asked safely; empty where the database is not there.

        Raises:
            BenchError: it cannot be reached or refuses the account.
            ConfigError: the account can write.
        """
        try:
            with _open(address) as link, link.cursor() as cursor:
                cures = revocations(cursor)
                said = version(link)
        except DataError:
            return ""
        if cures and not allow_unsafe:
            raise ConfigError(
                "the account has more than SELECT",
                where=address,
                todo=f"{'; '.join(cures[:MOST])}; or take --allow-unsafe where nothing can be lost",
            )
        number = said.removeprefix("5.5.5-").partition("-")[0]
        return f"{'mariadb' if 'MariaDB' in said else 'mysql'} {number}"

    def tables(self, address: str) -> Iterator[Filling]:
        """Read every table of the database."""
        with _open(address) as link:
            with link.cursor() as cursor:
                cursor.execute("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")
                names = [str(name) for name, _ in cursor.fetchall()]
            for name in names:
                with SSCursor(link) as cursor:
                    cursor.execute(f"SELECT * FROM {quoted(name)}")
                    columns = [(column[0], _kind(int(column[1]))) for column in cursor.description or ()]
                    blocks = iter(partial(cursor.fetchmany, BLOCK), ())
                    yield Filling(name, columns, (row(values) for block in blocks for values in block))

    def fill(self, address: str, source: Path, reader: str) -> tuple[Key, ...]:
        """Copy a SQLite database, in place of what is there; gives its keys.

        Args:
            address: of the database, for an account that may make it.
            source: the SQLite database.
            reader: the account that may read it, whatever its host.
        """
        name = urlsplit(address).path.lstrip("/")
        with _open(address, database=False) as link, link.cursor() as cursor:
            _create(cursor, name, address, reader)
            link.select_db(name)
            keys = _load(cursor, read(source, folds=self.folds))
            link.commit()
            made = tuple(add(unique_first(keys), cursor.execute, quoted, pymysql.MySQLError))
            _settle(cursor, "IGNORED" if "MariaDB" in version(link) else "INVISIBLE")
        return made


def _create(cursor: Cursor, name: str, address: str, reader: str) -> None:
    """Make a database in place of what is there, that one account may read."""
    cursor.execute("SELECT user, host FROM mysql.user WHERE user = %s", (reader,))
    accounts = cursor.fetchall()
    if not accounts:
        todo = f"CREATE USER {reader}@localhost IDENTIFIED BY '…'"
        raise ConfigError(f"there is no account '{reader}'", where=address, todo=todo)
    cursor.execute(f"DROP DATABASE IF EXISTS {quoted(name)}")
    cursor.execute(f"CREATE DATABASE {quoted(name)} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    for user, host in accounts:
        cursor.execute(f"GRANT SELECT ON {quoted(name)}.* TO %s@%s", (user, host))


def _load(cursor: Cursor, tables: Iterable[Filling]) -> list[Key]:
    """Make tables and fill them; gives their keys, none of them made."""
    cursor.execute("SET SESSION sql_mode = 'ANSI_QUOTES'")
    keys: list[Key] = []
    for table in tables:
        cursor.execute(table.ddl(TYPES, quoted))
        marks = ", ".join(["%s"] * len(table.columns))
        rows = iter(table.rows)
        while block := list(islice(rows, BLOCK)):
            cursor.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", block)
        keys += table.keys
    return keys


def _settle(cursor: Cursor, unused: str) -> None:
    """Let queries run as they would without foreign keys, and always as on the first day.

    Each of these keys brings an index, by which another of several rows that tie could come first.
    """
    cursor.execute(_INDEXES)
    for table, index in cursor.fetchall():
        with suppress(
            pymysql.ProgrammingError
        ):  # servers older than MariaDB 10.6 and MySQL 8 have no word for it
            cursor.execute(f"ALTER TABLE {quoted(table)} ALTER INDEX {quoted(index)} {unused}")
    cursor.execute("SHOW TABLES")
    for (table,) in cursor.fetchall():
        cursor.execute(f"ANALYZE TABLE {quoted(table)}")


def quoted(name: str) -> str:
    """Write a name so that it is taken for one, whatever stands in it."""
    return "`" + name.replace("`", "``") + "`"


@contextmanager
def _open(address: str, *, database: bool = True) -> Iterator[Client]:
    """Open a connection for the bench's own questions.

    Raises:
        DataError: there is no such database.
        BenchError: the server cannot be reached, or refuses the account.
    """
    try:
        with connect(address, database=database) as link:
            yield link
    except pymysql.MySQLError as error:
        code, said = error.args if len(error.args) == 2 else (0, str(error))
        if code == ER.BAD_DB_ERROR:
            raise DataError("there is no such database", where=address) from error
        if code in (ER.ACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR):
            todo = f"put its password into ~/.my.cnf or {PASSWORD}, and grant it SELECT"
            raise BenchError(f"the server refuses the account ({said})", where=address, todo=todo) from error
        if code in (CR.CR_CONN_HOST_ERROR, CR.CR_CONNECTION_ERROR, CR.CR_UNKNOWN_HOST):
            what = f"the server cannot be reached ({said})"
            raise BenchError(what, where=address, todo="start it, or correct this") from error
        raise BenchError(f"the server refuses ({said})", where=address) from error


def _kind(code: int) -> str:
    """Give the type of SQLite that comes nearest to one of MySQL."""
    return "INTEGER" if code in _INTEGERS else "REAL" if code in _REALS else "TEXT"
