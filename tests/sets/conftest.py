"""A small data set in Spider's layout, and a home of its own for what is installed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install under a folder of the test's."""
    home = tmp_path / "home"
    monkeypatch.setenv("BENCH_DATA", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two questions on one database, as Spider lays them out."""
    folder = tmp_path / "spider_data"
    (folder / "database/shop").mkdir(parents=True)
    with sqlite3.connect(folder / "database/shop/shop.sqlite") as database:
        database.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, price REAL)")
        database.execute("INSERT INTO item VALUES (1, 2.5), (2, 3.5)")
    database.close()
    table = {
        "db_id": "shop",
        "table_names_original": ["item"],
        "table_names": ["item"],
        "column_names_original": [[-1, "*"], [0, "id"], [0, "price"]],
        "column_names": [[-1, "*"], [0, "id"], [0, "price"]],
        "column_types": ["text", "number", "number"],
        "primary_keys": [1],
        "foreign_keys": [],
    }
    (folder / "tables.json").write_text(json.dumps([table]))
    questions = [
        {"db_id": "shop", "question": "How many items?", "query": "SELECT count(*) FROM item"},
        {"db_id": "shop", "question": "The highest price?", "query": "SELECT max(price) FROM item"},
    ]
    (folder / "dev.json").write_text(json.dumps(questions))
    return folder
