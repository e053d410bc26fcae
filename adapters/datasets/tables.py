"""Tables: CSV files as tables to be written into SQLite."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.databases.build import Filling, distinct
from adapters.datasets.text import read_text
from bench.errors import DataError
from bench.types import Scalar

DELIMITERS = ",;\t|"
_INTEGER = re.compile(r"[+-]?(?:0|[1-9]\d{0,17})")
_REAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_CODE = re.compile(r"[+-]?0\d")


def from_csv(paths: Sequence[Path]) -> list[Filling]:
    """Read CSV files, a table each, called like its file; types follow from all of a column's values.

    Raises:
        DataError: a file is not UTF-8, has no heading, or a line has more cells than the heading.
    """
    names = distinct(path.stem for path in paths)
    return [_table(name, path) for name, path in zip(names, paths, strict=True)]


def _table(name: str, path: Path) -> Filling:
    text = read_text(path)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    if not rows or not any(rows[0]):
        raise DataError("has no heading", where=str(path), todo="name the columns in its first line")
    heading, body = rows[0], [row for row in rows[1:] if row]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) > len(heading):
            raise DataError(
                f"has {len(row)} cells, and the heading has {len(heading)}", where=f"{path}, row {number}"
            )
    kinds = [_column(row[place] for row in body if place < len(row)) for place in range(len(heading))]
    values = ([_value(cell, kind) for cell, kind in zip(row, kinds, strict=False)] for row in body)
    return Filling(name, list(zip(heading, kinds, strict=True)), values)


def _delimiter(text: str) -> str:
    """Take the sign that the heading has most of."""
    heading = text.partition("\n")[0]
    return max(DELIMITERS, key=heading.count)


def _column(cells: Iterator[str]) -> str:
    """Tell the type of a column; numbers with leading zeros are codes, so text."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if filled and all(_INTEGER.fullmatch(cell) for cell in filled):
        return "INTEGER"
    if filled and all(_REAL.fullmatch(cell) and not _CODE.match(cell) for cell in filled):
        return "REAL"
    return "TEXT"


def _value(cell: str, kind: str) -> Scalar:
    if not cell.strip():
        return None
    return int(cell) if kind == "INTEGER" else float(cell) if kind == "REAL" else cell
