"""Query: run one SQL on an open connection and say how it ended; runs inside the worker.

Rows are fetched in chunks and handed to a sink, which may say that it has seen enough. Status
names are those of ``bench.types.Status``, written out because that module is not loaded here.
"""

from __future__ import annotations

import marshal
from itertools import islice

import apsw

from bench.execute import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from bench.execute.connection import Connection
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
        _fetch(connection, sql, budget, sink, result)
    except UnicodeDecodeError:
        result = _run_undecodable(connection, sql, budget, sink)
    except Exception as error:
        result.status, result.detail = classify(error, word)
        result.table = []
    else:
        _settle(connection, result, word)
    result.steps = connection.steps
    return result


def _settle(connection: Connection, result: Result, word: str) -> None:
    """Give what ran to its end, but was not a query, its status."""
    result.columns = connection.columns
    if word in text.COMMANDS:
        result.status, result.detail = "forbidden", f"{word.upper()} is not a query"
    elif connection.explains or not connection.statements:
        result.status = "not_a_query"
        result.detail = "EXPLAIN is not an answer" if connection.explains else "there is no statement"
    if result.status != "ok":
        result.table, result.rows, result.columns = [], 0, ()


def _fetch(connection: Connection, sql: str, budget: Budget, sink: Sink, result: Result) -> None:
    connection.begin(budget.steps)
    cursor = connection.database.cursor()
    try:
        rows = cursor.execute(sql, None, can_cache=False)
        for chunk in _chunks(rows, len(connection.columns), budget, result):
            if sink.take(chunk):
                result.notes = (STOPPED_EARLY,)
                break
    finally:
        cursor.close(True)


def _chunks(rows: Iterator[Row], width: int, budget: Budget, result: Result) -> Iterator[list[Row]]:
    """Fetch more and more rows at a time, yet never many bytes at once."""
    sizes = iter((1, *CHUNKS) if width > WIDE else CHUNKS)
    while True:
        wanted = next(sizes, LAST_CHUNK)
        if result.rows:
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
        yield chunk
        if len(chunk) < wanted:
            return


class _Decoded:
    """Turns pairs of (bytes, type) columns back into values, and counts against the real sink."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    def take(self, chunk: list[Row]) -> bool:
        return self.sink.take([decode(row) for row in chunk])


def decode(row: Row) -> Row:
    """Join value and type columns; text loses its invalid bytes."""
    return tuple(
        [
            value.decode("utf-8", "ignore") if kind == "text" and isinstance(value, bytes) else value
            for value, kind in zip(row[::2], row[1::2], strict=True)
        ]
    )


def _run_undecodable(connection: Connection, sql: str, budget: Budget, sink: Sink) -> Result:
    """Run the query again inside one that hands text out as bytes: the same engine, the same rows."""
    columns = connection.columns
    if connection.encoding != "UTF-8" or len(columns) > 900:
        return Result("error_decode", "text that cannot be decoded")
    names = [f"c{index}" for index in range(len(columns))]
    values = ",".join(
        f"CASE typeof({n}) WHEN 'text' THEN CAST({n} AS BLOB) ELSE {n} END,typeof({n})" for n in names
    )
    inner = sql[: text.end_of_first(sql)]
    result = Result()
    try:
        _fetch(
            connection,
            f"WITH q({','.join(names)}) AS (\n{inner}\n) SELECT {values} FROM q",
            budget,
            _Decoded(sink),
            result,
        )
    except Exception as error:
        status, detail = classify(error, "select")
        return Result("error_decode" if status.startswith("error") else status, detail)
    result.columns = columns
    result.table = [decode(row) for row in result.table]
    result.notes += (DROPPED_BYTES,)
    return result


def classify(error: Exception, word: str) -> tuple[str, str]:
    """Name the status of an exception; the detail is SQLite's own message."""
    detail = str(error)
    status = next((status for kinds, status in _BY_CLASS if isinstance(error, kinds)), "internal")
    if isinstance(error, apsw.SQLError):
        status = _by_message(detail)
    if status == "timeout":
        detail = "steps: more operations than the policy allows"
    if status == "internal":
        detail = f"{type(error).__name__}: {detail}"
    if word in text.COMMANDS and status.startswith("error") and status != "error_syntax":
        status = "forbidden"
    return status, detail


_BY_CLASS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    ((apsw.AuthError, apsw.ReadOnlyError, apsw.PermissionsError), "forbidden"),
    (apsw.InterruptError, "timeout"),
    (TooLarge, "too_large"),
    (apsw.ExecTraceAbort, "multi_statement"),
    (apsw.TooBigError, "error_limit"),
    ((apsw.NoMemError, MemoryError), "memory"),
    ((apsw.CorruptError, apsw.NotADBError, apsw.FormatError), "db_corrupt"),
    (apsw.CantOpenError, "db_io"),
    ((apsw.IOError, apsw.FullError, apsw.BusyError, apsw.LockedError), "db_io"),
    ((apsw.BindingsError, apsw.ConstraintError, apsw.MismatchError, apsw.RangeError), "error_runtime"),
    (UnicodeError, "error_decode"),
    (apsw.SchemaChangeError, "db_io"),
)


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
