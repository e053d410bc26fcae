"""The data that the board's script recomputes from: verdicts, and the questions they belong to.

A classic script that calls one function, because a page on a disk may load no other form of data.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtri, stdtrit

from bench.judge.ends import ENDINGS
from bench.judge.score import level_of, levels_of
from bench.judge.stats import LEVEL, POWER_FACTOR
from bench.results import CellResult
from bench.site.board import Board, Line, Sheet
from bench.site.drill import anchor, cell_home, leaves, question_home
from bench.site.legend import ENDS
from bench.site.releases import Release, today
from bench.site.summary import Summary
from bench.site.tags import tags
from bench.site.text import address, clip
from bench.types import Dataset


def script(function: str, value: object) -> bytes:
    """Write a call of ``function`` with a JSON value that no HTML parser and no old engine trips over."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True, allow_nan=False)
    harmless = text.replace("<", "\\u003c")
    return f"{function}({harmless});\n".encode("ascii")


def payload(board: Board) -> bytes:
    """Write what ``controls.js`` and ``compare.js`` read of a board."""
    return script(
        "board",
        {
            **_quantiles(board),
            "power": POWER_FACTOR,
            "metrics": list(board.result.metrics),
            "endings": [(end, ENDINGS[end]) for end in ENDS],
            "sheets": [_sheet(sheet, board.summaries) for sheet in board.sheets],
        },
    )


def history(board: Board, kept: Sequence[Release]) -> bytes:
    """Write what ``history.js`` sets against each other: the headline on the days that were kept, and now."""
    metric = board.result.metrics[0]
    sheets = []
    for sheet in board.sheets:
        clusters = _clusters(sheet.dataset)
        names = sorted(set(clusters))
        days = [*kept, today(sheet, metric)]
        sheets.append(
            {
                "asked": [day.fingerprints.get(sheet.name, "") for day in days],
                "database": [names.index(name) for name in clusters],
                "lines": [[_seeds(day.seeds(sheet, line, metric)) for day in days] for line in sheet.lines],
            }
        )
    return script("releases", {**_quantiles(board), "sheets": sheets})


def _seeds(marks: Sequence[Sequence[float]]) -> list[object]:
    """Write how many questions there are, and each seed's values."""
    return [len(marks[0]), *map(pack, marks)] if marks else []


def _quantiles(board: Board) -> dict[str, object]:
    """Give the quantiles of the normal and, for each degree of freedom, of Student's t."""
    groups = max((len(set(_clusters(sheet.dataset))) for sheet in board.sheets), default=0)
    tail = (1 + LEVEL) / 2
    return {
        "z": float(ndtri(tail)),
        "t": [0.0, *(float(stdtrit(df, tail)) for df in range(1, max(2, groups)))],
    }


def _sheet(sheet: Sheet, summaries: Mapping[str, Summary]) -> dict[str, object]:
    examples = sheet.dataset.examples
    levels, databases = list(levels_of(sheet.dataset)), sorted(set(_clusters(sheet.dataset)))
    return {
        "name": sheet.name,
        "questions": f"questions/{address(sheet.name)}.js",
        "levels": levels,
        "databases": [[name, question_home(sheet.name, name)] for name in databases],
        "level": [levels.index(level_of(example)) for example in examples],
        "database": [databases.index(example.db_id) for example in examples],
        "anchors": [anchor(example) for example in examples],
        "tags": list(tags(sheet.dataset).items()),
        "known": [i for i, example in enumerate(examples) if example.id in sheet.known],
        "lines": [_line(line, summaries) for line in sheet.lines],
    }


def _line(line: Line, summaries: Mapping[str, Summary]) -> dict[str, object]:
    done = [(cell, summaries[cell.slug]) for cell in line.cells if not cell.missing]
    return {
        "model": line.model,
        "method": line.method,
        "size": line.figures["size"].number if "size" in line.figures else None,
        "home": cell_home(line.cells[0]),
        "seeds": [[cell.seed, f"{cell_home(cell)}.js"] for cell, _ in done],
        "marks": {metric: [pack(summary.marks[metric]) for _, summary in done] for metric in line.marks},
        "ends": [_ends(summary) for _, summary in done],
    }


def _ends(summary: Summary) -> str:
    """Write one character per question: the place in the list of endings, in base 36."""
    places = {end: "0123456789abcdefghijklmnopqrstuvwxyz"[i] for i, end in enumerate(ENDS)}
    return "".join(places[end] for end in summary.ends)


def questions(sheet: Sheet) -> bytes:
    """Write the questions of a sheet with their gold, for pages that show both sides of a comparison."""
    asked = [[clip(e.question)[0], clip(e.gold[0])[0] if e.gold else ""] for e in sheet.dataset.examples]
    return script("questions", asked)


def statements(cell: CellResult, *, linked: bool = True) -> bytes:
    """Write the SQL that a cell answered, in the order of the questions.

    ``linked`` says whether each answer has a place on a page of the cell.
    """
    said = {prediction.example_id: prediction.sql for prediction in cell.predictions}
    pages = list(leaves(cell.dataset).items()) if linked else []
    leaf = {example.id: number for number, (_, (_, asked)) in enumerate(pages) for example in asked}
    return script(
        "statements",
        {
            "home": cell_home(cell),
            "leaves": [name for name, _ in pages],
            "leaf": [leaf[example.id] for example in cell.dataset.examples] if linked else [],
            "sql": [clip(said.get(example.id) or "")[0] for example in cell.dataset.examples],
        },
    )


def pack(marks: Sequence[float]) -> str | list[float]:
    """Write a bit per question, the lowest first and in base 64, where every value is 0 or 1; else numbers.

    >>> pack([1.0, 0.0, 1.0]), pack([0.5, 1.0])
    ('BQ==', [0.5, 1.0])
    """
    if all(value in (0.0, 1.0) for value in marks):
        bits = np.packbits(np.asarray(marks, dtype=bool), bitorder="little")
        return b64encode(bits.tobytes()).decode("ascii")
    return list(marks)


def _clusters(dataset: Dataset) -> list[str]:
    return [example.db_id for example in dataset.examples]
