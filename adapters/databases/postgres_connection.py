"""PostgreSQL as a worker asks it: one SELECT in a transaction that can only read and is rolled back.

Each query begins on a session as good as new (``DISCARD ALL``), in a read-only transaction with all
limits set again, behind a cursor: the server takes nothing but a SELECT there, and a single one, and
rows come as they are fetched. A query may lift its own ``statement_timeout``; so a timer of this process
rings too, and the session is ended from another connection (``pg_terminate_backend``). As queries can do
that to each other too, one that was ended by another, before it gave a row, begins again.
"""

from __future__ import annotations

import os
from contextlib import suppress

import psycopg
from psycopg import RawCursor, errors

from adapters.databases.asking import Asking, Ended, Failed
from bench.execute.text import QUERIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Link = psycopg.Connection[tuple[object, ...]]

ADMIN = "BENCH_POSTGRES_ADMIN"
"""Variable with the address of an account that may end sessions; by default the one that asks."""

PATIENCE = 10
"""Seconds for a connection to be made."""

_BEGIN = """
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL statement_timeout = {milliseconds};
SET LOCAL lock_timeout = {milliseconds};
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL work_mem = '64MB';
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL cursor_tuple_fraction = 1;
SET LOCAL synchronize_seqscans = off;
SET LOCAL jit = off;
SET LOCAL timezone = 'UTC';
SELECT setseed(0);
"""
_ROLLBACK = "ROLLBACK; SELECT pg_advisory_unlock_all()"  # such a lock outlives its transaction
_CURSOR = "DECLARE answer NO SCROLL CURSOR FOR "


class Connection(Asking):
    """A session with one database."""

    queries = QUERIES | {"table"}
    _link: Link | None = None
    _first: Sequence[Sequence[object]] = ()

    def begin(self, sql: str, seconds: float) -> Iterable[str]:
        """Begin a query; the server makes its first row now."""
        self._link = self._session()
        self._link.execute(_BEGIN.format(milliseconds=int(seconds * 1000)).encode())
        self._cursor = RawCursor(self._link)
        # Asking for binary results chooses the protocol that takes a single statement; these rows are not it.
        self._cursor.execute(f"{_CURSOR}{sql}".encode(), binary=True)
        self._cursor.execute("FETCH 0 FROM answer")
        return [column.name for column in self._cursor.description or ()]

    def _session(self) -> Link:
        """Give a session as good as new: the last one's, unless somebody ended that while it waited."""
        if self._link is not None:
            with suppress(psycopg.OperationalError):
                self._link.execute("DISCARD ALL")
                return self._link
            self._link.close()
            self._link = None
        return connect(self._place)

    def fetch(self, count: int) -> Sequence[Sequence[object]]:
        """Fetch that many further rows, fewer at the end."""
        return self._cursor.execute(f"FETCH {count} FROM answer".encode()).fetchall()

    def finish(self, *, overdue: bool) -> None:
        """Roll back; a session that is overdue is ended from outside."""
        link, self._link = self._link, None
        if link is None:
            return
        if overdue:
            backend = link.info.backend_pid
            link.close()
            _end(backend, self._place)
            return
        try:
            link.execute(_ROLLBACK)
        except psycopg.Error:
            link.close()
        else:
            self._link = link

    def close(self) -> None:
        """End the session."""
        if self._link is not None:
            self._link.close()
        self._link = None

    def describe(self, error: Exception) -> Failed | None:
        """Name the status of an exception by its SQLSTATE."""
        if not isinstance(error, psycopg.Error):
            return None
        detail = error.diag.message_primary or str(error).partition("\n")[0]
        if isinstance(error, errors.QueryCanceled):
            if detail.endswith("user request"):
                return Ended(f"the query was ended: {detail}")
            raise self._deadline.overdue() from error
        code = error.sqlstate or ""
        if self._link is None:
            return Failed("db_missing" if "does not exist" in detail else "db_io", detail)
        if isinstance(error, errors.AdminShutdown | errors.CrashShutdown):
            return Ended(f"the session was ended: {detail}")
        if self._link.closed:
            return Failed("crash", f"the session ended: {detail}")
        if detail.startswith("DECLARE CURSOR"):
            return Failed("forbidden", detail.replace("DECLARE CURSOR", "a query"))
        if "multiple commands" in detail:
            return Failed("multi_statement", "more than one statement")
        return Failed(
            next((_STATUS[code[:n]] for n in (5, 2) if code[:n] in _STATUS), "error_runtime"), detail
        )


def connect(address: str) -> Link:
    """Open a session."""
    return psycopg.connect(
        address, autocommit=True, prepare_threshold=None, connect_timeout=PATIENCE, gssencmode="disable"
    )


def _end(backend: int, address: str) -> None:
    with connect(os.environ.get(ADMIN) or address) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", (backend,))


_STATUS = {
    "42601": "error_syntax",
    "42P01": "error_schema",
    "42703": "error_schema",
    "42702": "error_schema",
    "42883": "error_schema",
    "3F": "error_schema",
    "42501": "forbidden",
    "42P11": "forbidden",
    "25006": "forbidden",
    "53200": "memory",
    "53": "error_limit",
    "54": "error_limit",
    "58": "db_io",
    "XX001": "db_corrupt",
    "XX002": "db_corrupt",
}
"""SQLSTATE, or its first two characters, → status; any other is an error of the query."""
