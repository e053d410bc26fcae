"""What the executor promises: outcomes, order, memory of what ran, and the same answer everywhere."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import BenchError, ConfigError
from bench.execute import Executor, Pair, Policy
from bench.execute.policy import FAST, POLICIES, SPIDER, STANDARD, named
from bench.execute.query import DROPPED_BYTES, STOPPED_EARLY
from bench.types import Outcome, Status

ALL = ("test_suite", "bird", "bag", "ordered", "strict")
LINUX = sys.platform.startswith("linux")


def pair(database: Path, gold: str, prediction: str, *, ordered: bool = False, key: str = "k") -> Pair:
    return Pair(key, database, gold, prediction, ALL, ordered)


@pytest.mark.parametrize(
    "sql, status",
    [
        ("SELECT count(*) FROM t", Status.OK),
        ("VALUES (1), (2)", Status.OK),
        ("WITH x AS (SELECT 1) SELECT * FROM x; -- done", Status.OK),
        ("", Status.NOT_A_QUERY),
        ("  \n", Status.NOT_A_QUERY),
        ("-- no idea", Status.NOT_A_QUERY),
        ("EXPLAIN SELECT 1", Status.NOT_A_QUERY),
        ("SELECT 1; SELECT 2", Status.MULTI_STATEMENT),
        ("SELECT ';'; DROP TABLE t", Status.MULTI_STATEMENT),
        ("DROP TABLE t", Status.FORBIDDEN),
        ("PRAGMA writable_schema=1", Status.FORBIDDEN),
        ("PRAGMA table_info(t)", Status.FORBIDDEN),
        ("SELECT FROM", Status.ERROR_SYNTAX),
        ("SELECT '\0'", Status.ERROR_SYNTAX),
        ("SELECT '\ud800'", Status.ERROR_SYNTAX),
        ("I think the answer is 3", Status.ERROR_SYNTAX),
        ("SELECT nope FROM t", Status.ERROR_SCHEMA),
        ("SELECT * FROM nope", Status.ERROR_SCHEMA),
        ("SELECT a FROM t x, t y", Status.ERROR_SCHEMA),
        ("SELECT json('{')", Status.ERROR_RUNTIME),
        ("SELECT :name", Status.ERROR_RUNTIME),
        ("SELECT zeroblob(999999999)", Status.ERROR_LIMIT),
        (f"SELECT {'NOT ' * 5000}1", Status.ERROR_LIMIT),
        ("SELECT '" + "é" * 150_000 + "'", Status.ERROR_LIMIT),
        (
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT count(*) FROM r",
            Status.TIMEOUT,
        ),
        ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT n FROM r", Status.TOO_LARGE),
    ],
)
def test_status(executor: Callable[..., Executor], database: Path, sql: str, status: Status) -> None:
    outcome = executor().run(database, sql)
    assert (outcome.status, bool(outcome.detail)) == (status, status is not Status.OK)
    assert (outcome.preview == ()) == (status is not Status.OK)


def test_what_is_not_text_is_not_a_query(executor: Callable[..., Executor], database: Path) -> None:
    (judged,) = executor().judge([Pair("k", database, "SELECT 1", None, ("bird",))])  # type: ignore[arg-type]
    assert judged.prediction.status is Status.NOT_A_QUERY
    assert judged.gold.status is Status.OK


@pytest.mark.parametrize(
    "gold, prediction, ordered, equal",
    [
        ("SELECT a FROM t", "SELECT a FROM t ORDER BY a DESC", False, "test_suite bird bag strict"),
        ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a DESC", True, "bird bag"),
        ("SELECT a, b FROM t", "SELECT b, a FROM t", True, "test_suite strict"),
        ("SELECT DISTINCT b FROM t", "SELECT b FROM t", False, "bird"),
        ("SELECT a FROM t", "SELECT a FROM t WHERE a < 99", False, ""),
        ("SELECT a FROM t", "SELECT a FROM t UNION ALL SELECT 7", False, "bird"),
        ("SELECT 1 WHERE 0", "SELECT 1, 2 WHERE 0", False, "test_suite bird"),
        ("SELECT 1", "SELECT nope", False, ""),
        ("SELECT nope", "SELECT nope", False, ""),
        ("SELECT nope", "SELECT 1 WHERE 0", False, ""),
        ("SELECT 1 WHERE 0", "-- empty", False, ""),
        ("SELECT 3", "SELECT 3.0", False, "bird bag ordered strict test_suite"),
    ],
)
def test_comparisons_through_workers(
    executor: Callable[..., Executor], database: Path, gold: str, prediction: str, ordered: bool, equal: str
) -> None:
    (judged,) = executor().judge([pair(database, gold, prediction, ordered=ordered)])
    assert {name for name, same in judged.equal.items() if same} == set(equal.split())
    assert set(judged.equal) == set(ALL)


def test_what_was_decided_for_rows_is_decided_again_for_other_rows_and_orders_only(
    executor: Callable[..., Executor], database: Path
) -> None:
    gold = "SELECT a, a + 0.5 FROM (SELECT 1 AS a UNION SELECT 2)"
    asked = {
        ("1", "ASC", False): set(ALL),
        ("1.0", "ASC", False): {*ALL} - {"test_suite"},
        ("'1'", "ASC", False): set(),
        ("1", "DESC", False): {*ALL} - {"ordered"},
        ("1", "DESC", True): {"bird", "bag"},
    }
    pairs = [
        pair(
            database,
            gold,
            f"SELECT {one}, 1.5 UNION SELECT {one.replace('1', '2')}, 2.5 ORDER BY 2 {direction} -- {number}",
            ordered=ordered,
        )
        for number in range(2)
        for one, direction, ordered in asked
    ]
    found = executor(workers=1).judge(pairs)
    assert [{name for name, same in one.equal.items() if same} for one in found] == 2 * [*asked.values()]


def test_text_that_is_not_utf8_is_repaired_noted_and_refused_by_birds_rule(
    executor: Callable[..., Executor], database: Path
) -> None:
    sql = "SELECT x, y FROM bad ORDER BY y DESC; -- end"
    same, other = executor().judge(
        [
            pair(database, sql, sql, ordered=True),
            pair(database, sql, sql.replace("x, y", "x, y + 0"), ordered=True),
        ]
    )
    for judged in (same, other):
        assert judged.prediction.notes == (DROPPED_BYTES,)
        assert judged.prediction.preview == (("fine", 2.0), ("AB", 1.5), (None, 0.1))
        assert judged.equal == {**dict.fromkeys(ALL, True), "bird": False}
    assert same.gold.columns == ("x", "y")


def test_previews_are_short(executor: Callable[..., Executor], database: Path) -> None:
    outcome = executor().run(database, "SELECT printf('%.300c', 'é'), zeroblob(100), 1.0/0, 1e999 FROM t")
    text, blob, null, infinite = outcome.preview[0]
    assert (text, blob) == ("é" * 200 + "…", bytes(64) + "…".encode())
    assert (null, infinite) == (None, float("inf"))
    assert (len(outcome.preview), outcome.rows) == (10, 100)


def test_fetching_stops_when_all_is_decided(executor: Callable[..., Executor], database: Path) -> None:
    endless = "WITH RECURSIVE r(n) AS (SELECT 1000 UNION ALL SELECT n+1 FROM r) SELECT n FROM r"
    (judged,) = executor().judge([pair(database, "SELECT a FROM t", endless)])
    assert judged.prediction.status is Status.OK
    assert judged.prediction.notes == (STOPPED_EARLY,)
    assert not any(judged.equal.values())


def test_the_clock_stands_still_and_chance_repeats(executor: Callable[..., Executor], database: Path) -> None:
    sql = "SELECT datetime('now'), CURRENT_TIMESTAMP, random(), hex(randomblob(4)), random()"
    one, two = executor().run(database, sql), executor(workers=2).run(database, sql)
    assert one == two
    assert one.preview[0][:2] == ("2025-01-01 00:00:00", "2025-01-01 00:00:00")
    assert one.preview[0][2] != one.preview[0][4]


def test_double_quotes_json_and_schema_tables_work_as_usual(
    executor: Callable[..., Executor], database: Path
) -> None:
    run = executor().run
    assert run(database, 'SELECT count(*) FROM t WHERE b = "row 1"').preview == ((15,),)
    assert run(database, "SELECT sum(value) FROM json_each('[1,2]')").preview == ((3,),)
    assert run(database, "SELECT name FROM pragma_table_info('t')").rows == 2


def stream(database: Path, count: int) -> Iterator[Pair]:
    for index in range(count):
        yield Pair(str(index), database, "SELECT a FROM t", f"SELECT {index} FROM t", ("bag", "bird"))


def told(results: Iterator[object]) -> list[object]:
    return [(one.key, one.gold, one.prediction, dict(one.equal)) for one in results]  # type: ignore[attr-defined]


def test_results_keep_their_order_and_do_not_depend_on_workers_or_batches(
    executor: Callable[..., Executor], database: Path, tmp_path: Path
) -> None:
    copies = []
    for name in "xyz":
        copies.append(tmp_path / name / f"{name}.sqlite")
        copies[-1].parent.mkdir()
        copies[-1].write_bytes(database.read_bytes())

    def pairs() -> Iterator[Pair]:
        for index in range(600):
            yield Pair(
                str(index),
                copies[index % 3],
                f"SELECT a FROM t LIMIT {index % 9}",
                f"SELECT {index % 50}",
                ("bird",),
            )

    runs = [told(executor(workers=w, batch=b).judge(pairs())) for w, b in ((1, 16), (2, 1), (3, 5))]
    assert [one[0] for one in runs[0]] == [str(index) for index in range(600)]  # type: ignore[index]
    assert runs[0] == runs[1] == runs[2]


def test_operations_are_counted_the_same_in_every_process(
    executor: Callable[..., Executor], database: Path
) -> None:
    queries = [f"SELECT count(*) FROM t x, t y WHERE x.a + y.a > {n}" for n in range(5)]
    counts = [[executor().run(database, sql).steps for sql in queries] for _ in range(2)]
    both = executor(workers=2, batch=1)
    again = [
        one.prediction.steps
        for one in both.judge(pair(database, "SELECT 1", sql, key=sql) for sql in queries)
    ]
    assert counts[0] == counts[1]
    assert all(count > 10_000 for count in counts[0])
    assert len(again) == 5


def test_the_same_pair_runs_once(
    executor: Callable[..., Executor], database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench.execute.process import Process

    sent = []
    monkeypatch.setattr(
        Process, "send", lambda self, tasks, send=Process.send: (sent.extend(tasks), send(self, tasks))
    )
    pairs = [pair(database, "SELECT 1", f"SELECT {index % 2}", key=str(index)) for index in range(100)]
    results = list(executor().judge(pairs))
    assert [one.key for one in results] == [str(index) for index in range(100)]
    assert [any(one.equal.values()) for one in results] == [index % 2 == 1 for index in range(100)]
    assert len(sent) == 2


def test_a_stream_may_be_left_and_another_begun(executor: Callable[..., Executor], database: Path) -> None:
    one = executor()
    first = one.judge(stream(database, 5000))
    next(first)
    with pytest.raises(RuntimeError):
        next(one.judge(stream(database, 1)))
    first.close()
    assert len(list(one.judge(stream(database, 50)))) == 50


def test_a_relative_budget_follows_the_gold(
    executor: Callable[..., Executor], database: Path, small: Policy
) -> None:
    policy = replace(small, relative_steps=20, relative_floor=100_000)
    slow = "SELECT count(*) FROM t x, t y, t z WHERE x.a + y.a + z.a >= 0"
    bad, good = executor(policy).judge([pair(database, "SELECT 1", slow), pair(database, slow + " --", slow)])
    assert bad.prediction.status is Status.TIMEOUT
    assert good.prediction.status is Status.OK


def test_policies() -> None:
    assert named("standard") is STANDARD
    assert len({policy.id for policy in POLICIES.values()}) == 3
    assert replace(STANDARD, name="other").id == STANDARD.id
    assert SPIDER.steps < FAST.steps == 10**9
    with pytest.raises(ConfigError, match="did you mean 'standard'"):
        named("standart")
    with pytest.raises(ConfigError, match="rows"):
        replace(STANDARD, rows=0)


def test_an_unknown_comparison_is_refused(executor: Callable[..., Executor], database: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'bird'"):
        list(executor().judge([Pair("k", database, "SELECT 1", "SELECT 1", ("brid",))]))


def test_comparisons_that_are_one_text_are_refused(executor: Callable[..., Executor], database: Path) -> None:
    with pytest.raises(ConfigError, match="a tuple of names"):
        list(executor().judge([Pair("k", database, "SELECT 1", "SELECT 1", "bird")]))  # type: ignore[arg-type]


def test_an_executor_that_nobody_closes_ends_its_workers(database: Path, small: Policy) -> None:
    pids = []
    for judged in (one := Executor(small, workers=1)).judge([pair(database, "SELECT 1", "SELECT 1")]):
        assert judged.equal["bird"]
        pids = one.pool.pids
    del one
    gc.collect()
    assert pids
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_a_worker_is_light_and_says_what_protects_it(executor: Callable[..., Executor]) -> None:
    one = executor()
    layers = one.sandbox
    assert layers["rlimits"]
    assert not LINUX or layers["no_new_privs"]
    heavy = {"torch", "pydantic", "sqlglot", "pandas", "dataclasses", "typing", "site", "bench.types"}
    assert not heavy & set(one.pool.modules)
    assert "apsw" in one.pool.modules


@pytest.mark.skipif(not LINUX, reason="the full sandbox needs Linux")
def test_a_required_sandbox_that_is_not_whole_is_refused(
    small: Policy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from bench.execute import process

    lacking = tmp_path / "worker.py"
    text = process.PROGRAM.read_text().replace(
        "    _write(socket, [layers", '    layers["landlock"] = False\n    _write(socket, [layers', 1
    )
    lacking.write_text(
        text.replace("os.path.dirname(os.path.abspath(__file__))", repr(str(process.PROGRAM.parent)))
    )
    monkeypatch.setattr(process, "PROGRAM", lacking)
    with pytest.raises(BenchError, match="landlock"):
        Executor(small, workers=1, require_sandbox=True)


def test_a_worker_that_cannot_start_is_one_clear_error(
    executor: Callable[..., Executor], database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from bench.execute import process

    broken = tmp_path / "worker.py"
    broken.write_text("raise SystemExit('no apsw here')")
    monkeypatch.setattr(process, "PROGRAM", broken)
    with pytest.raises(BenchError, match="does not start") as caught:
        executor().run(database, "SELECT 1")
    assert "no apsw here" in str(caught.value)


def test_spiders_gold_equals_itself(executor: Callable[..., Executor], shared: Path) -> None:
    root = shared / "data/spider_dev"
    pairs = []
    for number, line in enumerate((root / "dev_gold.sql").read_text().splitlines()):
        sql, name = line.split("\t")
        found = sorted(root.glob(f"database*/{name}/{name}.sqlite"))
        pairs.append(Pair(str(number), found[0], sql, sql, ("test_suite", "bird")))
    results = list(executor(STANDARD, workers=2).judge(pairs))
    assert len(results) == 1034
    assert {one.gold.status for one in results} == {Status.OK}
    assert all(one.equal["test_suite"] for one in results)
    assert [one.key for one in results if not one.equal["bird"]] == ["455", "456"]


def test_outcomes_stay_small(executor: Callable[..., Executor], database: Path) -> None:
    wide = ",".join(f"printf('%.500c', char({0x4E00 + index % 90}))" for index in range(1500))
    outcome: Outcome = executor(STANDARD).run(database, f"SELECT {wide} FROM t LIMIT 10")
    assert outcome.status is Status.OK
    assert len(json.dumps(outcome.preview)) < 2**20
    assert os.fspath(database)


def test_the_sandbox_holds_without_sqlites_help() -> None:
    """Harden a bare Python process and try what a query with control of it would try."""
    attempts = """
