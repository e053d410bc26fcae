"""The matrix of a sheet: questions, the hardest first, against rows, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.judge.score import level_of
from bench.site.board import Line, Sheet
from bench.types import Example

STEP = 8
"""Pixels from the square of one row to the next; a square is one less."""

NAMED = 24
"""Rows up to which their names are told for each question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: in how many rows it is right, and its strip of squares as paths.

    Attributes:
        right: rows that answer it right in every seed.
        whole: the squares of those rows.
        partly: lower squares, of rows that answer it right in some of their seeds.
        told: the same for those who do not see squares.
    """

    example: Example
    level: str
    right: int
    whole: str
    partly: str
    told: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """The questions of a sheet over its finished rows; ``lines`` is the order of the squares."""

    sheet: Sheet
    lines: tuple[Line, ...]
    asked: tuple[Asked, ...]

    @property
    def width(self) -> int:
        """Pixels of a strip."""
        return STEP * len(self.lines)

    @property
    def never(self) -> int:
        """How many questions no row answers right, in no seed."""
        return sum(not (one.whole or one.partly) for one in self.asked)

    @property
    def always(self) -> int:
        """How many questions every row answers right, in every seed."""
        return sum(one.right == len(self.lines) for one in self.asked)


def matrix(sheet: Sheet) -> Matrix:
    """Lay a sheet out question by question."""
    lines = tuple(sorted(sheet.done, key=lambda line: -sum(line.means)))
    asked = [
        _asked(example, lines, [line.means[place] for line in lines])
        for place, example in enumerate(sheet.dataset.examples)
    ]
    return Matrix(sheet, lines, tuple(sorted(asked, key=lambda one: (one.right, len(one.partly)))))


def _asked(example: Example, lines: Sequence[Line], marks: Sequence[float]) -> Asked:
    whole = [place for place, mark in enumerate(marks) if mark >= 1]
    partly = [place for place, mark in enumerate(marks) if 0 < mark < 1]
    return Asked(
        example=example,
        level=level_of(example),
        right=len(whole),
        whole=_squares(whole, STEP - 1),
        partly=_squares(partly, STEP // 2),
        told=_told([line.name for line, mark in zip(lines, marks, strict=True) if mark > 0], len(lines)),
    )


def _told(right: Sequence[str], rows: int) -> str:
    if not right:
        return "right in no row"
    return f"right: {', '.join(right)}" if rows <= NAMED else f"right in {len(right)} of {rows} rows"


def _squares(places: Sequence[int], height: int) -> str:
    """Draw squares that stand on the ground.

    >>> _squares([0, 2], 7)
    'M0 0h7v7h-7zM16 0h7v7h-7z'
    """
    top, side = STEP - 1 - height, STEP - 1
    return "".join(f"M{STEP * place} {top}h{side}v{height}h-{side}z" for place in places)
