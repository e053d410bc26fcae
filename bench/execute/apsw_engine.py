"""The engine of every published verdict: SQLite as apsw brings it; runs inside the worker.

Operations are counted exactly, no statement is cached, and errors come as classes.
"""

from __future__ import annotations

import codecs
import contextlib
import os

import apsw

from bench.execute import guard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from bench.execute.policy import Policy
    from bench.types import Row

_UNIX_EPOCH_IN_JULIAN_MS = 210_866_760_000_000


class Reading:
    """Whose rows are being fetched, if their text is to be UTF-8.

    Not an attribute of the class of connections: each change of one makes every look-up there slower.
    """

    connection: Connection | None = None


class StoppedClock(apsw.VFS):
    """The system's files under a clock that always shows the same time.

    Temporary files are kept in memory: SQLite sorts in larger pieces than where it knows of no files.
    """

    def __init__(self, now: int) -> None:
        self.name = "stopped-clock"
        self._julian = now * 1000 + _UNIX_EPOCH_IN_JULIAN_MS
        super().__init__(self.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open a file; one without a name is temporary."""
        return super().xOpen(name, flags) if name else apsw.VFSFile("memdb", name, flags)

    def xCurrentTimeInt64(self) -> int:  # noqa: N802 - SQLite's name
        """Return milliseconds since the Julian epoch."""
        return self._julian


class Connection:
    """A database that can only be read, with the meter that runs while a query does."""

    takes_one = dropped = False
    counted = True
    _clock: StoppedClock | None = None
    _limits: tuple[tuple[int, int], ...] = ()
    _now = Reading()

    def __init__(self, path: str, policy: Policy) -> None:
        self.steps = self.statements = 0
        self.columns: tuple[str, ...] = ()
        self.explains = False
        self._left = 0
        self._chance = guard.Chance(policy)
        self._sql = self._ended = ""
        self._counting = False
        if Connection._clock is None:
            Connection._clock = StoppedClock(policy.now)
            limits = guard.limits(policy).items()
            Connection._limits = tuple(
                [(getattr(apsw, f"SQLITE_LIMIT_{name}"), most) for name, most in limits]
            )
            apsw.hard_heap_limit(policy.heap)
            codecs.register_error("strict", Connection._drop)
        self._database = apsw.Connection(
            guard.uri(path),
            flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
            vfs=Connection._clock.name,
            statementcachesize=0,
        )
        self._cursor = self._database.cursor()
        self._set_up(path, policy)
        self._guard()

    def _set_up(self, path: str, policy: Policy) -> None:
        database = self._database
        size = os.stat(path).st_size  # noqa: PTH116 - pathlib is not loaded here
        pragmas = [*guard.pragmas(size, policy), "encoding"]  # they read the schema, before steps are counted
        told = database.execute("".join([f"PRAGMA {pragma};" for pragma in pragmas])).fetchall()
        self._encoding = told[-1][0]
        database.execute(guard.TEMPORARY)
        for (name,) in database.execute(guard.VIRTUAL_TABLES).fetchall():
            with contextlib.suppress(apsw.Error):  # it stays closed, and a query that asks for it says so
                database.execute(f'SELECT 1 FROM "{name}" LIMIT 0')
        for limit, value in Connection._limits:
            database.limit(limit, value)
        database.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        database.create_scalar_function("random", self._chance.integer, 0, flags=apsw.SQLITE_INNOCUOUS)
        database.create_scalar_function("randomblob", self._chance.blob, 1, flags=apsw.SQLITE_INNOCUOUS)

    def _guard(self) -> None:
        self._database.exec_trace = self._begin_statement
        self._database.set_progress_handler(self._tick, guard.EVERY)
        self._database.authorizer = guard.allow

    def rows(self, sql: str, steps: int) -> Iterator[Row]:
        """Begin a query that may take ``steps`` operations."""
        if self.counted is not self._counting:
            self._switch_counting()
        self.steps = self.statements = 0
        self.columns, self.explains, self.dropped = (), False, False
        self._left = steps // guard.EVERY
        self._chance.seeded = False
        self._sql, self._ended = sql, ""
        return self._cursor.execute(sql, None, can_cache=False)

    def repaired_rows(self, sql: str, steps: int) -> Iterator[Row] | None:  # noqa: ARG002
        """Give up: text that should be UTF-8 was repaired on its way, and nothing else can be."""
        return None

    def end(self) -> None:
        """Let go of the query; its operations are counted now."""
        self._now.connection = None
        if self._ended != self._sql:
            self._cursor.close(True)
            self._cursor = self._database.cursor()

    def close(self) -> None:
        """Close the file and give back its memory."""
        self._database.close(True)

    @staticmethod
    def is_undecodable(error: Exception) -> bool:
        """Tell whether the error is text that is not UTF-8."""
        return isinstance(error, UnicodeDecodeError)

    @staticmethod
    def status(error: Exception) -> str:
        """Name the status of an exception by its class; ``error`` where only the message tells."""
        if getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_NOMEM:
            return "memory"  # of a temporary file, which is in memory
        return next((status for kinds, status in _STATUS if isinstance(error, kinds)), "internal")

    @classmethod
    def _drop(cls, error: UnicodeError) -> tuple[str, int]:
        """Drop the invalid bytes of text that a query finds, and note it.

        apsw decodes text as ``strict``, which is what this is registered as; outside of rows it is that.
        """
        if cls._now.connection is None or not isinstance(error, UnicodeDecodeError):
            raise error
        cls._now.connection.dropped = True
        return "", error.end

    def _switch_counting(self) -> None:
        """Count operations, or save the time that it takes; either way no query has more than it may."""
        self._counting = self.counted
        if self._counting:
            self._database.trace_v2(apsw.SQLITE_TRACE_PROFILE, self._count)
        else:
            self._database.trace_v2(0)

    def _tick(self) -> bool:
        self._left -= 1
        return self._left < 0

    def _count(self, event: Mapping[str, Any]) -> None:
        self.steps += event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]
        self._ended = event["sql"]

    def _begin_statement(self, cursor: apsw.Cursor, sql: str, bindings: object) -> bool:  # noqa: ARG002
        described = cursor.get_description()
        if described:
            self.statements += 1
            self.columns = next(zip(*described, strict=True))
            self.explains = cursor.is_explain != 0
        self._now.connection = self if self._encoding == "UTF-8" else None
        return self.statements < 2


_STATUS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (apsw.SQLError, "error"),
    ((apsw.AuthError, apsw.ReadOnlyError, apsw.PermissionsError), "forbidden"),
    (apsw.InterruptError, "timeout"),
    (apsw.ExecTraceAbort, "multi_statement"),
    ((apsw.TooBigError, OverflowError), "error_limit"),
    (apsw.NoMemError, "memory"),
    ((apsw.CorruptError, apsw.NotADBError, apsw.FormatError), "db_corrupt"),
    (
        (
            apsw.CantOpenError,
            apsw.IOError,
            apsw.FullError,
            apsw.BusyError,
            apsw.LockedError,
            apsw.SchemaChangeError,
        ),
        "db_io",
    ),
    ((apsw.BindingsError, apsw.ConstraintError, apsw.MismatchError, apsw.RangeError), "error_runtime"),
)
