"""Shop: one table of two items, which the tests of data sets bring in several layouts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

TABLE = {
    "db_id": "shop",
    "table_names_original": ["item"],
    "table_names": ["item"],
    "column_names_original": [[-1, "*"], [0, "id"], [0, "price"]],
    "column_names": [[-1, "*"], [0, "id"], [0, "price"]],
    "column_types": ["text", "number", "number"],
    "primary_keys": [1],
    "foreign_keys": [],
}
"""The database as Spider's ``tables.json`` describes it."""


def database(path: Path) -> None:
    """Make the database."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, price REAL)")
        made.execute("INSERT INTO item VALUES (1, 2.5), (2, 3.5)")


def spider(folder: Path, questions: Mapping[str, object]) -> Path:
    """Lay out files of questions as Spider does, with the database that they ask."""
    database(folder / "database/shop/shop.sqlite")
    for name, content in {"tables.json": [TABLE], **questions}.items():
        (folder / name).write_text(json.dumps(content))
    return folder
