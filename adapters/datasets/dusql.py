"""DuSQL: Chinese questions on Chinese tables, many of them with arithmetic between columns.

Wang et al., "DuSQL: A Large-Scale and Pragmatic Chinese Text-to-SQL Dataset", EMNLP 2020. The folder is
the one that the authors' archive unpacks to::

    train.json  dev.json  db_schema.json  db_content.json

The tables in ``db_content.json`` become SQLite databases under the user's cache.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, cast

from platformdirs import user_cache_path

from adapters.databases.build import Filling, build
from adapters.datasets.described import read_list
from adapters.datasets.folder import Folder, Item, Splits

CONTENT = "db_content.json"
KINDS: Mapping[str, str] = {"number": "REAL", "text": "TEXT"}


class DuSql(Folder):
    """The DuSQL data set."""

    name = "dusql"
    title = "DuSQL"
    licence = "as its authors state; for research"
    page = "https://www.luge.ai/#/luge/dataDetail?id=13"
    rules = ("bird",)
    files: ClassVar[Splits] = {"train": (("train.json",),), "dev": (("dev.json", "DuSQL.json"),)}
    tables = ("db_schema.json",)
    holds = "train.json, dev.json, db_schema.json and db_content.json"

    def described(self, split: str) -> dict[str, Item]:
        """Call the names of its descriptions original, for there are no others."""
        return {
            db_id: {
                **item,
                "table_names_original": item["table_names"],
                "column_names_original": item["column_names"],
            }
            for db_id, item in super().described(split).items()
        }

    def database(self, split: str, db_id: str) -> Path:
        """Give a database, made the first time it is asked for."""
        if db_id not in self._content:
            return super().database(split, db_id)
        path = user_cache_path("text2sql-bench") / "dusql" / self._digest / f"{db_id}.sqlite"
        if not path.is_file():
            tables = cast("Mapping[str, Any]", self._content[db_id]["tables"])
            build(path, [_filling(name, table) for name, table in tables.items()])
        return path

    @cached_property
    def _content(self) -> dict[str, Item]:
        path = self.root / CONTENT
        return {item["db_id"]: item for item in read_list(path)} if path.is_file() else {}

    @cached_property
    def _digest(self) -> str:
        return hashlib.sha256((self.root / CONTENT).read_bytes()).hexdigest()[:16]


def _filling(name: str, table: Item) -> Filling:
    kinds = [KINDS.get(kind, "TEXT") for kind in table["type"]]
    rows = [
        [_value(cell, kind) for cell, kind in zip(row, kinds, strict=False)] for row in table.get("cell", [])
    ]
    return Filling(name, list(zip(table["header"], kinds, strict=True)), rows)


def _value(cell: object, kind: str) -> str | float | None:
    text = str(cell).strip()
    if cell is None or text in ("", "None"):
        return None
    try:
        return float(text) if kind == "REAL" else text
    except ValueError:
        return text
