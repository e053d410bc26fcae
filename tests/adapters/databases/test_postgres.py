"""PostgreSQL on a real server: no statement changes anything, none outlives its time, published golds run."""

from __future__ import annotations

import lzma
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bench.errors import BenchError, ConfigError
from bench.execute import Executor, Query
from bench.execute.live import Live
from bench.execute.policy import STANDARD
from bench.sets import opened

PROBE = "SELECT count(*), sum(age), max(name), current_setting('statement_timeout') FROM singer"
LIFTED = "set_config('statement_timeout', '0', false)"
LATER = f"SELECT {LIFTED}, pg_sleep(CASE WHEN g > 20 THEN 30 ELSE 0 END) FROM generate_series(1, 99) g"
"""Lifts its limit in the first rows, and sleeps in later ones, which the server then lets it do."""

HOSTILE = {
    "DELETE FROM singer": "forbidden",
    "WITH d AS (DELETE FROM singer RETURNING 1) SELECT * FROM d": "forbidden",
    "SELECT * INTO copied FROM singer": "error_syntax|forbidden",
    "SELECT 1; DROP TABLE singer": "multi_statement",
    "SELECT E'\\''; DROP TABLE singer; --": "multi_statement|error_syntax",
    "SELECT $$a;$$; DROP TABLE singer": "multi_statement",
    "SELECT $$a; b$$": "ok",
    "SELECT E'it\\'s; well'": "ok",
    "TABLE singer;": "ok",
    "SELECT 1 FROM singer) ; COMMIT; DROP TABLE singer; --": "multi_statement|error_syntax",
    "COPY singer TO PROGRAM 'touch /tmp/escaped'": "forbidden",
    "COPY (SELECT 1) TO '/tmp/escaped'": "forbidden",
    "DO $$ BEGIN PERFORM 1; END $$": "forbidden",
    "SET statement_timeout = 0": "forbidden",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE": "forbidden",
    "COMMIT": "forbidden",
    "LISTEN x": "forbidden",
    "SELECT set_config('transaction_read_only', 'off', false)": "error_runtime",
    "SELECT set_config('default_transaction_read_only', 'off', false)": "ok",
    "SELECT set_config('search_path', 'pg_catalog', false)": "ok",
    "SELECT set_config('role', 'owner', false)": "error_runtime|forbidden",
    "SELECT set_config('work_mem', '10GB', false)": "ok",
    "SELECT set_config('temp_file_limit', '-1', false)": "forbidden",
    "SELECT pg_advisory_lock(1)": "ok",
    "SELECT setseed(0.7)": "ok",
    "SELECT nextval('numbers')": "forbidden",
    "SELECT lo_creat(-1)": "ok",  # rolled back
    "SELECT lo_import('/etc/passwd')": "forbidden",
    "SELECT lo_export(1, '/tmp/escaped')": "forbidden",
    "SELECT pg_read_file('/etc/passwd')": "forbidden",
    "SELECT pg_ls_dir('/')": "forbidden",
    "SELECT * FROM dblink('dbname=postgres', 'DROP TABLE singer') AS t(a int)": "error_schema",
    "SELECT query_to_xml('DELETE FROM singer', true, true, '')": "error_runtime",
    "SELECT pg_reload_conf()": "forbidden",
    "SELECT pg_terminate_backend(pg_backend_pid())": "crash",
    "SELECT pg_cancel_backend(pg_backend_pid())": "crash",
    "SELECT pg_sleep(30)": "timeout",
    f"SELECT {LIFTED}, pg_sleep(30)": "timeout",
    LATER: "timeout",
    "SELECT count(*) FROM generate_series(1, 100000000000)": "timeout|error_limit",
    "SELECT * FROM generate_series(1, 100000000000)": "timeout|error_limit",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r": "timeout|too_large",
    "SELECT string_agg(repeat('x', 1000000), '') FROM generate_series(1, 9999)": "timeout|memory|error_limit",
    "SELECT repeat('x', 2000000000)": "error_limit|error_runtime|memory",
    "EXPLAIN ANALYZE DELETE FROM singer": "not_a_query",
    "SELECT nothing FROM singer": "error_schema",
    "SELECT * FROM nothing": "error_schema",
    "SELECT 1 +": "error_syntax",
    "SELECT 1 / 0": "error_runtime",
    "SELECT $1": "error_runtime|error_syntax",
}


@pytest.fixture(scope="module")
def singers(postgres):
    """A database with a table, that ``bench`` may read."""
    with psycopg.connect(postgres.url("postgres", "owner"), autocommit=True) as link:
        link.execute("CREATE DATABASE singers")
    with psycopg.connect(postgres.url("singers", "owner"), autocommit=True) as link:
        link.execute("CREATE TABLE singer(name text, age int)")
        link.execute("INSERT INTO singer VALUES ('Ann', 30), ('Bo', 40)")
        link.execute("CREATE SEQUENCE numbers")
        link.execute("GRANT SELECT ON singer, numbers TO bench")
    return postgres


