"""Query: run one SQL on an open connection and say how it ended; runs inside the worker.

Rows are fetched in chunks and handed to a sink, which may say that it has seen enough. Status
names are those of ``bench.types.Status``, written out because that module is not loaded here.
"""

from __future__ import annotations

import marshal
from itertools import count, islice

from bench.execute import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from bench.execute.guard import Connection
    from bench.types import Row

    class Sink(Protocol):
        """Takes chunks of rows; answers whether it has seen enough."""

        def take(self, chunk: list[Row]) -> bool:
            """Take a chunk."""
            ...


CHUNKS = (16, 128)
WIDE = 20
"""Columns from which on the first row is fetched by itself: it may be very large."""

LAST_CHUNK = 1024
CHUNK_BYTES = 4 * 2**20

DROPPED_BYTES = "text that is not UTF-8: its invalid bytes were dropped"
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

    __slots__ = ("columns", "detail", "notes", "rows", "size", "status", "steps", "table")

    def __init__(self, status: str = "ok", detail: str = "") -> None:
        self.status, self.detail = status, detail
        self.steps = self.rows = self.size = 0
        self.columns: tuple[str, ...] = ()
        self.table: list[Row] = []
        self.notes: tuple[str, ...] = ()


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
    if word in text.QUERIES and text.has_more(sql):
        return Result("multi_statement", "more than one statement")
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
        _settle(connection, result, word)
    result.steps = connection.steps
    return result


def _settle(connection: Connection, result: Result, word: str) -> None:
    """Give what ran to its end, but was not a query, its status."""
    if word in text.COMMANDS:
        result.status, result.detail = "forbidden", f"{word.upper()} is not a query"
    elif connection.explains or not connection.statements:
        result.status = "not_a_query"
        result.detail = "EXPLAIN is not an answer" if connection.explains else "there is no statement"
    else:
        result.columns = connection.columns
        return
    result.table, result.rows = [], 0


def _fetch(rows: Iterator[Row], connection: Connection, budget: Budget, sink: Sink, result: Result) -> None:
    """Fetch more and more rows at a time, yet never many bytes at once."""
    sizes = (1, *CHUNKS) if len(connection.columns) > WIDE else CHUNKS
    for turn in count():
        wanted = sizes[turn] if turn < len(sizes) else LAST_CHUNK
        if turn:
            wanted = min(wanted, 1 + CHUNK_BYTES * result.rows // (result.size + 1))
        chunk = list(islice(rows, wanted))
        if not chunk:
            return
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


def _run_repaired(connection: Connection, sql: str, budget: Budget, sink: Sink) -> Result:
    """Run the query again in the way that drops the invalid bytes of its text."""
    result = Result()
    try:
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
    if status == "timeout":
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
