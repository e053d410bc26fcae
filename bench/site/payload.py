"""The data that the board's script recomputes from: verdicts, and the questions they belong to.

A classic script that calls one function, because a page on a disk may load no other form of data.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from scipy.special import ndtri, stdtrit

from bench.judge.score import level_of, levels_of
from bench.judge.stats import LEVEL
from bench.site.board import Board, Line, Sheet
from bench.site.drill import anchor, cell_home, question_home
from bench.types import Dataset


def script(function: str, value: object) -> bytes:
    """Write a call of ``function`` with a JSON value that no HTML parser and no old engine trips over."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True, allow_nan=False)
    harmless = text.replace("<", "\\u003c")
    return f"{function}({harmless});\n".encode("ascii")


def payload(board: Board) -> bytes:
    """Write what ``table.js`` and ``compare.js`` read of a board."""
    groups = max((len(set(_clusters(sheet.dataset))) for sheet in board.sheets), default=0)
    tail = (1 + LEVEL) / 2
    return script(
        "board",
        {
            "z": float(ndtri(tail)),
            "t": [0.0, *(float(stdtrit(df, tail)) for df in range(1, max(2, groups)))],
            "metrics": list(board.result.metrics),
            "sheets": [_sheet(sheet) for sheet in board.sheets],
        },
    )


def _sheet(sheet: Sheet) -> dict[str, object]:
    examples = sheet.dataset.examples
    levels, databases = list(levels_of(sheet.dataset)), sorted(set(_clusters(sheet.dataset)))
    return {
        "name": sheet.name,
        "levels": levels,
        "databases": [[name, question_home(sheet.name, name)] for name in databases],
        "level": [levels.index(level_of(example)) for example in examples],
        "database": [databases.index(example.db_id) for example in examples],
        "anchors": [anchor(example) for example in examples],
        "lines": [_line(line) for line in sheet.lines],
    }


def _line(line: Line) -> dict[str, object]:
    return {
        "model": line.model,
        "method": line.method,
        "home": cell_home(line.cells[0]),
        "marks": {metric: pack(marks) for metric, marks in line.marks.items()},
    }


def pack(marks: Sequence[float]) -> str | list[float]:
    """Write one character per question where every value is 0 or 1, and numbers otherwise.

    >>> pack([1.0, 0.0]), pack([0.5, 1.0])
    ('10', [0.5, 1.0])
    """
    if all(value in (0.0, 1.0) for value in marks):
        return "".join("01"[int(value)] for value in marks)
    return list(marks)


def _clusters(dataset: Dataset) -> list[str]:
    return [example.db_id for example in dataset.examples]
