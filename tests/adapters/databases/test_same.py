"""What each engine says is the same on every run is, and what it says is not differs."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import psycopg
import pymysql
import pytest

from bench.registry import find

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")

ASKED = {
    "duckdb": {
        "random numbers": ("random()", "(SELECT sum(n) FROM numbers USING SAMPLE 9)"),
        "UUIDs and other chance": ("uuid()", "gen_random_uuid()", "uuidv4()"),
        "the clock": ("now()", "current_timestamp", "current_localtimestamp()", "today()", "current_date"),
        "ids of sessions": ("current_query_id()", "current_connection_id()", "txid_current()"),
    },
    "postgres": {
        "random numbers": ("random()", "(SELECT n FROM numbers ORDER BY random() LIMIT 1)"),
        "UUIDs and other chance": (
            "gen_random_uuid()",
            "(SELECT string_agg(n::text, ' ') FROM numbers TABLESAMPLE BERNOULLI (50))",
        ),
        "the clock": ("now()", "localtime", "clock_timestamp()", "timeofday()", "statement_timestamp()"),
        "ids of sessions": ("pg_backend_pid()", "txid_current()"),
    },
    "mysql": {
        "random numbers": ("rand()", "(SELECT n FROM numbers ORDER BY rand() LIMIT 1)"),
        "UUIDs and other chance": ("uuid()", "uuid_short()", "random_bytes(8)"),
        "the clock": ("now(6)", "curdate()", "utc_timestamp(6)", "from_unixtime(unix_timestamp())"),
        "the clock of SYSDATE()": ("sysdate(6)",),
        "ids of sessions": ("connection_id()",),
    },
}
"""Engine → what can be the same → expressions that show it."""


@pytest.fixture
def numbered(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of the engine asked for, with a table of a hundred numbers."""
    made = "CREATE TABLE numbers AS SELECT {} AS n FROM {}"
    if request.param == "duckdb":
        with duckdb.connect(str(tmp_path / "same.duckdb")) as database:
            database.execute(made.format("range", "range(100)"))
        return f"duckdb:{tmp_path}/{{db_id}}.duckdb"
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        with psycopg.connect(server.url("postgres", "owner"), autocommit=True) as link:
            link.execute("CREATE DATABASE same")
        with psycopg.connect(server.url("same", "owner"), autocommit=True) as link:
            link.execute(made.format("g", "generate_series(1, 100) g"))
            link.execute("GRANT SELECT ON numbers TO bench")
        return str(server.url())
    server = request.getfixturevalue("mariadb")
    with pymysql.connect(host="127.0.0.1", port=server.port, user="owner") as link, link.cursor() as cursor:
        cursor.execute("CREATE DATABASE same")
        link.select_db("same")
        cursor.execute(made.format("seq", "seq_1_to_100"))
        cursor.execute("GRANT SELECT ON same.* TO bench@'127.0.0.1'")
        link.commit()
    return str(server.url())


@pytest.mark.parametrize("engine, numbered", [(name, name) for name in ASKED], indirect=["numbered"])
def test_what_is_said_to_be_the_same_is_and_nothing_else(engine, numbered, asking):
    limits = find("databases", engine).limits
    shown = [(what, one) for what, expressions in ASKED[engine].items() for one in expressions]
    answers = []
    for _ in range(2):
        with asking(numbered) as executor:
            answers.append([executor.run(Path("same"), f"SELECT {one}") for _, one in shown])
        time.sleep(1)  # for clocks of whole seconds
    for (what, one), first, second in zip(shown, *answers, strict=True):
        assert first.status == second.status == "ok", (one, first)
        assert (first.preview == second.preview) is limits[what], one
        if what == "the clock" and limits[what]:
            assert str(first.preview[0][0]).startswith("2025-01-01"), one
