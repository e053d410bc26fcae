"""Spider 1.0, and every set laid out like it: questions as JSON, ``tables.json``, SQLite folders.

Yu et al., "Spider: A Large-Scale Human-Labeled Dataset for Complex and Cross-Domain Semantic Parsing
and Text-to-SQL Task", EMNLP 2018. The folder is the one the authors' archive unpacks to::

    dev.json  train_spider.json  train_others.json  tables.json  database/<db_id>/<db_id>.sqlite

A database missing from ``database/`` is also looked for in other folders beside it whose names
start with ``database``. Files that are absent or damaged are named when they are needed; they do
not stop the questions on other databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from adapters.datasets.described import fingerprint, read_list, schema
from bench.errors import ConfigError, DataError, near
from bench.types import Dataset, Example

FILES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "train": (("train_spider.json", "train_spider_min.json"), ("train_others.json", "train_others_min.json")),
    "dev": (("dev.json",),),
}
"""Split → the files it is made of, each with the names it is known by."""


class Spider:
    """The Spider data set under a folder of the user's."""

    name = "spider"
    title = "Spider 1.0"
    licence = "CC BY-SA 4.0"
    levels = ("easy", "medium", "hard", "extra")
    rules = ("test-suite", "bird")
    synthetic = False
    splits = tuple(FILES)

    def __init__(self, root: Path | None = None) -> None:
        """Look at a folder.

        Raises:
            DataError: no folder is given, or it is not Spider's.
        """
        if root is None:
            raise DataError(
                "Spider is not embedded",
                where="data set 'spider'",
                todo="give the folder of its archive: --data DIR, or 'root' in the suite",
            )
        if not (root / "tables.json").is_file():
            raise DataError(
                "has no tables.json, so it is not Spider's folder",
                where=str(root),
                todo="give the folder that holds dev.json, tables.json and database/",
            )
        self.root = root

    def load(self, split: str) -> Dataset:
        """Load one split.

        Raises:
            ConfigError: no such split.
            DataError: a file of questions is missing or damaged.
        """
        if split not in FILES:
            raise ConfigError(f"unknown split '{split}'", where="data set 'spider'", todo=near(split, FILES))
        items = [item for names in FILES[split] for item in read_list(self._file(names))]
        tables = {table["db_id"]: table for table in read_list(self.root / "tables.json")}
        wanted = sorted({item["db_id"] for item in items})
        databases = {db_id: self._database(db_id) for db_id in wanted}
        schemas = {db_id: schema(db_id, databases[db_id], tables.get(db_id)) for db_id in wanted}
        examples = tuple(_example(split, number, item) for number, item in enumerate(items))
        return Dataset(
            name=self.name,
            split=split,
            title=self.title,
            licence=self.licence,
            levels=self.levels,
            rules=self.rules,
            synthetic=self.synthetic,
            examples=examples,
            schemas=schemas,
            databases=databases,
            fingerprint=fingerprint(examples, databases, tables),
        )

    def _file(self, names: Iterable[str]) -> Path:
        paths = [self.root / name for name in names]
        found = next((path for path in paths if path.is_file()), None)
        if found is None:
            raise DataError(
                f"has no {paths[0].name}", where=str(self.root), todo="give the folder that holds it"
            )
        return found

    def _database(self, db_id: str) -> Path:
        """Find a database; where there is none, say where it should be."""
        folders = [self.root / "database", *sorted(self.root.glob("database?*"))]
        paths = [folder / db_id / f"{db_id}.sqlite" for folder in folders]
        return next((path for path in paths if path.is_file()), paths[0])


def _example(split: str, number: int, item: Mapping[str, Any]) -> Example:
    return Example(
        id=f"spider/{split}/{number:04}",
        db_id=item["db_id"],
        question=item["question"].strip(),
        gold=(item["query"].strip(),),
    )