def _state(server):
    """All that a statement could have left behind."""
    questions = (
        "SELECT * FROM singer ORDER BY 1",
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT count(*) FROM pg_largeobject_metadata",
        "SELECT last_value, is_called FROM numbers",
        "SELECT rolname, rolconfig FROM pg_roles ORDER BY 1",
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
    )
    with psycopg.connect(server.url("singers", "owner")) as link:
        return [link.execute(question).fetchall() for question in questions]


def test_nothing_is_changed_and_the_next_query_answers(singers, asking, survives):
    before = _state(singers)
    with asking(singers.url()) as executor:
        survives(executor, "singers", PROBE, HOSTILE)
        assert executor.engine.startswith("postgresql ")
    assert _state(singers) == before
    assert not Path("/tmp/escaped").exists()


def test_a_table_is_read_from_its_beginning_whoever_else_is_in_the_middle_of_it(singers, asking):
    """PostgreSQL lets scans of a large table join each other, each beginning where another one is."""
    with psycopg.connect(singers.url("singers", "owner")) as other:
        other.execute(
            "CREATE TABLE large AS SELECT g, repeat('x', 900) AS x FROM generate_series(1, 30000) g"
        )
        other.execute("GRANT SELECT ON large TO bench")
        other.commit()
        other.execute("DECLARE middle CURSOR FOR SELECT g FROM large; FETCH FORWARD 20000 FROM middle")
        assert other.execute("SELECT g FROM large LIMIT 1").fetchone() != (1,)
        with asking(singers.url()) as executor:
            assert executor.run(Path("singers"), "SELECT g FROM large LIMIT 1").preview == ((1,),)
        other.rollback()
        other.execute("DROP TABLE large")


def test_exec_says_what_a_worker_of_a_server_may_still_do(singers):
    query = "SELECT max(age) FROM singer"
    command = [sys.executable, "-m", "bench.cli", "exec", singers.url("singers"), query]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "40" in done.stdout
    assert "whole sandbox" not in done.stderr
    assert "read files and connect" in done.stderr


def test_a_query_that_lifted_its_limit_is_gone_from_the_server(singers, asking):
    with asking(singers.url()) as executor:
        assert executor.run(Path("singers"), LATER).status == "timeout"
        with psycopg.connect(singers.url("singers", "owner")) as link:
            left = link.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND usename = 'bench'"
            )
            assert left.fetchone() == (0,)


