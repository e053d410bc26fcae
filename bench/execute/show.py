"""Show: a result as the small piece of JSON that leaves the worker; standard library only."""

from __future__ import annotations

from bench.execute.wire import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bench.execute.query import Result
    from bench.types import Scalar

TEXT_LENGTH = 200
BLOB_LENGTH = 64
NAME_LENGTH = 80
WIDTH = 50
MAX_LENGTH = 200_000
CUT = "…"


def show(result: Result) -> str:
    """Encode status, detail, steps, rows, columns, preview and notes; long values are cut and marked."""
    head = [result.status, _cut(result.detail, 500), result.steps, result.rows]
    columns = [_cut(name, NAME_LENGTH) for name in result.columns]
    preview = [_row(row) for row in result.table]
    text = encode([*head, columns, preview, result.notes])
    if len(text) <= MAX_LENGTH:
        return text
    return encode([*head, columns[:WIDTH], [], [*result.notes, "the preview is too large to show"]])


def _row(row: tuple[Scalar, ...]) -> list[object]:
    shown = [_cell(value) for value in row[:WIDTH]]
    return shown if len(row) <= WIDTH else [*shown, CUT]


def _cell(value: Scalar) -> object:
    if type(value) is str:
        return _cut(value, TEXT_LENGTH)
    if type(value) is bytes:
        head = value[:BLOB_LENGTH] + (CUT.encode() if len(value) > BLOB_LENGTH else b"")
        return {"blob": head.hex()}
    return value


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length] + CUT
