"""MySQL and MariaDB as a worker asks them: one SELECT in a transaction that can only read.

Each query has a connection of its own, so that nothing of a session is left to the next one: variables,
locks, a limit that was lifted. Clock and chance are fixed by session variables. The server is told of
the time; a timer of this process rings too, and then the query is ended from another connection (KILL).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pymysql
from pymysql.connections import Connection as Client
from pymysql.constants import ER
from pymysql.cursors import SSCursor

from adapters.databases.asking import Asking, Failed
from bench.execute.text import has_more

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ADMIN = "BENCH_MYSQL_ADMIN"
"""Variable with the address of an account that may end queries; by default the one that asks."""

PASSWORD = "MYSQL_PWD"  # noqa: S105 - a name
"""Variable with the password, as the programs of MySQL know it; else ``~/.my.cnf`` is read."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that are asked without TLS, which would cost 40 ms a connection."""

RECURSIONS = 2**32 - 1
"""Rounds of a recursive query: all, for MariaDB else stops after 1000 and says that it is well."""

_TIES = "tmp_memory_table_size = 0"
"""MariaDB orders rows that tie by their addresses in memory, other ones in each session (MDEV-41068)."""

PATIENCE = 10
"""Seconds for a connection to be made."""


class Connection(Asking):
    """A database on a server, asked on a fresh connection each time."""

    _link: Client | None = None
    _cursor: SSCursor
    _unread = False

    def begin(self, sql: str, seconds: float) -> Iterable[str]:
        """Begin a query; the server makes its first rows now."""
        self._link, self._unread = connect(self._place), False
        limit = (
            f"max_statement_time = {seconds}, max_recursive_iterations = {RECURSIONS}, {_TIES}"
            if "MariaDB" in version(self._link)
            else f"max_execution_time = {int(seconds * 1000)}, cte_max_recursion_depth = {RECURSIONS}"
        )
        self._cursor = SSCursor(self._link)
        self._cursor.execute(
            f"SET SESSION {limit}, time_zone = '+00:00', timestamp = {self._policy.now}, rand_seed1 = 1, "
            f"rand_seed2 = {self._policy.seed + 1}"
        )
        self._cursor.execute("START TRANSACTION READ ONLY")
        try:
            self._cursor.execute(sql)
        except pymysql.ProgrammingError as error:
            if error.args[0] == ER.PARSE_ERROR and has_more(sql):
                raise Failed("multi_statement", "more than one statement") from error
            raise
        return [column[0] for column in self._cursor.description or ()]

    def fetch(self, count: int) -> Sequence[Sequence[object]]:
        """Fetch that many further rows, fewer at the end."""
        rows = self._cursor.fetchmany(count)
        self._unread = len(rows) == count
        return rows

    def finish(self, *, overdue: bool) -> None:
        """Hang up, which rolls back; a query that is overdue, or has rows left, is ended from outside."""
        link, self._link = self._link, None
        if link is None:
            return
        thread = link.thread_id()  # type: ignore[no-untyped-call]
        with suppress(pymysql.Error):  # it may be closed already
            link.close()
        if overdue or self._unread:
            _end(thread, self._place)

    def close(self) -> None:
        """Do nothing: there is no connection between queries."""

    def describe(self, error: Exception) -> Failed | None:
        """Name the status of an exception by MySQL's number."""
        if not isinstance(error, pymysql.MySQLError):
            return None
        code, detail = error.args if len(error.args) == 2 else (0, str(error))
        if code in _OVERDUE:
            raise self._deadline.overdue() from error
        return Failed(_STATUS.get(code, "error_runtime" if self._link else "db_io"), str(detail))


def connect(address: str, *, database: bool = True) -> Client:
    """Open a connection; without ``database`` to the server alone."""
    parts = urlsplit(address)
    host = parts.hostname or "localhost"
    options = Path.home() / ".my.cnf"
    return pymysql.connect(
        host=host,
        port=parts.port or 3306,
        user=unquote(parts.username or "") or None,
        password=os.environ.get(PASSWORD, ""),
        database=unquote(parts.path.lstrip("/")) if database else None,
        read_default_file=str(options) if options.exists() and PASSWORD not in os.environ else None,
        connect_timeout=PATIENCE,
        charset="utf8mb4",
        local_infile=False,
        ssl_disabled=host in LOOPBACK,
    )


def version(link: Client) -> str:
    """Give the server's version as it says it."""
    return str(link.get_server_info())  # type: ignore[no-untyped-call]


def _end(thread: int, address: str) -> None:
    """End a query; one that has ended by itself is no longer known, which is well."""
    with connect(os.environ.get(ADMIN) or address, database=False) as admin:
        try:
            admin.kill(thread)  # type: ignore[no-untyped-call]
        except pymysql.MySQLError as error:
            if error.args[0] != ER.NO_SUCH_THREAD:
                raise


_OVERDUE = frozenset({1969, 3024})
"""MariaDB's and MySQL's words for a query that took longer than it may."""

_STATUS = {
    ER.PARSE_ERROR: "error_syntax",
    ER.EMPTY_QUERY: "not_a_query",
    ER.NO_SUCH_TABLE: "error_schema",
    ER.BAD_FIELD_ERROR: "error_schema",
    ER.SP_DOES_NOT_EXIST: "error_schema",
    ER.NON_UNIQ_ERROR: "error_schema",
    ER.UNKNOWN_TABLE: "error_schema",
    1630: "error_schema",  # no such function
    ER.BAD_DB_ERROR: "db_missing",
    ER.DBACCESS_DENIED_ERROR: "forbidden",
    ER.ACCESS_DENIED_ERROR: "forbidden",
    ER.TABLEACCESS_DENIED_ERROR: "forbidden",
    ER.COLUMNACCESS_DENIED_ERROR: "forbidden",
    ER.SPECIFIC_ACCESS_DENIED_ERROR: "forbidden",
    ER.PROCACCESS_DENIED_ERROR: "forbidden",
    ER.OPTION_PREVENTS_STATEMENT: "forbidden",
    1792: "forbidden",  # a write in a transaction that can only read
    ER.OUTOFMEMORY: "memory",
    ER.OUT_OF_SORTMEMORY: "memory",
    ER.OUT_OF_RESOURCES: "memory",
    ER.TOO_BIG_SELECT: "error_limit",
    ER.STACK_OVERRUN: "error_limit",
    ER.STACK_OVERRUN_NEED_MORE: "error_limit",
    ER.TOO_MANY_TABLES: "error_limit",
    ER.RECORD_FILE_FULL: "error_limit",
    ER.DISK_FULL: "error_limit",
    2003: "db_io",  # nobody answers
    2006: "crash",  # the connection is gone
    2013: "crash",
}
"""MySQL's number of an error → status; any other is an error of the query."""
