"""Schemas of the real Spider databases, read straight from their files, and the official verdicts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bench.types import Column, ForeignKey, Schema, Table


@cache
def read_schema(folder: Path, db_id: str) -> Schema:
    """Read tables and columns from the SQLite file, keys and order from ``tables.json``."""
    for split in ("spider_dev", "spider_train"):
        entry = _entries(folder / split / "tables.json").get(db_id)
        for kind in ("database", "database_surrogate"):
            path = folder / split / kind / db_id / f"{db_id}.sqlite"
            if entry is not None and path.exists():
                return Schema(db_id, _ordered(_tables(path), entry), tuple(_keys(entry)))
    raise FileNotFoundError(db_id)


@cache
def _entries(path: Path) -> dict[str, dict]:
    return {entry["db_id"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))}


def _tables(path: Path) -> list[Table]:
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables = [
        Table(name, tuple(Column(row[1]) for row in connection.execute(f"PRAGMA table_info(`{name}`)")))
        for name in names
    ]
    connection.close()
    return tables


def _ordered(tables: list[Table], entry: dict) -> tuple[Table, ...]:
    order = {name.lower(): at for at, name in enumerate(entry["table_names_original"])}
    return tuple(sorted(tables, key=lambda table: order.get(table.name.lower(), len(order))))


def _keys(entry: dict) -> Iterator[ForeignKey]:
    tables, columns = entry["table_names_original"], entry["column_names_original"]
    for ends in entry["foreign_keys"]:
        (table, column), (to_table, to_column) = (columns[end] for end in ends)
        yield ForeignKey(tables[table], column, tables[to_table], to_column)


def read_lines(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def verdicts(shared: Path):
    """Give a function from a file below ``verdicts/`` to its records."""
    return lambda name: read_lines(shared / "verdicts" / name)


@pytest.fixture(scope="session")
def schema_of(shared: Path):
    """Give a function from a database's name to its schema."""
    return lambda db_id: read_schema(shared / "data", db_id)
