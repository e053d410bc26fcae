"""Spider 2.0-lite: real questions of analysts, of which those on SQLite databases are asked here.

Lei et al., "Spider 2.0: Evaluating Language Models on Real-World Enterprise Text-to-SQL Workflows", ICLR
2025 (arXiv 2411.07763). The folder is ``spider2-lite/`` of the authors' repository, with their local
databases in ``resource/databases/spider2-localdb/``.

Gold is one or several result tables; the SQL that made them is published for few questions. A table
becomes a query that lists its rows, so that it can be compared like any other. The official script
asks that certain columns of gold (``condition_cols``) be found among the columns of the answer, in any
row order and within 0.01: hence gold shows those columns, and the rule is ``spider2``. Under ``subset``
rows have to stay together and numbers to agree.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from adapters.databases.build import distinct, quoted
from adapters.datasets.folder import Folder, Item, Splits
from adapters.datasets.lines import read_lines
from bench.errors import DataError
from bench.types import Example

GOLD = "evaluation_suite/gold"
LOCAL = "local"
"""What the ids of questions on SQLite databases begin with."""

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")


class Spider2Lite(Folder):
    """The SQLite part of Spider 2.0-lite."""

    name = "spider2-lite"
    title = "Spider 2.0-lite (SQLite part)"
    licence = "MIT"
    page = "https://github.com/xlang-ai/Spider2"
    rules = ("spider2", "subset")
    files: ClassVar[Splits] = {"local": (("spider2-lite.jsonl",),)}
    tables = ()
    databases = ("resource/databases/spider2-localdb", "database")
    holds = "spider2-lite.jsonl, evaluation_suite/ and resource/"

    def items(self, path: Path) -> Sequence[Item]:
        """Read the questions on SQLite databases, each with how its answer is checked."""
        checks = {
            item["instance_id"]: item for item in read_lines(self.root / GOLD / "spider2lite_eval.jsonl")
        }
        return [
            {**item, "columns": checks.get(item["instance_id"], {}).get("condition_cols", [])}
            for item in read_lines(path)
            if item["instance_id"].startswith(LOCAL)
        ]

    def example(self, split: str, number: int, item: Item) -> Example:  # noqa: ARG002
        """Make every published result an accepted gold, and take the document it names for evidence."""
        name = item["instance_id"]
        return Example(
            id=f"{self.name}/{split}/{name}",
            db_id=item["db"],
            question=item["question"].strip(),
            gold=tuple(self._golds(name, item["columns"])),
            evidence=self._document(item.get("external_knowledge")),
        )

    def database(self, split: str, db_id: str) -> Path:
        """Find ``<db_id>.sqlite`` itself, or in a folder of its name."""
        paths = [path for folder in self.folders(split) for path in _paths(folder, db_id)]
        return next((path for path in paths if path.is_file()), paths[0])

    def _golds(self, name: str, columns: Sequence[int] | Sequence[Sequence[int]]) -> list[str]:
        folder = self.root / GOLD / "exec_result"
        paths = [folder / f"{name}.csv", *sorted(folder.glob(f"{name}_[a-z].csv"))]
        found = [path for path in paths if path.is_file()]
        if not found:
            raise DataError(
                f"has no result for '{name}'", where=str(folder), todo="get the repository's files again"
            )
        return [listed(*read_table(path), _wanted(columns, number)) for number, path in enumerate(found)]

    def _document(self, name: str | None) -> str:
        path = self.root / "resource" / "documents" / name if name else None
        return path.read_text(encoding="utf-8") if path and path.is_file() else ""


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read a result table: its columns and its rows."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    return (rows[0], rows[1:]) if rows else ([], [])


def listed(names: Sequence[str], rows: Sequence[Sequence[str]], wanted: Sequence[int]) -> str:
    """Write a query that lists the rows of a table, of its columns the wanted ones.

    >>> listed(["a", "b"], [["1", "x"], ["2", ""]], [0])
    'SELECT column1 AS "a" FROM (VALUES (1), (2))'
    """
    chosen = [place for place in wanted if place < len(names)] or list(range(len(names)))
    titles = distinct(names[place] for place in chosen)
    shown = ", ".join(f"column{number} AS {quoted(title)}" for number, title in enumerate(titles, start=1))
    values = ", ".join(f"({', '.join(_literal(row[place]) for place in chosen)})" for row in rows)
    if not rows:
        return f"SELECT {', '.join(f'NULL AS {quoted(title)}' for title in titles)} WHERE 0"
    return f"SELECT {shown} FROM (VALUES {values})"


def _wanted(columns: Sequence[int] | Sequence[Sequence[int]], number: int) -> list[int]:
    """Give the columns that count in one of several results: one list for all, or one for each."""
    each = [column for column in columns if isinstance(column, Sequence)]
    if each:
        return list(each[number]) if number < len(each) else []
    return [column for column in columns if isinstance(column, int)]


def _literal(text: str) -> str:
    """Write a cell as SQL: empty is NULL, a number is a number, a code such as 007 is text."""
    if not text:
        return "NULL"
    return text if _NUMBER.fullmatch(text) else "'" + text.replace("'", "''") + "'"


def _paths(folder: Path, db_id: str) -> Sequence[Path]:
    return [folder / f"{db_id}.sqlite", folder / db_id / f"{db_id}.sqlite"]
