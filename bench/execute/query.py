"""Query: run one SQL on an open connection and say how it ended; runs inside the worker.

Rows are fetched in chunks and handed to a sink, which may say that it has seen enough. Status
names are those of ``bench.types.Status``, written out because that module is not loaded here.
"""

from __future__ import annotations

import marshal
from itertools import islice

from bench.execute import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from bench.execute.guard import Connection
    from bench.types import Row

    class Sink(Protocol):
        """Takes chunks of rows; answers whether it has seen enough."""

        def begin(self) -> None:
            """Forget what it has seen: the query runs again."""
            ...

        def take(self, chunk: list[Row]) -> bool:
            """Take a chunk."""
            ...


FIRST, GROWTH, MOST = 16, 8, 1024
"""Rows fetched first, how many times more each time, and at most."""

CHUNK_BYTES = 4 * 2**20
WIDE = 20
"""Columns from which on the first row is fetched by itself: it may be very large."""

DROPPED_BYTES = "text that is not UTF-8: its invalid bytes were dropped"
SEVERAL = "more than one statement"
STOPPED_EARLY = "fetching stopped when the comparison was decided"

_SCHEMA_ERRORS = ("no such ", "ambiguous column")
_SYNTAX_ERRORS = ("syntax error", "unrecognized token", "incomplete input")
_LIMIT_ERRORS = (
    "too many",
    "too large",
    "too deep",
    "too big",
    "too complex",
    "too long",
    "stack overflow",
    "Recursion limit",
)


class Result:
    """How one query ended; ``rows`` were fetched, ``table`` keeps the first few of them."""

    # What most queries leave as it is belongs to the class.
    steps = rows = size = 0
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __init__(self, status: str = "ok", detail: str = "") -> None:
        self.status, self.detail = status, detail
        self.table: list[Row] = []


class TooLarge(Exception):  # noqa: N818 - a verdict, not a fault
    """The rows are more or larger than allowed."""


class Budget:
    """What one query may use."""

    __slots__ = ("bytes", "preview", "rows", "steps")

    def __init__(self, steps: int, rows: int, size: int, preview: int) -> None:
        self.steps, self.rows, self.bytes, self.preview = steps, rows, size, preview


def run(connection: Connection, sql: str, budget: Budget, sink: Sink) -> Result:
    """Run ``sql`` and hand its rows to ``sink``, decoded; invalid bytes are dropped and noted."""
    word = text.first_word(sql)
    if ";" in sql and not connection.takes_one and word in text.QUERIES and text.has_more(sql):
        return Result("multi_statement", SEVERAL)
    result = Result()
    try:
        try:
            _fetch(connection.rows(sql, budget.steps), connection, budget, sink, result)
        finally:
            connection.end()
    except Exception as error:
        if connection.is_undecodable(error):
            result = _run_repaired(connection, sql, budget, sink)
        else:
            result.status, result.detail = classify(connection, error, word)
            result.table = []
    else:
        if word in text.COMMANDS:
            nothing = "" if result.rows else "; it finds nothing"
            result = Result("forbidden", f"{word.upper()} is not a query{nothing}")
        elif connection.explains:
            result = Result("not_a_query", "EXPLAIN is not an answer")
        elif not connection.statements:
            result = Result("not_a_query", "there is no statement")
        else:
            result.columns = connection.columns
            if connection.dropped:
                result.notes += (DROPPED_BYTES,)
    result.steps = connection.steps
    return result


def _fetch(rows: Iterator[Row], connection: Connection, budget: Budget, sink: Sink, result: Result) -> None:
    """Fetch more and more rows at a time, yet never many bytes at once."""
    wanted = 1 if len(connection.columns) > WIDE else FIRST
    while chunk := list(islice(rows, wanted)):
        result.rows += len(chunk)
        result.size += len(marshal.dumps(chunk, 2)) + len(chunk) * (56 + 32 * len(chunk[0]))
        if result.rows > budget.rows:
            raise TooLarge(f"more than {budget.rows} rows")
        if result.size > budget.bytes:
            raise TooLarge(f"more than {budget.bytes} bytes of rows")
        if len(result.table) < budget.preview:
            result.table += chunk[: budget.preview - len(result.table)]
        if sink.take(chunk):
            result.notes = (STOPPED_EARLY,)
            return
        if len(chunk) < wanted:
            return
        wanted = min(max(FIRST, GROWTH * wanted), MOST, 1 + CHUNK_BYTES * result.rows // result.size)


def _run_repaired(connection: Connection, sql: str, budget: Budget, sink: Sink) -> Result:
    """Run the query again in the way that drops the invalid bytes of its text."""
    result = Result()
    try:
        sink.begin()
        rows = connection.repaired_rows(sql, budget.steps)
        if rows is None:
            return Result("error_decode", "text that cannot be decoded")
        _fetch(rows, connection, budget, sink, result)
    except Exception as error:
        status, detail = classify(connection, error, "select")
        return Result("error_decode" if status.startswith("error") else status, detail)
    finally:
        connection.end()
    result.columns = connection.columns
    result.notes += (DROPPED_BYTES,)
    return result


def classify(connection: Connection | type[Connection], error: Exception, word: str) -> tuple[str, str]:
    """Name the status of an exception; the detail is SQLite's own message."""
    detail = str(error)
    if isinstance(error, TooLarge):
        return "too_large", detail
    if isinstance(error, MemoryError):
        return "memory", detail or "out of memory"
    if isinstance(error, TimeoutError):
        return "timeout", detail
    status = "error_decode" if isinstance(error, UnicodeError) else connection.status(error)
    if status == "error":
        status = _by_message(detail)
    if status == "memory":
        detail = "out of memory"
    elif status == "multi_statement":
        detail = SEVERAL
    elif status == "timeout":
        detail = "steps: more operations than the policy allows"
    if status == "internal":
        detail = f"{type(error).__name__}: {detail}"
    if word in text.COMMANDS and status.startswith("error") and status != "error_syntax":
        status = "forbidden"
    return status, detail


def _by_message(detail: str) -> str:
    if detail.startswith("not authorized"):
        return "forbidden"
    if any(part in detail for part in _SYNTAX_ERRORS):
        return "error_syntax"
    if any(part in detail for part in _SCHEMA_ERRORS):
        return "error_schema"
    if any(part in detail for part in _LIMIT_ERRORS):
        return "error_limit"
    return "error_runtime"