def test_a_query_that_ends_its_neighbours_costs_them_no_verdict(singers):
    ends = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_get_activity(nullif(g, g))
        WHERE usesysid = 'bench'::regrole AND pid <> pg_backend_pid()"""
    again = f"SELECT pg_stat_clear_snapshot(), pg_sleep(0.1), ({ends}) FROM generate_series(1, 20) g"
    honest = [f"SELECT count(pg_sleep(0.05)), {n} FROM generate_series(1, 10)" for n in range(6)]
    queries = [again, *honest]
    limits = replace(STANDARD, steps=165_000_000)  # five seconds
    with Executor(limits, workers=2, batch=1, live=Live(singers.url())) as executor:
        for _ in executor.run_all(Query(Path("singers"), f"SELECT pg_sleep(0.4), {n}") for n in range(16)):
            pass  # until both workers have a session
        outcomes = list(executor.run_all(Query(Path("singers"), sql) for sql in queries))
        assert [outcome.status for outcome in outcomes] == ["ok"] * 7
        assert outcomes[0].rows == 20


def test_a_lock_that_a_query_took_ends_with_it(singers, asking):
    with asking(singers.url()) as executor:
        assert executor.run(Path("singers"), "SELECT pg_advisory_lock(7)").status == "ok"
        with psycopg.connect(singers.url("singers", "owner")) as link:
            assert link.execute("SELECT pg_try_advisory_lock(7)").fetchone() == (True,)


def test_values_of_postgres_compare_as_those_of_sqlite(singers, asking):
    sql = """
        SELECT avg(age), sum(age), count(*) > 1, date '2024-05-01', timestamp '2024-05-01 10:00:00',
        timestamptz '2024-05-01 10:00:00+02', interval '1 day 1 minute', array[1, 2],
        '{"b": 1, "a": [true]}'::jsonb, 'NaN'::float8, '\\x00ff'::bytea, 1.50::numeric FROM singer"""
    with asking(singers.url()) as executor:
        (row,) = executor.run(Path("singers"), sql).preview
    assert row == (
        *(35, 70, 1, "2024-05-01", "2024-05-01 10:00:00", "2024-05-01 08:00:00", "24:01:00"),
        *("[1, 2]", '{"a": [true], "b": 1}', None, b"\x00\xff", 1.5),
    )


def test_a_server_that_stands_still_costs_the_query_and_no_more(singers, asking):
    with asking(singers.url()) as executor:
        assert executor.run(Path("singers"), "SELECT 1").status == "ok"
        with psycopg.connect(singers.url("singers", "owner")) as link:
            query = "SELECT pid FROM pg_stat_activity WHERE usename = 'bench'"
            pids = [pid for (pid,) in link.execute(query).fetchall()]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            assert executor.run(Path("singers"), "SELECT 2").status == "timeout"
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        assert executor.run(Path("singers"), "SELECT 3").status == "ok"


def _refusal(address: str, **options: bool) -> BenchError:
    with pytest.raises(BenchError) as refused, Executor(workers=1, live=Live(address, **options)) as executor:
        executor.run(Path("singers"), "SELECT 1")
    return refused.value


def test_what_cannot_be_asked_is_one_clear_error(singers):
    assert "cannot be reached" in str(_refusal("postgresql://bench@127.0.0.1:1/singers"))
    unknown = str(_refusal(singers.url(user="a_database_nobody")))
    assert "refuses the account" in unknown
    assert "CREATE ROLE" in unknown
    assert "password" not in unknown
    assert "superuser" in str(_refusal(singers.owner))
    assert "holds a password" in str(_refusal("postgresql://bench:secret@127.0.0.1/singers"))


def test_an_account_that_can_write_is_refused_unless_it_is_wanted(singers, asking):
    with psycopg.connect(singers.url("singers", "owner"), autocommit=True) as link:
        link.execute("CREATE ROLE writer LOGIN; GRANT SELECT, UPDATE ON singer TO writer")
    refused = _refusal(singers.url(user="writer"))
    assert "has UPDATE ON TABLE singer" in str(refused)
    assert "REVOKE UPDATE ON TABLE singer FROM writer" in refused.todo
    with asking(singers.url(user="writer"), allow_unsafe=True) as executor:
        assert executor.run(Path("singers"), "SELECT count(*) FROM singer").preview == ((2,),)
        refused = executor.run(
            Path("singers"), "WITH u AS (UPDATE singer SET age = 1 RETURNING 1) SELECT * FROM u"
        )
        assert refused.status == "forbidden"


POWERS = {
    "GRANT UPDATE (age) ON singer TO {}": "REVOKE UPDATE (age) ON TABLE singer FROM {}",
    "GRANT TRIGGER ON singer TO {}": "REVOKE TRIGGER ON TABLE singer FROM {}",
    "GRANT USAGE ON SEQUENCE numbers TO {}": "REVOKE USAGE ON SEQUENCE numbers FROM {}",
    "GRANT TEMP ON DATABASE singers TO {}": "REVOKE TEMPORARY ON DATABASE singers FROM {}",
    "GRANT CREATE ON SCHEMA public TO {}": "REVOKE CREATE ON SCHEMA public FROM {}",
    "GRANT CREATE ON DATABASE singers TO {}": "REVOKE CREATE ON DATABASE singers FROM {}",
    "CREATE SCHEMA of_{0} AUTHORIZATION {0}": "ALTER SCHEMA of_{} OWNER TO another role",
    "CREATE ROLE of_{0}; GRANT INSERT ON singer TO of_{0}; ALTER ROLE {0} NOINHERIT; GRANT of_{0} TO {0}": (
        "REVOKE INSERT ON TABLE singer FROM of_{}"
    ),
    "CREATE ROLE of_{0} SUPERUSER; GRANT of_{0} TO {0}": "ALTER ROLE of_{} NOSUPERUSER",
    "ALTER ROLE {} BYPASSRLS": "ALTER ROLE {} NOBYPASSRLS",
    "ALTER ROLE {} CREATEDB": "ALTER ROLE {} NOCREATEDB",
    "GRANT pg_checkpoint TO {}": "REVOKE pg_checkpoint FROM {}",
    "GRANT pg_signal_backend TO {}": "REVOKE pg_signal_backend FROM {}",
    "GRANT pg_write_server_files TO {}": "REVOKE pg_write_server_files FROM {}",
    "GRANT pg_execute_server_program TO {}": "REVOKE pg_execute_server_program FROM {}",
    "CREATE SCHEMA of_{0}; CREATE FUNCTION of_{0}.wipe() RETURNS int LANGUAGE sql SECURITY DEFINER AS"
    " 'DELETE FROM public.singer RETURNING 1'; GRANT USAGE ON SCHEMA of_{0} TO {0}": (
        "REVOKE EXECUTE ON FUNCTION of_{}.wipe() FROM PUBLIC"
    ),
}
"""Statements that let an account do more than read, and what takes that away again."""


def test_every_power_beyond_reading_is_refused_with_its_cure(singers, asking):
    for number, (given, cure) in enumerate(POWERS.items()):
        role = f"mighty{number}"
        with psycopg.connect(singers.url("singers", "owner"), autocommit=True) as link:
            link.execute(f"CREATE ROLE {role} LOGIN; GRANT SELECT ON singer TO {role}; {given.format(role)}")
            assert cure.format(role) in _refusal(singers.url(user=role)).todo, given
            if not cure.startswith("ALTER SCHEMA"):
                link.execute(cure.format(role))
                with asking(singers.url(user=role)) as executor:
                    assert executor.run(Path("singers"), "TABLE singer").rows == 2, given


def test_an_account_may_read_all(singers, asking):
    with psycopg.connect(singers.url("singers", "owner"), autocommit=True) as link:
        link.execute("CREATE ROLE reader LOGIN; GRANT pg_read_all_data, pg_monitor TO reader")
    with asking(singers.url(user="reader")) as executor:
        assert executor.run(Path("singers"), "TABLE singer").rows == 2


@pytest.mark.parametrize(
    "made, todo",
    [
        ("REVOKE CONNECT ON DATABASE singers FROM PUBLIC; CREATE ROLE shut_out LOGIN", "GRANT CONNECT"),
        ("CREATE ROLE shut_out NOLOGIN", "ALTER ROLE … LOGIN"),
        ("CREATE ROLE shut_out LOGIN CONNECTION LIMIT 0", "fewer workers"),
    ],
)
def test_why_an_account_is_not_let_in_is_said(singers, made, todo):
    with psycopg.connect(singers.url("singers", "owner"), autocommit=True) as link:
        link.execute(made)
        try:
            refused = _refusal(singers.url(user="shut_out"))
        finally:
            link.execute("GRANT CONNECT ON DATABASE singers TO PUBLIC; DROP ROLE shut_out")
    assert todo in refused.todo
    assert "cannot be reached" not in str(refused)


def test_another_version_than_the_suite_says_is_refused(singers):
    with (
        pytest.raises(ConfigError, match="the suite says postgresql 9"),
        Executor(workers=1, live=Live(singers.url(), expected="postgresql 9")) as executor,
    ):
        executor.run(Path("singers"), "SELECT 1")


def test_a_database_that_is_not_there_is_a_verdict(singers, asking):
    with asking(singers.url()) as executor:
        assert executor.run(Path("nothing"), "SELECT 1").status == "db_missing"


def _load(server, database: str, script: str) -> None:
    """Run a script of psql's as the owner, in a new database, and let ``bench`` read everything."""
    with psycopg.connect(server.url("postgres", "owner"), autocommit=True) as link:
        link.execute(f'CREATE DATABASE "{database}"')
    url = server.url(database, "owner")
    subprocess.run(["psql", "-q", "-d", url], input=script.encode(), check=True, capture_output=True)
    with psycopg.connect(url, autocommit=True) as link:
        query = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        for (schema,) in link.execute(query).fetchall():
            link.execute(f"GRANT USAGE ON SCHEMA {schema} TO bench")
            link.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO bench")


