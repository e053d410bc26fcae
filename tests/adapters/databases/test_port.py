"""Copies of data sets on other engines: what is copied is the same, and golds are counted honestly."""

from __future__ import annotations

import json
from pathlib import Path

import apsw
import duckdb
import pytest

from adapters.databases.duckdb import DuckDb
from adapters.databases.port import read
from adapters.datasets.scaffold import scaffold
from bench import port
from bench.errors import ConfigError
from bench.execute import Executor, Query
from bench.execute.live import Live
from bench.sets import opened
from bench.sql.transpile import transpile
from bench.types import Column, Schema, Table

KEPT = {"duckdb": 223, "postgres": 240, "mysql": 237}
"""Of the 240 golds of mini's dev; DuckDB knows no dependence on a key in GROUP BY, MySQL rounds averages."""


@pytest.fixture(scope="module")
def mini():
    return opened("mini").load("dev")


@pytest.fixture
def loose(tmp_path) -> Path:
    """A database that only SQLite can love."""
    path = tmp_path / "loose.sqlite"
    database = apsw.Connection(str(path))
    database.execute("""
        CREATE TABLE Person(Id INTEGER PRIMARY KEY, Name TEXT, Born DATE, Seen DATETIME, Score,
            Odd INT, "a b" REAL);
        INSERT INTO Person VALUES (1, 'Ann', '1994-02-01', '2024-01-01 10:00:00', 1, 'x', 1);
        INSERT INTO Person VALUES (2, CAST(x'41ff42' AS TEXT), NULL, NULL, 2.5, 7, NULL);
        CREATE TABLE Code(Code TEXT PRIMARY KEY, Day DATE, Empty NUMERIC);
        INSERT INTO Code VALUES ('x', '2024-02-30', NULL)""")
    database.close()
    return path


def test_each_column_has_the_kind_of_its_values(loose):
    person, code = ((table, list(table.rows)) for table in read(loose, folds=True))
    assert dict(person[0].columns) == {
        "id": "integer",
        "name": "text",
        "born": "date",
        "seen": "timestamp",
        "score": "real",
        "odd": "text",
        "a b": "real",
    }
    assert person[1] == [
        (1, "Ann", "1994-02-01", "2024-01-01 10:00:00", 1.0, "x", 1.0),
        (2, "AB", None, None, 2.5, "7", None),
    ]
    assert dict(code[0].columns) == {"code": "name", "day": "text", "empty": "real"}
    assert [str(key) for key in (*person[0].keys, *code[0].keys)] == ["person(id)", "code(code)"]


def test_a_copy_takes_the_place_of_an_older_one(loose, tmp_path):
    address = f"duckdb:{tmp_path}/copy.duckdb"
    for _ in range(2):
        DuckDb().fill(address, loose, "bench")
    with duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True) as database:
        assert database.execute('SELECT count(*), typeof(max("Born")) FROM Person').fetchall() == [
            (2, "DATE")
        ]


SCHEMA = Schema("s", (Table("City", (Column("Name", "TEXT"), Column("Founded", "DATE"))),))


@pytest.mark.parametrize(
    "sql, expected",
    [
        ('SELECT Name FROM City WHERE Name = "Rome"', """SELECT "name" FROM "city" WHERE "name" = 'Rome'"""),
        ('SELECT "Name" FROM City', 'SELECT "name" FROM "city"'),
        (
            'SELECT Name AS "N" FROM City ORDER BY "N"',
            'SELECT "name" AS "n" FROM "city" ORDER BY "n" NULLS FIRST',
        ),
        (
            "SELECT Name FROM City WHERE Founded LIKE '1%'",
            """SELECT "name" FROM "city" WHERE CAST("founded" AS TEXT) ILIKE '1%'""",
        ),
    ],
)
def test_gold_is_written_as_postgres_understands_it(sql, expected):
    assert transpile(sql, SCHEMA, "postgres", folds=True) == expected


def test_what_cannot_be_read_is_not_transpiled():
    assert transpile("SELECT FROM WHERE", SCHEMA, "postgres", folds=True) is None


def _moves(mini, owner: Live, reading: str, engine: str) -> tuple[port.Ported, ...]:
    assert port.copy(mini, owner, "bench").keys() == mini.databases.keys()
    counts = [
        Query(mini.databases[name], f"SELECT count(*) FROM {table.name}")
        for name, schema in mini.schemas.items()
        for table in schema.tables
    ]
    with Executor(workers=1, live=Live(reading)) as there, Executor(workers=1) as here:
        found, wanted = there.run_all(counts), here.run_all(counts)
        assert [one.preview for one in found] == [one.preview for one in wanted]
    ported = port.golds(mini, Live(reading), workers=1)
    assert sum(one.kept for one in ported) == KEPT[engine], port.tally(ported)
    assert sum(port.tally(ported).values()) == len(ported) == 240
    return ported


def test_mini_moves_to_duckdb(mini, tmp_path):
    address = f"duckdb:{tmp_path}/{{db_id}}.duckdb"
    ported = _moves(mini, Live(address), address, "duckdb")
    port.write(tmp_path / "golds.jsonl", ported)
    lines = [json.loads(line) for line in (tmp_path / "golds.jsonl").read_text().splitlines()]
    assert sum(line["kept"] for line in lines) == KEPT["duckdb"]


def test_mini_moves_to_postgres(mini, postgres):
    _moves(mini, Live(postgres.owner, allow_unsafe=True), postgres.url(), "postgres")


def test_mini_moves_to_mysql(mini, mariadb):
    _moves(mini, Live(mariadb.owner, allow_unsafe=True), mariadb.url(), "mysql")


def test_databases_are_not_copied_over_each_other(mini, tmp_path):
    with pytest.raises(ConfigError, match="5 databases would be copied over each other") as refused:
        port.copy(mini, Live(f"duckdb:{tmp_path}/same.duckdb"), "bench")
    assert "{db_id}" in refused.value.todo
    assert not list(tmp_path.iterdir())


def test_a_reader_must_be_there(mini, postgres, mariadb):
    for server in (postgres, mariadb):
        with pytest.raises(ConfigError, match="there is no"):
            port.copy(mini, Live(server.owner, allow_unsafe=True), "somebody")


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_a_data_set_is_made_from_a_live_server(kind, loose, tmp_path, request):
    server = request.getfixturevalue(kind)
    address = server.owner.replace("{db_id}", "loose")
    Live(address).adapter.fill(address, loose, "bench")
    made = scaffold(tmp_path / "mine", [server.url("loose")])
    assert sum(made.values()) == 6
    dataset = opened("jsonl", tmp_path / "mine").load("dev")
    with Executor(workers=1) as executor:
        (path,) = dataset.databases.values()
        outcome = executor.run(path, "SELECT id, name, born, odd, score FROM person ORDER BY id")
    assert outcome.preview == ((1, "Ann", "1994-02-01", "x", 1.0), (2, "AB", None, "7", 2.5))