import os, sys, json
sys.path.insert(0, sys.argv[1])
import types
for name, path in (("bench", sys.argv[1] + "/bench"), ("bench.execute", sys.argv[1] + "/bench/execute")):
    sys.modules[name] = types.ModuleType(name); sys.modules[name].__path__ = [path]
from bench.execute.harden import harden
layers = harden(2**30, [sys.argv[2]], os.getppid())
def able(act):
    try:
        act()
    except OSError:
        return False
    return True
found = {
    "read": able(lambda: os.close(os.open(sys.argv[2] + "/db", os.O_RDONLY))),
    "passwd": able(lambda: os.open("/etc/passwd", os.O_RDONLY)),
    "write": able(lambda: os.open(sys.argv[2] + "/new", os.O_CREAT | os.O_WRONLY)),
    "unlink": able(lambda: os.unlink(sys.argv[2] + "/db")),
}
os.write(1, json.dumps([layers, found]).encode())
os.execv("/bin/true", ["true"])
"""
    import tempfile

    root = str(Path(__file__).parents[2])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "db").write_text("x")
        done = subprocess.run(
            [sys.executable, "-I", "-c", attempts, root, folder], capture_output=True, check=False
        )
    layers, found = json.loads(done.stdout)
    assert found["read"]
    if layers["landlock"]:
        assert found == {"read": True, "passwd": False, "write": False, "unlink": False}
    if layers["seccomp"]:
        assert done.returncode < 0
