"""MySQL's kin on a real MariaDB: no statement changes anything, and none outlives its time."""

from __future__ import annotations

from pathlib import Path

import pymysql
import pytest

from bench.errors import BenchError
from bench.execute import Executor
from bench.execute.live import Live

PROBE = "SELECT count(*), sum(age), max(name), @kept, now(), rand() FROM singer"
HOSTILE = {
    "DELETE FROM singer": "forbidden",
    "SELECT 1; DROP TABLE singer": "multi_statement",
    "SELECT 'it\\'s'; DROP TABLE singer -- '": "multi_statement|error_syntax",
    "SELECT 'it\\'s; well' FROM singer": "ok",
    "SELECT 1 # one; and only": "ok",
    "/*!50000 DELETE FROM singer */": "not_a_query",
    "SELECT 1 /*!50000 INTO @kept */": "not_a_query",
    "SELECT @kept := 5": "ok",
    "SELECT get_lock('x', 0)": "ok",
    "SELECT last_insert_id(7)": "ok",
    "SELECT * FROM singer INTO OUTFILE '/tmp/escaped'": "forbidden",
    "SELECT 'x' INTO DUMPFILE '/tmp/escaped'": "forbidden",
    "SELECT load_file('/etc/passwd') IS NULL": "ok",  # as it is for who may not read files
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE singer": "forbidden",
    "SET STATEMENT max_statement_time = 0 FOR SELECT sleep(30)": "forbidden",
    "SET SESSION max_statement_time = 0": "forbidden",
    "SELECT * FROM singer FOR UPDATE": "forbidden",
    "HANDLER singer OPEN": "forbidden",
    "CALL mysql.anything()": "forbidden",
    "DO sleep(30)": "forbidden",
    "KILL 1": "forbidden",
    "SELECT sys_exec('touch /tmp/escaped')": "forbidden|error_schema",
    "SELECT * FROM mysql.user": "forbidden",
    "SELECT sleep(30)": "timeout",
    "SELECT benchmark(1000000000000, md5('x'))": "timeout",
    "SELECT seq FROM seq_1_to_100000000000": "timeout|too_large",
    "SELECT count(*) FROM seq_1_to_30000 a, seq_1_to_30000 b WHERE a.seq * b.seq = 7": "timeout",
    "SELECT length(group_concat(repeat('x', 1000) SEPARATOR '')) FROM seq_1_to_9999999": "timeout|ok",
    "SELECT length(repeat('x', 1000000000))": "ok",  # NULL: longer than a packet
    "EXPLAIN DELETE FROM singer": "not_a_query",
    "SELECT nothing FROM singer": "error_schema",
    "SELECT * FROM nothing": "error_schema",
    "SELECT 1 +": "error_syntax",
}


@pytest.fixture(scope="module")
def singers(mariadb):
    """A database with a table, that ``bench`` may read."""
    with _owner(mariadb) as link, link.cursor() as cursor:
        cursor.execute("CREATE DATABASE singers")
        cursor.execute(
            "CREATE TABLE singers.singer(name VARCHAR(20), age INT, paid DECIMAL(6, 2), born DATE)"
        )
        cursor.execute(
            "INSERT INTO singers.singer VALUES ('Ann', 30, 1.50, '1994-02-01'), ('Bo', 40, 2, NULL)"
        )
        cursor.execute("GRANT SELECT ON singers.* TO bench@'127.0.0.1'")
        link.commit()
    return mariadb


def _owner(server):
    return pymysql.connect(host="127.0.0.1", port=server.port, user="owner", ssl_disabled=True)


def _state(server):
    """All that a statement could have left behind."""
    questions = (
        "SELECT * FROM singers.singer",
        "SHOW TABLES FROM singers",
        "SHOW GRANTS FOR bench@'127.0.0.1'",
        "SELECT is_used_lock('x')",
        "SELECT count(*) FROM information_schema.processlist WHERE user = 'bench'",
    )
    with _owner(server) as link, link.cursor() as cursor:
        return [(cursor.execute(question), cursor.fetchall())[1] for question in questions]


def test_nothing_is_changed_and_the_next_query_answers(singers, asking, survives):
    before = _state(singers)
    with asking(singers.url()) as executor:
        survives(executor, "singers", PROBE, HOSTILE)
        assert executor.engine.startswith("mariadb 1")
    assert _state(singers) == before
    assert not Path("/tmp/escaped").exists()


