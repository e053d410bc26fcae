"""BIRD dev and mini-dev in their SQLite form: questions with evidence, and a difficulty of their own.

Li et al., "Can LLM Already Serve as A Database Interface? A BIg Bench for Large-Scale Database
Grounded Text-to-SQLs", NeurIPS 2023 (arXiv 2305.03111). The folder is the one an archive of theirs
unpacks to::

    dev.json              dev_tables.json  dev_databases/<db_id>/<db_id>.sqlite
    mini_dev_sqlite.json  dev_tables.json  dev_databases/<db_id>/<db_id>.sqlite

``tables.json`` serves as well. A database whose folder is missing is named when it is needed; the
questions on the others are judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from adapters.datasets.described import fingerprint, read_list, schema
from bench.errors import ConfigError, DataError, near
from bench.types import Dataset, Example

FILES: Mapping[str, str] = {"dev": "dev.json", "mini-dev": "mini_dev_sqlite.json"}
"""Split → its file of questions."""

TABLES = ("dev_tables.json", "tables.json")
FOLDERS = ("dev_databases", "databases", "database")


class Bird:
    """The BIRD data set under a folder of the user's."""

    name = "bird"
    title = "BIRD"
    licence = "CC BY-SA 4.0"
    levels = ("simple", "moderate", "challenging")
    rules = ("bird",)
    synthetic = False
    splits = tuple(FILES)

    def __init__(self, root: Path | None = None) -> None:
        """Look at a folder.

        Raises:
            DataError: no folder is given, or it is not BIRD's.
        """
        if root is None:
            raise DataError(
                "BIRD is not embedded",
                where="data set 'bird'",
                todo="give the folder of its archive: --data DIR, or 'root' in the suite",
            )
        if not any((root / name).is_file() for name in TABLES):
            raise DataError(
                "has no dev_tables.json, so it is not BIRD's folder",
                where=str(root),
                todo="give the folder that holds dev.json, dev_tables.json and dev_databases/",
            )
        self.root = root

    def load(self, split: str) -> Dataset:
        """Load one split.

        Raises:
            ConfigError: no such split.
            DataError: the file of questions is missing or damaged, or a question lacks a field.
        """
        if split not in FILES:
            raise ConfigError(f"unknown split '{split}'", where="data set 'bird'", todo=near(split, FILES))
        path = self.root / FILES[split]
        items = read_list(path)
        tables = {table["db_id"]: table for table in read_list(self._tables())}
        examples = tuple(_examples(split, items, path))
        wanted = sorted({example.db_id for example in examples})
        databases = {db_id: self._database(db_id) for db_id in wanted}
        return Dataset(
            name=self.name,
            split=split,
            title=self.title,
            licence=self.licence,
            levels=self.levels,
            rules=self.rules,
            synthetic=self.synthetic,
            examples=examples,
            schemas={db_id: schema(db_id, databases[db_id], tables.get(db_id)) for db_id in wanted},
            databases=databases,
            fingerprint=fingerprint(examples, databases, tables),
        )

    def _tables(self) -> Path:
        return next(path for name in TABLES if (path := self.root / name).is_file())

    def _database(self, db_id: str) -> Path:
        """Find a database; where there is none, say where it should be."""
        paths = [self.root / folder / db_id / f"{db_id}.sqlite" for folder in FOLDERS]
        return next((path for path in paths if path.is_file()), paths[0])


def _examples(split: str, items: Iterable[Mapping[str, Any]], path: Path) -> Iterable[Example]:
    """Name each question by its number in BIRD, which mini-dev takes over from dev."""
    for place, item in enumerate(items):
        try:
            yield Example(
                id=f"bird/{split}/{int(item.get('question_id', place)):04}",
                db_id=item["db_id"],
                question=item["question"].strip(),
                gold=(item["SQL"].strip(),),
                difficulty=item.get("difficulty"),
                evidence=(item.get("evidence") or "").strip(),
            )
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            raise DataError(
                f"question {place} has no usable {error}",
                where=str(path),
                todo="each needs question_id, db_id, question and SQL",
            ) from error
