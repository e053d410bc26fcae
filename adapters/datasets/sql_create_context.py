"""sql-create-context: questions of WikiSQL and Spider, each with what its gold names of the schema.

https://huggingface.co/datasets/b-mc2/sql-create-context (``sql_create_context_v4.json``), and its part that
comes from Spider with gold and databases put back (``spider_create_context_…``). The schema of a question
is its own context, so it tells much of the answer: scores do not compare with Spider's. Queries run on
Spider's databases where the database is named (``train``, ``dev``); elsewhere only queries are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from adapters.datasets.described import from_entry, read_list
from adapters.datasets.folder import Folder, Item, Splits
from adapters.datasets.listed import declared
from bench.sets.source import Source
from bench.types import Dataset


class SqlCreateContext(Folder):
    """The sql-create-context data set."""

    name = "sql-create-context"
    title = "sql-create-context"
    licence = "CC BY 4.0"
    page = "https://huggingface.co/datasets/b-mc2/sql-create-context"
    sources = (
        Source(
            "hf://datasets/b-mc2/sql-create-context/sql_create_context_v4.json",
            "",
            "sql_create_context_v4.json",
        ),
    )
    files: ClassVar[Splits] = {
        "train": (("spider_create_context_train_db_id.json",),),
        "dev": (("spider_create_context_val_db_id.json",),),
        "train-all": (("WITH_DUPLICATESspider_create_context_train.json",),),
        "dev-all": (("WITHDUPLICATESspider_create_context_val.json",),),
        "all": (("sql_create_context_v4.json",),),
    }
    bare = ("train-all", "dev-all", "all")
    tables = ()
    query = ("answer",)
    host = "spider"
    holds = "sql_create_context_v4.json, or spider_create_context_val_db_id.json"

    def items(self, path: Path) -> Sequence[Item]:
        """Read the questions, each with a name of its own for its schema."""
        return [
            {**item, "db_id": f"{item.get('db_id', 'context')}-{number:05}"}
            for number, item in enumerate(read_list(path))
        ]

    def load(self, split: str) -> Dataset:
        """Load one split, and show each question its own context instead of the whole database.

        Raises:
            ConfigError: no such split.
            DataError: a file is missing or damaged.
        """
        dataset = super().load(split)
        return replace(
            dataset, schemas={db_id: from_entry(item) for db_id, item in self.described(split).items()}
        )

    def described(self, split: str) -> dict[str, Item]:
        """Read each context as a schema."""
        path = self._file(self.files[split][0])
        return {item["db_id"]: declared(item["db_id"], item["context"]) for item in self.items(path)}

    def schema_faults(self, split: str) -> Iterable[tuple[str, str]]:  # noqa: ARG002
        """Find nothing: a context leaves out most of its database, and is meant to."""
        return ()

    def database(self, split: str, db_id: str) -> Path:
        """Find Spider's database."""
        return super().database(split, db_id.rpartition("-")[0])
