"""Two builds of SQLite behind one protocol: the same answers, each under its own name."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from bench.errors import ConfigError
from bench.execute import ENGINE, Executor, Pair, engines
from bench.execute.query import DROPPED_BYTES
from bench.types import Status

Make = Callable[..., Executor]
BOTH = pytest.mark.parametrize("engine", ["apsw", "stdlib"])


@BOTH
@pytest.mark.parametrize(
    "sql, status",
    [
        ("SELECT count(*) FROM t", Status.OK),
        ("-- no idea", Status.NOT_A_QUERY),
        ("EXPLAIN SELECT 1", Status.NOT_A_QUERY),
        ("SELECT 1; SELECT 2", Status.MULTI_STATEMENT),
        ("SELECT ';' ; -- done; /* really */", Status.OK),
        ("SELECT 1;;", Status.MULTI_STATEMENT),
        ("SELECT 1; -- done\n;", Status.MULTI_STATEMENT),
        ("DROP TABLE t", Status.FORBIDDEN),
        ("PRAGMA writable_schema=1", Status.FORBIDDEN),
        ("ATTACH ':memory:' AS x", Status.FORBIDDEN),
        ("SELECT * FROM dbstat", Status.FORBIDDEN),
        ("SELECT FROM", Status.ERROR_SYNTAX),
        ("SELECT nope FROM t", Status.ERROR_SCHEMA),
        ("SELECT json('{')", Status.ERROR_RUNTIME),
        ("SELECT :name", Status.ERROR_RUNTIME),
        ("SELECT zeroblob(999999999)", Status.ERROR_LIMIT),
        ("SELECT randomblob(999999999)", Status.ERROR_LIMIT),
        (
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT count(*) FROM r",
            Status.TIMEOUT,
        ),
        ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT n FROM r", Status.TOO_LARGE),
    ],
)
def test_both_engines_end_a_query_alike(
    executor: Make, database: Path, engine: str, sql: str, status: Status
) -> None:
    assert executor(engine=engine).run(database, sql).status is status


@BOTH
def test_the_clock_stands_still_and_chance_repeats(executor: Make, database: Path, engine: str) -> None:
    sql = (
        "SELECT date('now'), time('NOW'), datetime(), datetime('now', '-1 day'), strftime('%Y-%m', 'now'), "
        "unixepoch(), julianday('now'), CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP, date(NULL), date('x')"
    )
    one = executor(engine=engine)
    assert one.run(database, sql).preview == (
        (
            "2025-01-01", "00:00:00", "2025-01-01 00:00:00", "2024-12-31 00:00:00", "2025-01",
            1735689600, 2460676.5, "2025-01-01", "00:00:00", "2025-01-01 00:00:00", None, None,
        ),
    )  # fmt: skip
    chance = "SELECT random(), hex(randomblob(4)), random() FROM t LIMIT 3"
    assert one.run(database, chance) == executor(engine=engine).run(database, chance)


@BOTH
@pytest.mark.parametrize(
    "now", ["x'6e6f77'", "x'4e4f5700'", "'now' || char(0)", "'NOW' || char(0) || 'x'", "CAST('now' AS BLOB)"]
)
def test_the_clock_stands_still_however_now_is_written(
    executor: Make, database: Path, engine: str, now: str
) -> None:
    sql = f"SELECT datetime({now}), unixepoch({now}), strftime('%Y-%m-%d %H:%M:%S', {now})"
    told = executor(engine=engine).run(database, sql).preview
    assert told == (("2025-01-01 00:00:00", 1735689600, "2025-01-01 00:00:00"),)


@BOTH
def test_tables_for_full_text_and_ranges_are_read_and_not_written(
    executor: Make, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "virtual.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute('CREATE VIRTUAL TABLE "full""text" USING fts5(body)')
    connection.execute("CREATE VIRTUAL TABLE box USING rtree(id, low, high)")
    connection.execute("INSERT INTO \"full\"\"text\" VALUES ('hello world'), ('bye')")
    connection.execute("INSERT INTO box VALUES (1, 0, 5), (2, 7, 9)")
    connection.close()
    one = executor(engine=engine)
    found = one.run(path, 'SELECT body FROM "full""text" WHERE "full""text" MATCH \'hello\'')
    assert found.preview == (("hello world",),)
    assert one.run(path, "SELECT id FROM box WHERE high > 6").preview == ((2,),)
    rebuild = 'INSERT INTO "full""text"("full""text") VALUES (\'rebuild\')'
    assert one.run(path, rebuild).status is Status.FORBIDDEN


@BOTH
def test_a_second_statement_is_named_as_such(executor: Make, database: Path, engine: str) -> None:
    outcome = executor(engine=engine).run(database, "EXPLAIN SELECT 1; SELECT 2")
    assert (outcome.status, outcome.detail) == (Status.MULTI_STATEMENT, "more than one statement")


def test_both_engines_draw_the_same_chance(executor: Make, database: Path) -> None:
    sql = "SELECT random(), hex(randomblob(4)) FROM t LIMIT 3"
    first, second = (executor(engine=engine).run(database, sql) for engine in ("apsw", "stdlib"))
    assert first.preview == second.preview


@BOTH
def test_text_that_is_not_utf8_is_repaired(executor: Make, database: Path, engine: str) -> None:
    sql = "SELECT x, y FROM bad ORDER BY y DESC"
    one = executor(engine=engine)
    same, plain = one.judge(
        [
            Pair("a", database, sql, sql + " -- same", ("bag", "bird")),
            Pair("b", database, "SELECT x FROM bad WHERE x = 'fine'", "SELECT 'fine'", ("bird",)),
        ]
    )
    assert same.prediction.preview == (("fine", 2.0), ("AB", 1.5), (None, 0.1))
    assert same.prediction.notes == (DROPPED_BYTES,)
    assert same.equal == {"bag": True, "bird": False}
    assert plain.equal == {"bird": True}  # and the connection reads text as before


@BOTH
def test_rows_before_text_that_is_not_utf8_count_once(
    executor: Make, database: Path, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "late.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE t(a INTEGER, b TEXT)")
    connection.executemany("INSERT INTO t VALUES (?, CAST(? AS TEXT))", [(n, b"x\xff") for n in range(90)])
    connection.execute("UPDATE t SET b = 'fine' WHERE a < 50")
    connection.close()
    gold, same = "SELECT a, b FROM t", "SELECT a, CASE WHEN a < 50 THEN 'fine' ELSE 'x' END FROM t"
    (judged,) = executor(engine=engine).judge([Pair("k", path, gold, same, ("bag", "ordered"), True)])
    assert (judged.gold.rows, judged.prediction.rows) == (90, 90)
    assert judged.equal == {"bag": True, "ordered": True}


def test_text_that_is_not_utf8_costs_no_second_run(executor: Make, tmp_path: Path) -> None:
    path = tmp_path / "both.sqlite"
    connection = apsw.Connection(str(path))
    for name, value in (("good", b"x"), ("bad", b"x\xff")):
        connection.execute(f"CREATE TABLE {name}(a TEXT)")
        connection.executemany(f"INSERT INTO {name} VALUES (CAST(? AS TEXT))", [(value,)] * 50)
    connection.close()
    good, bad = (executor().run(path, f"SELECT a FROM {name}") for name in ("good", "bad"))
    assert (bad.rows, bad.preview, bad.steps) == (good.rows, good.preview, good.steps)
    assert (good.notes, bad.notes) == ((), (DROPPED_BYTES,))


def test_what_a_process_salts_is_not_shown(executor: Make, database: Path) -> None:
    outcome = executor().run(database, "SELECT hex(fts5_locale('en', 'x'))")
    assert outcome.status is Status.FORBIDDEN


def test_steps_do_not_depend_on_what_named_temporary_tables_before(executor: Make, database: Path) -> None:
    one, sql = executor(workers=1), "SELECT * FROM pragma_table_info('t') a JOIN pragma_index_list('t') b"
    first = one.run(database, sql)
    assert one.run(database, "SELECT count(*) FROM sqlite_temp_schema").status is Status.OK
    assert one.run(database, sql) == first


def test_engines_have_names_of_their_own(executor: Make) -> None:
    assert executor().engine == ENGINE
    assert executor(engine="stdlib").engine != ENGINE
    assert re.fullmatch(r"sqlite \d+\.\d+\.\d+ \(stdlib\)", executor(engine="stdlib").engine)
    with pytest.raises(ConfigError, match="did you mean 'stdlib'"):
        executor(engine="stdlb")


def test_an_old_engine_is_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setitem(engines.VERSIONS, "stdlib", "3.50.1")
    with caplog.at_level(logging.WARNING):
        engines.engine("stdlib")
    assert "older than 3.50.2" in caplog.text
    caplog.clear()
    monkeypatch.setitem(engines.VERSIONS, "stdlib", "3.50.2")
    engines.engine("stdlib")
    assert caplog.text == ""
