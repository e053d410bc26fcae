"""DuckDB as a worker opens it: a file that is read in process, with everything locked beyond it.

Files, extensions, the network and every setting are closed to queries (``enable_external_access``,
``lock_configuration``), and a text must be a single SELECT. The worker's sandbox stands around all that.
DuckDB counts no operations and cannot be told of a time: an overdue query is interrupted, and one that
does not heed the interrupt loses its worker, as does one that takes more memory than a worker has.
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
