"""Show: a result as the few values that leave the worker; standard library only."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bench.execute.query import Result
    from bench.types import Scalar

TEXT_LENGTH = 200
BLOB_LENGTH = 64
NAME_LENGTH = 80
DETAIL_LENGTH = 500
WIDTH = 50
MAX_COLUMNS = 500
"""Results with more columns are shown by the names of these alone."""

CUT = "…"
_PLAIN = frozenset({int, type(None)})
"""Types of values that are shown as they are."""


def show(result: Result) -> list[object]:
    """Give what ``bench.execute.replies.Told`` reads, without defaults at its end; long values are cut.

    A blob is shown as ``{"blob": hexadecimal}`` and an infinite number as ``{"float": text}``; the last
    value tells whether there are such.
    """
    detail = result.detail and _cut(result.detail, DETAIL_LENGTH)
    shown = [result.status, detail, result.steps, result.rows]
    columns, notes = result.columns, result.notes
    if not columns and not notes:
        return shown
    if columns and max(map(len, columns)) > NAME_LENGTH:
        columns = tuple([_cut(name, NAME_LENGTH) for name in columns])
    preview = [
        row if len(row) <= WIDTH and _PLAIN.issuperset(map(type, row)) else _row(row) for row in result.table
    ]
    if len(columns) > MAX_COLUMNS:
        preview, notes = [], (*notes, "the preview is too large to show")
    shown += columns, preview
    marked = list in map(type, preview) and any(dict in map(type, row) for row in preview)
    if notes or marked:
        shown += notes, marked
    return shown


def _row(row: tuple[Scalar, ...]) -> list[object]:
    shown = [_cell(value) for value in row[:WIDTH]]
    return shown if len(row) <= WIDTH else [*shown, CUT]


def _cell(value: Scalar) -> object:
    if type(value) is str:
        return _cut(value, TEXT_LENGTH)
    if type(value) is bytes:
        head = value[:BLOB_LENGTH] + (CUT.encode() if len(value) > BLOB_LENGTH else b"")
        return {"blob": head.hex()}
    if type(value) is float and value in (float("inf"), float("-inf")):
        return {"float": repr(value)}
    return value


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length] + CUT
