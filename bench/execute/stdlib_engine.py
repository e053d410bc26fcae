"""The engine for systems without apsw: SQLite as Python's ``sqlite3`` has it; runs inside the worker.

Less is known and less is closed than with apsw (see ``docs/execution.md``). Verdicts of the two engines
are never mixed: the engine is part of every key.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time

from bench.execute import guard, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.execute.policy import Policy
    from bench.types import Row

    Value = str | bytes | int | float | None

_DEFENSIVE = 1010
"""SQLite's ``SQLITE_DBCONFIG_DEFENSIVE``, which Python names from 3.12 on."""

_WARM = (
    "SELECT count(*) FROM json_each('[]')",
    "SELECT count(*) FROM json_tree('[]')",
    "SELECT count(*) FROM pragma_table_info('')",
    "SELECT count(*) FROM pragma_index_list('')",
    "SELECT count(*) FROM pragma_foreign_key_list('')",
)
"""Run before the guard stands: declaring these tables looks like a write to some versions of SQLite."""

_STATUS = {
    3: "forbidden", 8: "forbidden", 23: "forbidden", 9: "timeout", 7: "memory", 18: "error_limit",
    11: "db_corrupt", 24: "db_corrupt", 26: "db_corrupt",
    5: "db_io", 6: "db_io", 10: "db_io", 13: "db_io", 14: "db_io", 17: "db_io",
    19: "error_runtime", 20: "error_runtime", 25: "error_runtime",
}  # fmt: skip
"""SQLite's primary result codes."""


class Connection:
    """A database that can only be read, with the meter that runs while a query does."""

    takes_one = dropped = False
    counted = True

    def __init__(self, path: str, policy: Policy) -> None:
        self.steps = self.statements = 0
        self.columns: tuple[str, ...] = ()
        self.explains = False
        self._left = 0
        self._chance = guard.Chance(policy)
        self._cursor: sqlite3.Cursor | None = None
        self._database = sqlite3.connect(
            guard.uri(path), uri=True, isolation_level=None, cached_statements=0, check_same_thread=False
        )
        self._clock = _Clock(policy.now)
        self._set_up(path, policy)
        self._database.set_progress_handler(self._tick, guard.EVERY)
        self._database.set_authorizer(guard.allow)

    def _set_up(self, path: str, policy: Policy) -> None:
        database = self._database
        size = os.stat(path).st_size  # noqa: PTH116 - pathlib is not loaded here
        for pragma in (
            *guard.pragmas(size, policy),
            "temp_store=2",
            f"hard_heap_limit={policy.heap}",
            "trusted_schema=1",
        ):
            database.execute(f"PRAGMA {pragma}").fetchall()
        for name, value in guard.limits(policy).items():
            database.setlimit(getattr(sqlite3, f"SQLITE_LIMIT_{name}"), value)
        if hasattr(database, "setconfig"):  # Python 3.12
            database.setconfig(_DEFENSIVE, True)
        database.create_function("random", 0, self._chance.integer)
        database.create_function("randomblob", 1, self._chance.blob)
        for name, function in self._clock.functions.items():
            database.create_function(name, -1, function, deterministic=True)
        for query in (*_WARM, guard.TEMPORARY):
            database.execute(query).fetchall()
        for (name,) in database.execute(guard.VIRTUAL_TABLES).fetchall():
            with contextlib.suppress(sqlite3.Error):  # it stays closed, and a query that asks for it says so
                database.execute(f'SELECT 1 FROM "{name}" LIMIT 0')

    def rows(self, sql: str, steps: int) -> Iterator[Row]:
        """Begin a query that may take ``steps`` operations."""
        self.steps = self.statements = 0
        self.columns = ()
        self.explains = text.first_word(sql) == "explain"
        self._left = steps // guard.EVERY
        self._chance.seeded = False
        self._cursor = cursor = self._database.cursor()
        cursor.execute(sql if text.has_more(sql) else sql[: text.end_of_first(sql)])
        if cursor.description:
            self.statements = 1
            self.columns = tuple([column[0] for column in cursor.description])
        return cursor

    def repaired_rows(self, sql: str, steps: int) -> Iterator[Row] | None:
        """Begin the query again, reading text leniently."""
        self._database.text_factory = _lenient
        return self.rows(sql, steps)

    def end(self) -> None:
        """Let go of the query."""
        self._database.text_factory = str
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None

    def close(self) -> None:
        """Close the file and give back its memory."""
        self._database.close()
        self._clock.close()

    @staticmethod
    def is_undecodable(error: Exception) -> bool:
        """Tell whether the error is text that is not UTF-8."""
        return isinstance(error, sqlite3.OperationalError) and str(error).startswith("Could not decode")

    @staticmethod
    def status(error: Exception) -> str:
        """Name the status of an exception by SQLite's code; ``error`` where only the message tells."""
        if isinstance(error, sqlite3.DataError | OverflowError):
            return "error_limit"
        if isinstance(error, sqlite3.Warning | sqlite3.ProgrammingError):
            return "multi_statement" if "one statement" in str(error) else "error_runtime"
        if "vtable constructor failed" in str(error):  # a table that was not warmed up, and so is hidden
            return "forbidden"
        code = getattr(error, "sqlite_errorcode", 1 if isinstance(error, sqlite3.Error) else None)
        if code is None:
            return "internal"
        return _STATUS.get(code & 0xFF, "error")

    def _tick(self) -> bool:
        self._left -= 1
        self.steps += guard.EVERY
        return self._left < 0


class _Clock:
    """SQL's functions of date and time, under which ``'now'`` is always the same moment.

    They stand in front of SQLite's own, which still does the work, on a connection of its own.
    """

    NAMES = ("date", "time", "datetime", "julianday", "unixepoch")
    CURRENT = {"current_date": "date", "current_time": "time", "current_timestamp": "datetime"}  # noqa: RUF012

    def __init__(self, now: int) -> None:
        self._now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
        self._database = sqlite3.connect(":memory:", cached_statements=64, check_same_thread=False)
        self.functions: dict[str, Callable[..., Value]] = {
            **{name: self._function(name, 0) for name in self.NAMES},
            **{name: self._function(plain, 0) for name, plain in self.CURRENT.items()},
            "strftime": self._function("strftime", 1),
        }
        if sqlite3.sqlite_version_info >= (3, 43):
            self.functions["timediff"] = self._function("timediff", 0)

    def _function(self, name: str, at: int) -> Callable[..., Value]:
        """Make one whose first time is its argument number ``at``, and now where that is missing."""

        def function(*values: Value) -> Value:
            given = list(values)
            if len(given) == at:
                given.append(self._now)
            given = [*given[:at], *[self._now if _is_now(value) else value for value in given[at:]]]
            marks = ",".join("?" * len(given))
            value: Value = self._database.execute(f"SELECT {name}({marks})", given).fetchone()[0]
            return value

        return function

    def close(self) -> None:
        """Let go of the connection."""
        self._database.close()


def _is_now(value: Value) -> bool:
    """Tell whether SQLite reads a value as ``now``: it reads bytes as text, and text up to its NUL."""
    raw = value if isinstance(value, bytes) else str(value).encode(errors="ignore")
    return raw.partition(b"\0")[0].lower() == b"now"


def _lenient(raw: bytes) -> str:
    return raw.decode("utf-8", "ignore")
