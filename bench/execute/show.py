"""Show: a result as the few values that leave the worker; standard library only."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bench.execute.query import Result
    from bench.types import Scalar

TEXT_LENGTH = 200
BLOB_LENGTH = 64
NAME_LENGTH = 80
WIDTH = 50
MAX_COLUMNS = 500
"""Results with more columns are shown by the names of these alone."""

CUT = "…"
_PLAIN = frozenset({int, type(None)})


def show(result: Result) -> list[object]:
    """Give status, detail, steps, rows, columns, preview and notes; long values are cut and marked.

    A blob is shown as ``{"blob": hexadecimal}`` and an infinite number as ``{"float": text}``; a further
    true value at the end tells that there are such.
    """
    if not result.columns and not result.notes:
        return [result.status, _cut(result.detail, 500), result.steps, result.rows]
    columns = [name if len(name) <= NAME_LENGTH else _cut(name, NAME_LENGTH) for name in result.columns]
    preview = [row if _is_plain(row) else _row(row) for row in result.table]
    notes = result.notes
    if len(columns) > MAX_COLUMNS:
        preview, notes = [], (*notes, "the preview is too large to show")
    shown = [result.status, _cut(result.detail, 500), result.steps, result.rows, columns, preview, notes]
    if any(type(row) is list and dict in map(type, row) for row in preview):
        shown.append(True)
    return shown


def _is_plain(row: tuple[Scalar, ...]) -> bool:
    """Tell whether a row is shown as it is."""
    return _PLAIN.issuperset(map(type, row)) and len(row) <= WIDTH


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