def test_values_of_mysql_compare_as_those_of_sqlite(singers, asking):
    sql = """
        SELECT sum(paid), max(paid), min(born), timestamp('2024-05-01 10:00:00'), time('26:01:02'), true,
        x'00ff', json_object('a', 1) FROM singer"""
    with asking(singers.url()) as executor:
        (row,) = executor.run(Path("singers"), sql).preview
    expected = (3.5, 2, "1994-02-01", "2024-05-01 10:00:00", "26:01:02", 1, b"\x00\xff", '{"a": 1}')
    assert row == expected


def test_a_recursive_query_is_not_cut_off(singers, asking):
    rounds = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
    with asking(singers.url()) as executor:
        assert executor.run(Path("singers"), f"{rounds} SELECT count(*) FROM n").preview == ((3000,),)


def test_the_same_of_rows_that_tie_comes_first_in_every_session(singers, asking):
    """MariaDB orders them by addresses in memory; left to itself it gives two answers to this one."""
    ties = "SELECT seq % 50 AS part FROM seq_1_to_500 GROUP BY part ORDER BY count(*) LIMIT 1"
    with asking(singers.url()) as executor:
        assert len({executor.run(Path("singers"), f"{ties} -- {n}").preview for n in range(25)}) == 1


def test_a_server_that_takes_no_more_connections_is_no_fault_of_the_query(singers, asking):
    with _owner(singers) as link, link.cursor() as cursor:
        cursor.execute("CREATE USER rare@'127.0.0.1' WITH MAX_CONNECTIONS_PER_HOUR 2")
        cursor.execute("GRANT SELECT ON singers.* TO rare@'127.0.0.1'")
    with asking(singers.url(user="rare")) as executor:
        found = [executor.run(Path("singers"), f"SELECT {n}").status for n in range(2)]
    assert found == ["ok", "db_io"]


def _refusal(address: str) -> str:
    with pytest.raises(BenchError) as refused, Executor(workers=1, live=Live(address)) as executor:
        executor.run(Path("singers"), "SELECT 1")
    return str(refused.value)


def test_what_cannot_be_asked_is_one_clear_error(singers):
    assert "cannot be reached" in _refusal("mysql://bench@127.0.0.1:1/singers")
    assert "refuses the account" in _refusal(singers.url(user="nobody"))
    assert "more than SELECT" in _refusal(singers.owner)


POWERS = {
    "GRANT UPDATE (age), SELECT (age) ON singers.singer TO {}": "REVOKE UPDATE (`age`) ON `singers`.`singer`",
    "GRANT CREATE TEMPORARY TABLES ON singers.* TO {}": "REVOKE CREATE TEMPORARY TABLES ON `singers`.*",
    "GRANT EXECUTE ON singers.* TO {}": "REVOKE EXECUTE ON `singers`.*",
    "GRANT FILE ON *.* TO {}": "REVOKE FILE ON *.*",
    "GRANT SELECT ON singers.* TO {} WITH GRANT OPTION": "REVOKE GRANT OPTION ON `singers`.*",
    "GRANT writers TO {}": "REVOKE `writers` FROM",
    "GRANT INSERT ON singers.* TO PUBLIC": "REVOKE INSERT ON `singers`.* FROM PUBLIC",
}
"""Statements that let an account do more than read, and what takes that away again."""


def test_every_power_beyond_reading_is_refused_with_its_cure(singers, asking):
    account = "mighty@'127.0.0.1'"
    with _owner(singers) as link, link.cursor() as cursor:
        cursor.execute("CREATE ROLE writers")
        for given, cure in POWERS.items():
            cursor.execute(f"CREATE OR REPLACE USER {account}")
            cursor.execute(f"GRANT SELECT ON singers.* TO {account}")
            cursor.execute(given.format(account))
            refused = _refusal(singers.url(user="mighty"))
            assert cure in refused, given
            cursor.execute(refused.partition("→ ")[2].partition(";")[0])
            with asking(singers.url(user="mighty")) as executor:
                assert executor.run(Path("singers"), "SELECT * FROM singer").rows == 2, given
