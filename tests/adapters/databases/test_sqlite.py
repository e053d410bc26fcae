"""Schemas read off files, against what was declared and against another reader of the same files."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from pathlib import Path

import pytest

from adapters.databases.sqlite import Sqlite
from bench.errors import DataError
from bench.registry import find
from bench.types import Column, ForeignKey, Schema, Table

DDL = '''
CREATE TABLE "order" ("id" INTEGER PRIMARY KEY, "it's" TEXT, "a ""b""" REAL);
CREATE TABLE [per line](order_id INT REFERENCES "order", line INT, PRIMARY KEY (line, order_id));
CREATE TABLE part(x INT, y INT, z INT REFERENCES gone(z),
    FOREIGN KEY (Y, X) REFERENCES "PER LINE"(line, ORDER_ID), FOREIGN KEY (x) REFERENCES "order"(ID));
CREATE VIEW v AS SELECT 1;
CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT);
'''


def make(path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(DDL)
    connection.close()
    return path


def test_names_types_and_keys_as_declared(tmp_path: Path) -> None:
    assert Sqlite().introspect(make(tmp_path / "odd #?% name.sqlite"), "odd") == Schema(
        "odd",
        (
            Table(
                "order", (Column("id", "INTEGER"), Column("it's", "TEXT"), Column('a "b"', "REAL")), ("id",)
            ),
            Table("per line", (Column("order_id", "INT"), Column("line", "INT")), ("line", "order_id")),
            Table("part", (Column("x", "INT"), Column("y", "INT"), Column("z", "INT"))),
            Table("auto", (Column("id", "INTEGER"),), ("id",)),
        ),
        (
            ForeignKey("per line", "order_id", "order", "id"),
            ForeignKey("part", "y", "per line", "line"),
            ForeignKey("part", "x", "per line", "order_id"),
            ForeignKey("part", "x", "order", "id"),
        ),
    )


def test_agrees_with_spiders_own_description(shared: Path) -> None:
    root = shared / "data/spider_dev"
    described = {item["db_id"]: item for item in json.loads((root / "tables.json").read_text())}
    count = 0
    for path in sorted(root.glob("database/*/*.sqlite")):
        item = described[path.stem]
        schema = Sqlite().introspect(path, path.stem)
        columns = {
            (table.name.lower(), column.name.lower()) for table in schema.tables for column in table.columns
        }
        tables = [name.lower() for name in item["table_names_original"]]
        named = item["column_names_original"]
        theirs = {
            (tables[table], name.lower())
            for table, name in named
            if table >= 0 and "sqlite_" not in tables[table]
        }
        assert {pair for pair in columns if pair[0] in tables} == theirs
        count += 1
    assert count == 19


def test_reading_changes_nothing(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    assert Sqlite().content_hash(path) == before
    Sqlite().introspect(path, "a")
    assert [item.name for item in tmp_path.iterdir()] == ["a.sqlite"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_a_changed_file_has_another_hash(tmp_path: Path) -> None:
    path, sqlite = make(tmp_path / "a.sqlite"), Sqlite()
    first = sqlite.content_hash(path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(1, 1))
    assert sqlite.content_hash(path) == hashlib.sha256(content).hexdigest() != first


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "not there"),
        (b"hello, I am a text", "not a SQLite database"),
        (b"version https://git-lfs.github.com/spec/v1\n", "LFS pointer"),
        (b"SQLite format 3\0" + b"\xff" * 3000, "damaged"),
    ],
)
def test_what_is_no_database_is_named(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "broken.sqlite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        Sqlite().introspect(path, "x")
    assert caught.value.where == str(path)


def test_the_entry_point_finds_it() -> None:
    assert find("databases", "sqlite") is Sqlite


def test_an_empty_file_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite"
    path.touch()
    with pytest.raises(DataError, match="is an empty file"):
        Sqlite().introspect(path, "e")
