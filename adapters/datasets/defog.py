"""Defog's sql-eval: hand-written questions with several accepted answers, in six dialects.

https://github.com/defog-ai/sql-eval, ``data/``; databases of https://github.com/defog-ai/defog-data. A
question on ``{name, id}`` of something may be answered with either column or both; the PostgreSQL
files write such a choice in braces, the others write every query out, one after another.

Which answers count is decided by :mod:`bench.judge`: an answer may have more columns than gold
(``ex.subset``), which is the official rule as well.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import ClassVar

from adapters.datasets.folder import Folder, Item, Parts, Splits
from adapters.datasets.text import read_text
from bench.sql.lexemes import LEXEME
from bench.types import Example

PARTS = ("questions_gen", "instruct_basic", "instruct_advanced")
DIALECTS = ("sqlite", "postgres", "mysql", "bigquery", "snowflake", "tsql")

_CHOICE = re.compile(r"\{([^{}]*)\}")


def _files(dialect: str) -> Mapping[str, Parts]:
    """Name the splits of one dialect: each part, and all of them."""
    tail = "" if dialect == "sqlite" else f"-{dialect}"
    parts = PARTS[:1] if dialect == "snowflake" else PARTS
    names = {part: (f"{part}_{dialect}.csv", f"data/{part}_{dialect}.csv") for part in parts}
    return {
        f"all{tail}": tuple(names.values()),
        **{f"{part.replace('_', '-')}{tail}": (names[part],) for part in parts},
    }


class Defog(Folder):
    """The question sets of sql-eval."""

    name = "defog"
    title = "Defog sql-eval"
    licence = "Apache-2.0"
    page = "https://github.com/defog-ai/sql-eval"
    rules = ("subset", "test-suite")
    files: ClassVar[Splits] = {
        split: parts for dialect in DIALECTS for split, parts in _files(dialect).items()
    }
    tables = ()
    databases = ("database", "databases", "defog_sqlite")
    holds = "questions_gen_sqlite.csv and the like, and database/"

    def items(self, path: Path) -> Sequence[Item]:
        """Read one CSV file."""
        return list(csv.DictReader(io.StringIO(read_text(path), newline="")))

    def example(self, split: str, number: int, item: Item) -> Example:
        """Take the instructions that go with a question for its evidence."""
        told = item.get("full_instructions") or item.get("instructions") or ""
        return Example(
            id=f"{self.name}/{split}/{number:04}",
            db_id=item["db_name"],
            question=item["question"].strip(),
            gold=accepted(item["query"]),
            evidence=told.strip(),
        )

    def dialect(self, split: str) -> str:
        """Name the dialect that the split's files are in."""
        return next((name for name in DIALECTS if split.endswith(f"-{name}")), "sqlite")


def accepted(text: str) -> tuple[str, ...]:
    """Write out every accepted query, each once.

    >>> accepted("SELECT {a, b} FROM t; SELECT c FROM t;")
    ('SELECT a FROM t', 'SELECT b FROM t', 'SELECT a, b FROM t', 'SELECT c FROM t')
    >>> accepted("SELECT {a}, count(*) FROM t GROUP BY {}")
    ('SELECT a, count(*) FROM t GROUP BY a',)
    """
    return tuple(dict.fromkeys(query for part in _statements(text) for query in _choices(part)))


def _statements(text: str) -> Iterable[str]:
    """Cut a text at the semicolons that stand in no quotes."""
    start = 0
    for lexeme in LEXEME.finditer(text):
        if lexeme[0] == ";":
            yield from filter(None, [text[start : lexeme.start()].strip()])
            start = lexeme.end()
    yield from filter(None, [text[start:].strip()])


def _choices(query: str) -> Iterable[str]:
    """Write out a choice in braces: any of its columns, in their order."""
    found = _CHOICE.search(query)
    if found is None:
        yield query
        return
    columns = [column.strip() for column in found[1].split(",")]
    for count in range(1, len(columns) + 1):
        for chosen in combinations(columns, count):
            text = ", ".join(chosen)
            rest = query[found.end() :].replace("{}", text)  # GROUP BY {} repeats what was chosen
            yield from _choices(query[: found.start()] + text + rest)