@pytest.mark.shared
def test_bird_s_golds_of_its_postgres_form_run(postgres, shared):
    folder = shared / "data/bird/bird_minidev"
    dump = lzma.decompress((folder / "postgres_bird_4dbs_reconstructed.sql.xz").read_bytes()).decode()
    _load(postgres, "bird", re.sub(r"^\\(un)?restrict .*$", "", dump, flags=re.MULTILINE))
    there = {"superhero", "financial", "formula_1", "thrombosis_prediction"}
    dataset = opened("bird", folder).load("mini-dev-postgres")
    golds = [one.gold[0] for one in dataset.examples if one.db_id in there]
    with Executor(STANDARD, workers=2, live=Live(postgres.url("bird"))) as executor:
        outcomes = list(executor.run_all(Query(Path("bird"), gold) for gold in golds))
    assert len(outcomes) == 200
    assert {outcome.status for outcome in outcomes} == {"ok"}


@pytest.mark.shared
def test_every_accepted_gold_of_defog_runs(postgres, shared):
    dataset = opened("defog", shared / "data/others/defog_sql_eval").load("all-postgres")
    for script in sorted((shared / "data/others/defog_data/defog_data").glob("*/*.sql")):
        _load(postgres, script.stem, script.read_text())
    golds = [(one.db_id, gold) for one in dataset.examples for gold in one.gold]
    with Executor(STANDARD, workers=2, live=Live(postgres.url())) as executor:
        outcomes = list(executor.run_all(Query(Path(name), gold) for name, gold in golds))
    assert (len(dataset.examples), len(golds)) == (314, 484)
    assert {outcome.status for outcome in outcomes} == {"ok"}
