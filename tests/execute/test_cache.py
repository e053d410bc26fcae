"""The cache of verdicts: warm equals cold, nothing unsure is kept, and no fault of it costs a verdict."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from bench.execute import Executor, Judged, Pair, Policy
from bench.types import Status
from tests.execute.test_faults import BOMB, HANG

Make = Callable[..., Executor]
RULES = ("test_suite", "bird", "bag", "soft_f1")
ODD = "SELECT x'00ff', 1e999, 'é', NULL, 2.5 FROM t LIMIT 3"


def questions(database: Path) -> list[Pair]:
    texts = [
        ("SELECT a FROM t", "SELECT a FROM t ORDER BY a DESC"),
        ("SELECT a FROM t", "SELECT a FROM t LIMIT 5"),
        (ODD, ODD + " -- again"),
        ("SELECT x FROM bad", "SELECT x FROM bad WHERE 1"),
        ("SELECT 1", "SELECT nope"),
        ("SELECT 1", "DROP TABLE t"),
        ("SELECT 1", ""),
        ("SELECT 1", "SELECT '\ud800'"),
        ("SELECT 1", "SELECT count(*) FROM t a, t b, t c, t d, t e"),
    ]
    return [Pair(str(at), database, gold, sql, RULES) for at, (gold, sql) in enumerate(texts)]


def ask(make: Make, cache: Path, pairs: list[Pair], **options: object) -> tuple[list[Judged], bool]:
    """Judge in an executor of its own; tells whether a worker had to be started."""
    executor = make(cache=cache, **options)
    results = list(executor.judge(pairs))
    ran = bool(executor.pool.pids)
    executor.close()
    return results, ran


def test_warm_equals_cold_and_nothing_runs(executor: Make, database: Path, tmp_path: Path) -> None:
    pairs = [pair for pair in questions(database) if pair.key != "7"]  # no UTF-8, and so no key
    cold, ran = ask(executor, tmp_path / "deep" / "cache.sqlite", pairs)
    warm, again = ask(executor, tmp_path / "deep" / "cache.sqlite", pairs)
    assert cold == warm == list(executor().judge(pairs))
    assert (ran, again) == (True, False)
    assert {one.prediction.status for one in warm} >= {Status.OK, Status.TIMEOUT, Status.FORBIDDEN}


def test_a_verdict_hangs_on_limits_engine_rule_and_content(
    executor: Make, database: Path, tmp_path: Path, small: Policy
) -> None:
    cache, pairs = tmp_path / "cache.sqlite", questions(database)[:3]
    ask(executor, cache, pairs)
    assert ask(executor, cache, pairs, policy=replace(small, rows=7))[1]
    assert ask(executor, cache, pairs, engine="stdlib")[1]
    assert ask(executor, cache, [structs.replace(pair, comparisons=("strict",)) for pair in pairs])[1]
    assert ask(executor, cache, [structs.replace(pair, ordered=True) for pair in pairs])[1]
    assert not ask(executor, cache, pairs, policy=replace(small, name="by another name"))[1]
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(database.read_bytes())
    assert not ask(executor, cache, [structs.replace(pair, database=copy) for pair in pairs])[1]
    connection = sqlite3.connect(copy)
    connection.execute("UPDATE t SET a = a + 1")
    connection.commit()
    connection.close()
    results, ran = ask(executor, cache, [structs.replace(pair, database=copy) for pair in pairs])
    assert ran
    assert results[0].gold.preview[0] == (1,)


def test_what_hangs_on_the_machine_is_never_kept(
    executor: Make, database: Path, tmp_path: Path, small: Policy
) -> None:
    empty = tmp_path / "empty.sqlite"
    empty.write_bytes(b"")
    pairs = [
        Pair("cpu", database, "SELECT 1", HANG.format("x"), RULES),
        Pair("memory", database, "SELECT 1", BOMB.format(1), RULES),
        Pair("corrupt", empty, "SELECT 1", "SELECT 2", RULES),
        Pair("missing", tmp_path / "none.sqlite", "SELECT 1", "SELECT 2", RULES),
    ]
    policy = replace(small, heap=32 * 2**20, steps=10**9)
    for pair in pairs:
        for _ in range(2):
            (judged,), ran = ask(executor, tmp_path / "cache.sqlite", [pair], policy=policy)
            assert judged.prediction.status is not Status.OK
            assert ran, pair.key
    assert count(tmp_path / "cache.sqlite") == 0


def count(cache: Path) -> int:
    with sqlite3.connect(cache) as connection:
        return int(connection.execute("SELECT count(*) FROM verdicts").fetchone()[0])


def test_a_timed_comparison_is_never_kept(executor: Make, database: Path, tmp_path: Path) -> None:
    pairs = [structs.replace(pair, comparisons=("timed",)) for pair in questions(database)[:2]]
    ask(executor, tmp_path / "cache.sqlite", pairs)
    assert count(tmp_path / "cache.sqlite") == 0


def garble(cache: Path) -> None:
    cache.write_bytes(b"this is not a database" * 500)


def cut(cache: Path) -> None:
    cache.write_bytes(cache.read_bytes()[: 4096 + 100])


def flip(cache: Path) -> None:
    """Change a value where SQLite itself cannot see it."""
    with sqlite3.connect(cache) as connection:
        connection.execute("UPDATE verdicts SET value = CAST(substr(value, 1, 20) || x'2a' AS BLOB)")


@pytest.mark.parametrize("damage", [garble, cut, flip])
def test_a_damaged_cache_costs_no_verdict(
    executor: Make,
    database: Path,
    tmp_path: Path,
    damage: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    cache, pairs = tmp_path / "cache.sqlite", questions(database)
    cold, _ = ask(executor, cache, pairs)
    damage(cache)
    with caplog.at_level(logging.WARNING):
        warm, ran = ask(executor, cache, pairs)
    assert warm == cold
    assert ran
    if damage is not flip:
        assert "the cache of verdicts is not used" in caplog.text
        assert cache.with_name("cache.sqlite.damaged").exists()
        ask(executor, cache, pairs)
    assert ask(executor, cache, pairs[:7]) == (cold[:7], False)


def test_a_locked_cache_costs_no_verdict(executor: Make, database: Path, tmp_path: Path) -> None:
    cache, pairs = tmp_path / "cache.sqlite", questions(database)
    cold, _ = ask(executor, cache, pairs)
    program = (
        "import sqlite3, sys; holder = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "holder.execute('PRAGMA journal_mode=delete').fetchall(); holder.execute('BEGIN EXCLUSIVE')\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(cache)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        assert ask(executor, cache, pairs) == (cold, True)
        holder.communicate("")


def test_a_cache_that_cannot_be_made_costs_no_verdict(executor: Make, database: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    pairs = questions(database)
    expected = list(executor().judge(pairs))
    for path in (tmp_path, tmp_path / "file" / "cache.sqlite"):
        assert ask(executor, path, pairs)[0] == expected


def test_a_full_disk_costs_no_verdict(database: Path, tmp_path: Path) -> None:
    """No file of this process may grow beyond 40 kB: to SQLite that is a full disk."""
    program = """
