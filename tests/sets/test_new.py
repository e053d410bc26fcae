"""A data set from CSV files or a database: what is made loads, runs and is true; the tutorial is followed."""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.datasets.scaffold import scaffold
from bench.errors import BenchError
from bench.execute import Executor
from bench.execute.item import Query
from bench.sets import opened

TUTORIAL = Path(__file__).parents[2] / "docs/own-data.md"


def answers(folder: Path, split: str = "dev") -> dict[str, tuple[tuple[object, ...], ...]]:
    """Run the gold of every question."""
    dataset = opened("jsonl", folder).load(split)
    with Executor(workers=1) as executor:
        runs = executor.run_all(
            [Query(dataset.databases[one.db_id], one.gold[0]) for one in dataset.examples]
        )
        return {one.question: outcome.preview for one, outcome in zip(dataset.examples, runs, strict=True)}


def test_csv_files_become_tables_with_types(tmp_path: Path):
    export = tmp_path / "export"
    export.mkdir()
    (export / "shop.csv").write_text('\ufeffid;zip;name;open\n1;0150;Måneskinn;1.5\n2;5003;"a;b";2\n3;;;\n')
    (export / "sale.tsv").write_text("shop\tprice\tPrice\n1\t10\tx\n")
    made = scaffold(tmp_path / "mine", [export])
    assert made == {"dev": 3, "train": 3}
    tables = {
        table.name: table for table in opened("jsonl", tmp_path / "mine").load("dev").schemas["mine"].tables
    }
    assert [(one.name, one.type) for one in tables["shop"].columns] == [
        ("id", "INTEGER"),
        ("zip", "TEXT"),
        ("name", "TEXT"),
        ("open", "REAL"),
    ]
    assert [one.name for one in tables["sale"].columns] == ["shop", "price", "Price 2"]
    assert answers(tmp_path / "mine", "train")["Which different zip does shop have?"] == (
        ("0150",),
        ("5003",),
        (None,),
    )


def test_a_live_database_is_copied_and_only_read(tmp_path: Path):
    live = sqlite3.connect(tmp_path / "live.db")
    live.execute("PRAGMA journal_mode=WAL")
    live.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES item(id), name TEXT)")
    live.execute("INSERT INTO item VALUES (1, NULL, 'a'), (2, 1, 'b')")
    live.commit()
    scaffold(tmp_path / "mine", [tmp_path / "live.db"], "items")
    live.execute("DELETE FROM item")
    live.commit()
    live.close()
    dataset = opened("jsonl", tmp_path / "mine").load("dev")
    assert (dataset.name, len(dataset.schemas["items"].foreign_keys)) == ("items", 1)
    assert answers(tmp_path / "mine")["How many rows does item have?"] == ((2,),)


def test_a_duckdb_database_is_read_with_its_types(tmp_path: Path):
    duckdb = pytest.importorskip("duckdb", reason="the package duckdb is not installed")
    with duckdb.connect(str(tmp_path / "live.duckdb")) as live:
        live.execute("CREATE TABLE t(a INTEGER, b DECIMAL(6, 2), c DATE, d BOOLEAN, e VARCHAR)")
        live.execute(
            "INSERT INTO t VALUES (1, 2.50, ?, true, 'x'), (2, 3.25, NULL, false, NULL)",
            [dt.date(2026, 1, 2)],
        )
    scaffold(tmp_path / "mine", [tmp_path / "live.duckdb"])
    with sqlite3.connect(tmp_path / "mine/database/mine.sqlite") as copy:
        assert copy.execute("SELECT * FROM t").fetchall() == [
            (1, 2.5, "2026-01-02", 1, "x"),
            (2, 3.25, None, 0, None),
        ]
    copy.close()


def written(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


@pytest.mark.parametrize(
    "make, said",
    [
        (lambda folder: folder / "gone.csv", "gone.csv: is not there"),
        (lambda folder: folder, "holds no CSV file"),
        (written("a.xlsx", b"x"), "'.xlsx' is not known"),
        (written("a.csv", b""), "has no heading"),
        (written("a.csv", b"a,b\n1,2,3\n"), r"a\.csv, row 2: has 3 cells, and the heading has 2"),
        (written("a.csv", "caf\u00e9,b".encode("cp1252")), "is not UTF-8"),
        (written("a.sqlite", b"no database"), "not a SQLite database"),
        (written("a.duckdb", b"no database"), "a.duckdb: cannot be read"),
    ],
)  # fmt: skip
def test_bad_sources_are_named_and_leave_nothing(tmp_path: Path, make: Callable[[Path], Path], said: str):
    if "duckdb" in said:
        pytest.importorskip("duckdb", reason="the package duckdb is not installed")
    sources = tmp_path / "sources"
    sources.mkdir()
    with pytest.raises(BenchError, match=said):
        scaffold(tmp_path / "mine", [make(sources)])
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    source = written("a.csv", b"a\n1\n")(tmp_path)
    scaffold(tmp_path / "mine", [source])
    with pytest.raises(BenchError, match="is there already"):
        scaffold(tmp_path / "mine", [source])


def test_the_tutorial_can_be_followed(tmp_path: Path):
    text = TUTORIAL.read_text(encoding="utf-8")
    commands = [
        line[2:]
        for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]
    assert len(commands) == 11
    said = []
    for command in commands:
        runnable = command.replace("bench ", f"{sys.executable} -m bench.cli ", command.startswith("bench "))
        done = subprocess.run(
            ["bash", "-c", runnable],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "COLUMNS": "160"},
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout + done.stderr)
        said.append(done.stdout)
    by_name = said[-1]
    assert re.search(r"5 questions.*4 correct, 1 wrong result", by_name), by_name
