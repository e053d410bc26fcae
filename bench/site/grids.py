"""Result tables as a reader sees them: the first rows, and what differs between two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.site.text import clip
from bench.types import Outcome, Row, Scalar, Status

ROWS, COLUMNS, WIDTH = 8, 12, 120
"""Rows, columns and characters of a value that are shown."""


class Slot(NamedTuple):
    """One value: its text, its kind (``null``, ``number``, ``text`` or ``blob``), whether it differs."""

    text: str
    kind: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """The first rows of one result; ``more_rows`` and ``more_columns`` count what is not shown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Slot, ...], ...]
    total: int
    more_rows: int
    more_columns: int


def grid(outcome: Outcome, against: Outcome | None = None) -> Grid | None:
    """Lay out a result, marking what another result does not have.

    A row that the other preview holds too is unmarked, wherever it stands there. The others are
    matched in order with the other's left-over rows and their values compared place by place.

    Args:
        outcome: the result to show.
        against: the result to compare with; nothing is marked without one.

    Returns:
        The table, or ``None`` when the statement was not run or did not end well, and there is none.
    """
    if outcome.status is not Status.OK or outcome.untried:
        return None
    rows = outcome.preview[:ROWS]
    width = max(len(outcome.columns), max(map(len, rows), default=0))
    if against is None or against.status is not Status.OK or against.untried:
        marks: list[tuple[bool, ...]] = [(False,) * len(row) for row in rows]
    else:
        marks = _marks(rows, against.preview[:ROWS])
    return Grid(
        columns=tuple(clip(name, WIDTH)[0] for name in outcome.columns[:COLUMNS]),
        rows=tuple(
            tuple(_slot(value, mark) for value, mark in zip(row[:COLUMNS], row_marks, strict=False))
            for row, row_marks in zip(rows, marks, strict=True)
        ),
        total=max(outcome.rows, len(outcome.preview)),
        more_rows=max(outcome.rows, len(outcome.preview)) - len(rows),
        more_columns=max(0, width - COLUMNS),
    )


def _marks(rows: Sequence[Row], other: Sequence[Row]) -> list[tuple[bool, ...]]:
    left = Counter(other)
    held = [_take(left, row) for row in rows]
    strangers = [row for row in reversed(other) if _take(left, row)]
    marks = []
    for row, known in zip(rows, held, strict=True):
        if known:
            marks.append((False,) * len(row))
        else:
            twin = strangers.pop() if strangers else ()
            marks.append(tuple([i >= len(twin) or value != twin[i] for i, value in enumerate(row)]))
    return marks


def _take(stock: Counter[Row], row: Row) -> bool:
    if stock[row] < 1:
        return False
    stock[row] -= 1
    return True


def _slot(value: Scalar, differs: bool) -> Slot:
    match value:
        case None:
            return Slot("NULL", "null", differs)
        case bytes():
            text, left = clip(value[: WIDTH // 2].hex().upper(), WIDTH)
            more = len(value) > WIDTH // 2 or left
            return Slot(f"X'{text}{'…' if more else ''}'", "blob", differs)
        case str():
            text, left = clip(value, WIDTH)
            return Slot(text + "…" if left else text, "text", differs)
        case _:
            return Slot(str(value), "number", differs)
