"""BIRD: questions with evidence on large databases, and a difficulty of their own.

Li et al., "Can LLM Already Serve as A Database Interface? A BIg Bench for Large-Scale Database
Grounded Text-to-SQLs", NeurIPS 2023 (arXiv 2305.03111). The folder is one that an archive of theirs
unpacks to, or several of them in one folder, their files together or each archive's in a folder of its own
(``train/``, ``dev_20240627/``)::

    train.json             train_tables.json  train_databases/<db_id>/<db_id>.sqlite
    dev.json               dev_tables.json    dev_databases/<db_id>/<db_id>.sqlite
    mini_dev_sqlite.json   dev_tables.json    dev_databases/…
    mini_dev_postgresql.json  mini_dev_mysql.json

``tables.json`` serves as well. Descriptions of columns are read from ``database_description/`` beside
each database. A database whose folder is missing is named when it is needed; the questions on the
others are judged. The gold of the PostgreSQL and MySQL forms runs on those engines only; their schemas
are read off the SQLite databases, from which theirs were made.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from adapters.datasets.folder import Folder, Item, Splits
from bench.sets.source import Source
from bench.types import Example

DIALECTS: Mapping[str, str] = {"mini-dev-postgres": "postgres", "mini-dev-mysql": "mysql"}
"""Split → the language of its gold, where that is not SQLite's."""

DESCRIPTIONS = "column_descriptions"


class Bird(Folder):
    """The BIRD data set."""

    name = "bird"
    title = "BIRD"
    licence = "CC BY-SA 4.0"
    page = "https://bird-bench.github.io"
    sources = (
        Source(
            "https://bird-bench.oss-cn-beijing.aliyuncs.com/dev.zip",
            "cdd6d19faeb45a23970b98d3ef6c40a87987c95459c2cf12076897a60cf5a630",
            "dev.zip",
        ),
    )
    levels = ("simple", "moderate", "challenging")
    rules = ("bird",)
    files: ClassVar[Splits] = {
        "dev": (("dev.json", "dev/dev.json", "dev_20240627/dev.json"),),
        "mini-dev": (("mini_dev_sqlite.json",),),
        "mini-dev-postgres": (("mini_dev_postgresql.json", "bird_mini_dev_postgres.json"),),
        "mini-dev-mysql": (("mini_dev_mysql.json",),),
        "train": (("train.json", "train/train.json"),),
    }
    tables = (
        *("dev_tables.json", "dev/dev_tables.json", "dev_20240627/dev_tables.json"),
        *("tables.json", "train_tables.json", "train/train_tables.json"),
    )
    databases = (
        *("dev_databases", "dev/dev_databases", "dev_20240627/dev_databases"),
        *("databases", "database", "train_databases", "train/train_databases"),
    )
    query = ("SQL",)
    golds: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "dev": ("dev.sql", "dev_sqlexam.json", "dev_gold_dea-sql_repo.sql"),
        "mini-dev": ("mini_dev_sqlite_gold.sql", "bird_mini_dev_sqlite.json"),
    }
    holds = "dev.json, dev_tables.json and dev_databases/"

    def example(self, split: str, number: int, item: Item) -> Example:
        """Name each question by its number in BIRD, which mini-dev takes over from dev."""
        return Example(
            id=f"{self.name}/{split}/{int(item.get('question_id', number)):04}",
            db_id=item["db_id"],
            question=item["question"].strip(),
            gold=(item["SQL"].strip(),),
            difficulty=item.get("difficulty"),
            evidence=(item.get("evidence") or "").strip(),
        )

    def descriptions(self, split: str) -> Sequence[Path]:
        """Prefer the description that belongs to the split."""
        names = sorted(self.tables, key=lambda name: ("train" in name) != (split == "train"))
        return [root / name for root in self.roots for name in names]

    def described(self, split: str) -> dict[str, Item]:
        """Add what the documentation of each database says of its columns."""
        folders = [path for path in self.folders(split) if path.is_dir()]
        return {
            db_id: _with_descriptions(item, [folder / db_id / "database_description" for folder in folders])
            for db_id, item in super().described(split).items()
        }

    def dialect(self, split: str) -> str:
        """Name the engine that the form of mini-dev is for."""
        return DIALECTS.get(split, "sqlite")


class BirdWithoutEvidence(Bird):
    """BIRD without its evidence: the setting in which a model gets the question alone."""

    name = "bird-no-evidence"
    title = "BIRD without evidence"
    kept = "bird"

    def example(self, split: str, number: int, item: Item) -> Example:
        """Leave the evidence out."""
        return super().example(split, number, {**item, "evidence": ""})


def _with_descriptions(item: Item, folders: Iterable[Path]) -> Item:
    folder = next((folder for folder in folders if folder.is_dir()), None)
    if folder is None:
        return item
    told = {path.stem.lower(): _descriptions(path) for path in sorted(folder.glob("*.csv"))}
    names = [str(name).lower() for name in item["table_names_original"]]
    columns = [
        told.get(names[table], {}).get(str(column).strip().lower(), "") if table >= 0 else ""
        for table, column in item["column_names_original"]
    ]
    return {**item, DESCRIPTIONS: columns}


def _descriptions(path: Path) -> dict[str, str]:
    """Read the description of one table: column → what is said of it and of its values.

    The files come from many hands: some are UTF-8 with a mark, some Windows-1252.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return {
        (row.get("original_column_name") or "").strip().lower(): "; ".join(
            " ".join(said.split())
            for key in ("column_description", "value_description")
            if (said := row.get(key) or "").strip()
        )
        for row in rows
    }
