"""DuckDB as a worker opens it: a file that is read in process, with everything locked beyond it.

Files, extensions, the network and every setting are closed to queries (``enable_external_access``,
``lock_configuration``), and a text must be a single SELECT. The worker's sandbox stands around all that.
Functions that show the clock or count a session's queries are covered by macros that always say the same,
and those that sleep by an error. Their full names (``system.main.now``) still reach them.
DuckDB counts no operations and ends a query only between two of its steps: an overdue one is interrupted,
and one that does not heed the interrupt loses its worker, as does one that takes more memory than it has.
"""

from __future__ import annotations

import datetime  # noqa: F401, ICN001 - DuckDB imports these for the rows that need them, when nothing can be imported
import decimal  # noqa: F401
import uuid  # noqa: F401

import duckdb
import pytz  # noqa: F401

from adapters.databases.asking import Asking, Failed
from bench.execute.text import QUERIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CLOSED: dict[str, str | int | float | list[str]] = {
    "threads": 1,
    "async_threads": 0,
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
    "max_temp_directory_size": "0B",
    "lock_configuration": True,
}
_NOW = "to_timestamp({now})"
_CLOSED_WORDS = "closed to queries: "
_COVERS = {
    **dict.fromkeys(("now", "get_current_timestamp", "current_timestamp", "transaction_timestamp"), _NOW),
    **dict.fromkeys(("today", "current_date"), f"{_NOW}::DATE"),
    "get_current_time": f"{_NOW}::TIMETZ",
    "current_localtime": f"{_NOW}::TIMESTAMP::TIME",
    "current_localtimestamp": f"{_NOW}::TIMESTAMP",
    **dict.fromkeys(("current_query_id", "current_connection_id"), "1::UBIGINT"),
    **dict.fromkeys(("current_transaction_id", "txid_current"), "1::UBIGINT"),
    "uuidv7": f"error('{_CLOSED_WORDS}uuidv7')",
}
"""Functions without arguments → what a query gets in place of them."""

_COVERS_WITH_ARGUMENTS = (
    f"sleep_ms(a) AS error('{_CLOSED_WORDS}sleep_ms')",
    f"pg_sleep(a) AS error('{_CLOSED_WORDS}pg_sleep')",
    f"age(a) AS system.main.age({_NOW}::DATE::TIMESTAMP, a::TIMESTAMP), (a, b) AS system.main.age(a, b)",
)
_UNKNOWN = (
    "does not exist",
    "not in the catalog",
    "not found in FROM clause",
    "not found!",
    "Ambiguous reference",
    "No function matches",
)


class Connection(Asking):
    """A DuckDB file under lock."""

    queries = QUERIES | {"from", "describe", "show", "summarize"}
    _database: duckdb.DuckDBPyConnection | None = None

    def _open(self) -> duckdb.DuckDBPyConnection:
        heap = f"{self._policy.heap // 2**20}MiB"
        database = duckdb.connect(self._place, read_only=True, config={"memory_limit": heap, **_CLOSED})
        database.execute("SELECT TIMESTAMPTZ '2024-01-01 00:00:00+00'").fetchall()  # loads time zones
        macros = [f"{name}() AS {result}" for name, result in _COVERS.items()]
        for macro in (*macros, *_COVERS_WITH_ARGUMENTS):
            database.execute(f"CREATE TEMP MACRO {macro}".format(now=self._policy.now))
        return database

    def begin(self, sql: str, seconds: float) -> Iterable[str]:  # noqa: ARG002 - DuckDB keeps no time
        """Begin a query, chance starting anew."""
        if self._database is None:
            self._database = self._open()
        statements = self._database.extract_statements(sql)
        if len(statements) != 1:
            raise Failed("multi_statement", "more than one statement")
        if statements[0].type != duckdb.StatementType.SELECT:
            raise Failed("forbidden", f"{statements[0].type.name} is not a query")
        self._database.execute("SELECT setseed(0)")
        self._database.execute(statements[0])
        return [column[0] for column in self._database.description or ()]

    def fetch(self, count: int) -> Sequence[Sequence[object]]:
        """Fetch that many further rows, fewer at the end."""
        assert self._database is not None
        return self._database.fetchmany(count)

    def finish(self, *, overdue: bool) -> None:
        """Interrupt what is under way; an overdue query takes its connection along."""
        if self._database is None:
            return
        self._database.interrupt()
        if overdue:
            self.close()

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            self._database.close()
        self._database = None

    def describe(self, error: Exception) -> Failed | None:
        """Name the status of an exception by its class."""
        status = next((status for kinds, status in _STATUS if isinstance(error, kinds)), None)
        if status is None:
            return None
        detail = str(error).partition("\n")[0]
        if status == "error_schema" and not any(part in str(error) for part in _UNKNOWN):
            status = "error_runtime"
        if _CLOSED_WORDS in detail:
            status = "forbidden"
        if status == "crash":  # the file is of no more use to this process
            self.close()
        return Failed(status, detail)


_STATUS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    ((duckdb.ParserException, duckdb.SyntaxException), "error_syntax"),
    ((duckdb.BinderException, duckdb.CatalogException), "error_schema"),
    (duckdb.PermissionException, "forbidden"),
    (duckdb.OutOfMemoryException, "memory"),
    ((duckdb.InternalException, duckdb.FatalException), "crash"),
    ((duckdb.SerializationException, duckdb.ConnectionException), "db_corrupt"),
    (duckdb.IOException, "db_io"),
    ((duckdb.Error, RuntimeError), "error_runtime"),
)
