"""DuckDB in process: what reaches beyond the file is refused, bombs end, the next query answers."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from bench.errors import ConfigError
from bench.execute import Executor, Pair
from bench.execute.live import Live
from bench.execute.policy import FAST, STANDARD

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")

PROBE = "SELECT count(*), sum(age), max(name) FROM singer"
HOSTILE = {
    "DELETE FROM singer": "forbidden",
    "CREATE TEMP TABLE x AS SELECT 1": "forbidden",
    "COPY singer TO 'out.csv'": "forbidden",
    "COPY (SELECT 1) TO 'out.csv'": "forbidden",
    "ATTACH 'other.duckdb'": "forbidden",
    "INSTALL httpfs": "forbidden",
    "LOAD httpfs": "forbidden",
    "PRAGMA database_list": "forbidden",
    "SET threads = 4": "forbidden",
    "SET VARIABLE a = 1": "forbidden",
    "EXPORT DATABASE 'out'": "forbidden",
    "CALL pragma_version()": "forbidden",
    "FORCE CHECKPOINT": "forbidden",
    "WITH a AS (SELECT 1) INSERT INTO singer SELECT * FROM a": "forbidden|error_runtime|error_syntax",
    "SELECT 1; DROP TABLE singer": "multi_statement",
    "SELECT $$a$$; DROP TABLE singer": "multi_statement",
    "SELECT * FROM read_csv('/etc/passwd')": "forbidden",
    "SELECT * FROM '/etc/passwd'": "forbidden|error_schema",
    "SELECT * FROM read_text('/proc/self/environ')": "forbidden",
    "SELECT * FROM glob('/*')": "forbidden",
    "SELECT * FROM sqlite_scan('x.sqlite', 't')": "error_schema|forbidden",
    "SELECT * FROM executor": "error_schema",  # a variable of Python
    "SELECT sleep_ms(30000)": "forbidden",
    "SELECT pg_sleep(30), pg_catalog.pg_sleep(30)": "forbidden",
    "SELECT * FROM enable_logging()": "error_runtime",
    "EXPLAIN SELECT 1": "not_a_query",
    "SELECT * FROM range(100000000000)": "too_large|timeout",
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7": "timeout|memory",
    "WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r": "timeout|memory",
    "SELECT repeat('x', 2000000000)": "memory|too_large",
    "SELECT list(range) FROM range(1000000000)": "memory|timeout",
    "SELECT nothing FROM singer": "error_schema",
    "SELECT * FROM nothing": "error_schema",
    "SELECT 1 +": "error_syntax",
    "SELEC 1": "error_syntax",
    "SELECT CAST('a' AS INTEGER)": "error_runtime",
}


@pytest.fixture
def singers(tmp_path):
    with duckdb.connect(str(tmp_path / "singers.duckdb")) as database:
        database.execute("CREATE TABLE singer(name VARCHAR, age INTEGER, paid DECIMAL(8, 2), born DATE)")
        rows = "('Ann', 30, 10.5, '1994-02-01'), ('Bo', 40, 11, NULL), ('Cy', 3, 1, NULL)"
        database.execute(f"INSERT INTO singer VALUES {rows}")
    return tmp_path


def test_nothing_escapes_and_the_next_query_answers(singers, asking, survives):
    content = (singers / "singers.duckdb").read_bytes()
    with asking(f"duckdb:{singers}/{{db_id}}.duckdb") as executor:
        survives(executor, "singers", PROBE, HOSTILE)
        assert all(executor.sandbox.values())
    assert [path.name for path in singers.iterdir()] == ["singers.duckdb"]
    assert (singers / "singers.duckdb").read_bytes() == content


def test_an_operation_that_heeds_no_interrupt_loses_its_worker(singers):
    limits, live = replace(STANDARD, cpu_seconds=1), Live(f"duckdb:{singers}/{{db_id}}.duckdb")
    with Executor(limits, workers=1, live=live) as executor:
        outcome = executor.run(
            singers / "singers", "SELECT levenshtein(repeat('a', 90000), repeat('b', 90000))"
        )
        assert outcome.status == "timeout"
        assert executor.run(singers / "singers", PROBE).status == "ok"


def test_an_operation_that_sleeps_in_naps_loses_its_worker(singers):
    """Each nap moves the worker's clock, so it never stands still; only this full name is not covered."""
    limits = replace(STANDARD, steps=33_000_000, wall_seconds=1)
    with Executor(limits, workers=1, live=Live(f"duckdb:{singers}/{{db_id}}.duckdb")) as executor:
        outcome = executor.run(singers / "singers", "SELECT system.main.sleep_ms(20000)")
        assert (outcome.status, outcome.detail) == ("timeout", "wall: no progress for 1 s")
        assert executor.run(singers / "singers", PROBE).status == "ok"


def test_the_rules_hold_on_its_values(singers, asking):
    gold = "SELECT name, paid, born, age > 35 FROM singer"
    predictions = {
        gold + " ORDER BY age DESC": (True, True, True),
        "SELECT DISTINCT " + gold.removeprefix("SELECT "): (True, True, True),
        "SELECT name, CAST(paid AS DOUBLE), CAST(born AS VARCHAR), CAST(age > 35 AS INT) FROM singer": (True,)
        * 3,
        "SELECT paid, name, born, age > 35 FROM singer": (False, False, True),
        "SELECT name, paid + 0.01, born, age > 35 FROM singer": (False, False, False),
    }
    names = ("bag", "bird", "strict")
    pairs = [Pair(sql, singers / "singers", gold, sql, names) for sql in predictions]
    with asking(f"duckdb:{singers}/{{db_id}}.duckdb") as executor:
        for judged in executor.judge(pairs):
            assert tuple(judged.equal[name] for name in names) == predictions[judged.key], judged


def test_chance_is_the_same_in_every_query(singers, asking):
    with asking(f"duckdb:{singers}/{{db_id}}.duckdb") as executor:
        first, second = (executor.run(singers / "singers", f"SELECT random(), {number}") for number in (1, 2))
    assert first.preview[0][0] == second.preview[0][0]


def test_a_file_that_is_missing_or_another_s_is_told(singers, asking):
    (singers / "text.duckdb").write_text("no database " * 1000)
    with asking(f"duckdb:{singers}/{{db_id}}.duckdb") as executor:
        assert executor.run(singers / "nothing", "SELECT 1").status == "db_missing"
        assert executor.run(singers / "text", "SELECT 1").status == "db_io"
        assert executor.engine == f"duckdb {duckdb.__version__}"


def test_limits_relative_to_operations_are_refused(singers):
    with pytest.raises(ConfigError, match="counts operations"):
        Executor(FAST, live=Live(f"duckdb:{singers}/{{db_id}}.duckdb"))
