r"""A gold file and a folder of SQLite databases: what the official scripts are called with.

A line is ``SQL \t db_id``, as in Spider's ``dev_gold.sql`` and BIRD's ``dev.sql``. The folder holds
``<db_id>/<db_id>.sqlite`` or ``<db_id>.sqlite``. Without Spider's ``tables.json`` tables and foreign
keys are read off the databases; BIRD's ``dev.json`` brings questions, evidence and difficulty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.datasets.bird import Bird
from adapters.datasets.described import fingerprint, read_list, schema, suites
from adapters.datasets.spider import Spider
from bench.errors import DataError, at
from bench.types import Dataset, Example
from bench.words import count

_FORM = "each line is the SQL, a tab, and the name of the database"


class GoldFile:
    """Somebody's gold queries, with or without what is known of their databases and questions."""

    name = "gold-file"
    title = "A gold file of yours"
    licence = "not stated"
    levels = Spider.levels
    rules = ("test-suite",)
    synthetic = False
    splits = ("all",)

    def __init__(
        self,
        root: Path | None = None,
        *,
        gold: Path | None = None,
        tables: Path | None = None,
        questions: Path | None = None,
    ) -> None:
        """Take the folder of the databases and the files.

        Raises:
            DataError: the folder is missing, or no gold file is given.
        """
        if root is None or gold is None:
            raise DataError(
                "needs a file of gold queries and a folder of databases",
                where="data set 'gold-file'",
                todo="bench score --gold FILE --db DIR --pred FILE",
            )
        if not root.is_dir():
            wrong = (
                "is a file: give the folder of databases"
                if root.exists()
                else "there is no such folder of databases"
            )
            raise DataError(wrong, where=str(root))
        self.root, self.gold, self.tables, self.questions = root, gold, tables, questions

    def load(self, split: str) -> Dataset:  # noqa: ARG002 - there is but one
        """Read the gold file, which is the only split.

        Raises:
            DataError: a file is missing or damaged, or two do not belong together.
        """
        told = read_list(self.tables) if self.tables else []
        tables = {str(table.get("db_id")): table for table in told}
        examples = _examples(self.gold)
        if self.questions:
            examples = _asked(examples, read_list(self.questions), self.questions, self.gold)
        wanted = sorted({example.db_id for example in examples})
        databases = {db_id: _database(self.root, db_id) for db_id in wanted}
        others = suites(databases)
        brings = Bird if self.questions else Spider
        return Dataset(
            name=self.gold.stem,
            split=self.gold.name,
            title="gold file",
            licence=self.licence,
            levels=brings.levels,
            rules=Bird.rules if self.questions else self.rules,
            synthetic=self.synthetic,
            examples=examples,
            schemas={db_id: schema(db_id, databases[db_id], tables.get(db_id)) for db_id in wanted},
            databases=databases,
            fingerprint=fingerprint(examples, databases, tables, others),
            suites=others,
        )


def _examples(path: Path) -> tuple[Example, ...]:
    """Read one example a line; blank lines at the end are no examples, others are refused."""
    try:
        lines = path.read_text(encoding="utf-8-sig").rstrip().split("\n")
    except IsADirectoryError as error:
        raise DataError(
            "is a folder", where=str(path), todo="give the file of gold queries in it, such as dev_gold.sql"
        ) from error
    except OSError as error:
        raise DataError(f"the gold file cannot be read ({error.strerror})", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"the gold file is not UTF-8 (byte {error.start})", where=str(path), todo="save it as UTF-8"
        ) from error
    if lines == [""]:
        raise DataError("holds no gold query", where=str(path), todo=_FORM)
    return tuple(_example(line, number, path) for number, line in enumerate(lines))


def _example(line: str, number: int, path: Path) -> Example:
    sql, tab, db_id = line.strip().partition("\t")
    db_id = db_id.partition("\t")[0].strip()
    if not (sql and tab and db_id):
        raise DataError(
            "is blank: files of conversations are not read" if not line.strip() else "names no database",
            where=at(path, line=number + 1),
            todo=_FORM,
        )
    sql = sql.strip()
    # Where no file brings questions, pages show the gold query in their place.
    return Example(f"{path.stem}/{number:04}", db_id, question=sql, gold=(sql,))


def _asked(
    examples: Sequence[Example], items: Sequence[Mapping[str, Any]], path: Path, gold: Path
) -> tuple[Example, ...]:
    """Give each gold query the question at its place."""
    if len(items) != len(examples):
        raise DataError(
            f"holds {count(len(items), 'question')}, but {gold} has "
            f"{count(len(examples), 'gold query', 'gold queries')}",
            where=str(path),
            todo="give the two files of one split",
        )
    for number, (example, item) in enumerate(zip(examples, items, strict=True)):
        if item.get("db_id") != example.db_id:
            raise DataError(
                f"question {number} asks '{item.get('db_id')}', but its gold query '{example.db_id}'",
                where=str(path),
                todo=f"give the file of questions that belongs to {gold}",
            )
    return tuple(
        replace(
            example,
            question=str(item.get("question") or "").strip(),
            evidence=str(item.get("evidence") or "").strip(),
            difficulty=item.get("difficulty"),
        )
        for example, item in zip(examples, items, strict=True)
    )


def _database(root: Path, db_id: str) -> Path:
    """Find a database; where there is none, say where it should be."""
    paths: Iterable[Path] = (
        root / place for place in (f"{db_id}/{db_id}.sqlite", f"{db_id}.sqlite", f"{db_id}.db")
    )
    first, *others = paths
    return next((path for path in (first, *others) if path.is_file()), first)