import resource, sys
from pathlib import Path
from bench.execute import Executor, Pair
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
database, cache = map(Path, sys.argv[1:])
gold, other = "SELECT a, b FROM t", "SELECT a, b, {} FROM t"
pairs = [Pair(str(n), database, gold, other.format(n), ("bird",)) for n in range(900)]
with Executor(workers=1, cache=cache) as executor:
    results = list(executor.judge(pairs))
print(len(results), {(one.prediction.status.value, one.equal["bird"]) for one in results})
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(database), str(tmp_path / "cache.sqlite")],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.stdout == "900 {('ok', False)}\n", done.stderr
    assert "the cache of verdicts is not used" in done.stderr


def test_a_database_replaced_while_it_is_judged_leaves_no_stale_verdict(
    executor: Make, database: Path, tmp_path: Path
) -> None:
    path, cache = tmp_path / "db.sqlite", tmp_path / "cache.sqlite"
    path.write_bytes(database.read_bytes())
    one = executor(cache=cache)
    stream = one.judge([Pair(str(n), path, "SELECT a FROM t", f"SELECT {n}", ("bird",)) for n in range(10)])
    next(stream)
    path.write_bytes(database.read_bytes() + bytes(4096))
    assert len(list(stream)) == 9
    one.close()
    assert count(cache) == 0
