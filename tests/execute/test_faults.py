"""Faults: whatever breaks, nothing is lost, the rest is judged, and the guilty query is named."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench.execute import Executor, Judged, Pair, Policy, process
from bench.types import Status

HANG = "SELECT instr(hex(zeroblob(2400000)), hex(zeroblob(1200000)) || '{}')"
"""Quadratic work inside one operation, under all limits: only a kill ends it."""

BOMB = (
    "WITH RECURSIVE r(n, b) AS (SELECT 1, zeroblob(100) UNION ALL SELECT n + 1, zeroblob(9000) FROM r) "
    "SELECT n FROM r ORDER BY b, n + {}"
)
Make = Callable[..., Executor]


def good(database: Path, count: int, start: int = 0) -> list[Pair]:
    return [
        Pair(f"good{n}", database, "SELECT count(*) FROM t", f"SELECT {n} - {n} + 100", ("bird",))
        for n in range(start, start + count)
    ]


def statuses(results: list[Judged]) -> Counter[tuple[str, bool]]:
    return Counter((one.prediction.status.value, one.equal["bird"]) for one in results)


def test_killed_workers_lose_nothing(executor: Make, database: Path) -> None:
    """All die at once: by then each works at another item, and one that is hit twice is called a crash."""
    slow = "SELECT count(*) FROM t x, t y, t z WHERE x.a + y.a + z.a > {}"
    pairs = [Pair(str(n), database, "SELECT -1", slow.format(n), ("bird",)) for n in range(160)]
    one = executor(workers=2)
    results = []
    for judged in one.judge(pairs):
        results.append(judged)
        if len(results) == 5:
            for pid in one.pool.pids:
                os.kill(pid, signal.SIGKILL)
    assert [judged.key for judged in results] == [str(n) for n in range(160)]
    assert {judged.prediction.status for judged in results} == {Status.OK}
    assert one.pool.respawned == 2


def test_workers_that_die_one_after_the_other_cost_no_verdict(executor: Make, database: Path) -> None:
    """As when memory runs low: what is tried again meets another end that is not its own."""

    def kill(pids: list[int]) -> None:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)

    for turn in range(6):
        made = executor(workers=4)
        list(made.judge(good(database, 1000, 1000 * turn)))
        killer = threading.Thread(target=kill, args=[made.pool.pids])
        killer.start()
        assert statuses(list(made.judge(good(database, 100, 10_000)))) == {("ok", True): 100}
        killer.join()
        assert not made.pool.bad_golds


def test_a_thread_that_ends_takes_no_worker_with_it(executor: Make, database: Path) -> None:
    """Linux ends a worker with the thread that started it."""
    made = executor(workers=2)
    thread = threading.Thread(target=lambda: made.run(database, "SELECT 1"))
    thread.start()
    thread.join()
    pids = made.pool.pids
    assert made.run(database, "SELECT 2").status is Status.OK
    assert (made.pool.pids, made.pool.respawned) == (pids, 0)


def test_queries_that_hang_inside_one_operation_are_killed_and_named(executor: Make, database: Path) -> None:
    pairs = good(database, 40)
    for place in (7, 23):
        pairs.insert(place, Pair(f"hang{place}", database, "SELECT 1", HANG.format(place), ("bird",)))
    results = list(executor(workers=2).judge(pairs))
    assert statuses(results) == {("ok", True): 40, ("timeout", False): 2}
    for judged in results:
        if judged.key.startswith("hang"):
            assert judged.prediction.detail.startswith("cpu")
            assert judged.gold.status is Status.OK


def test_a_gold_that_hangs_is_tried_twice_and_then_known(executor: Make, database: Path) -> None:
    pairs = [Pair(str(n), database, HANG.format("gold"), f"SELECT {n}", ("bird",)) for n in range(30)]
    one = executor()
    results = list(one.judge(pairs))
    assert {(judged.gold.status, judged.prediction.status) for judged in results} == {
        (Status.TIMEOUT, Status.OK)
    }
    assert not any(judged.equal["bird"] for judged in results)
    again = list(one.judge([Pair("x", database, HANG.format("gold"), "SELECT 'x'", ("bird",))]))
    assert again[0].gold.status is Status.TIMEOUT
    assert one.pool.respawned == 2


def test_memory_bombs_end_as_such(executor: Make, database: Path, small: Policy) -> None:
    pairs = good(database, 30)
    for place in (3, 9, 20):
        pairs.insert(place, Pair(f"bomb{place}", database, "SELECT 1", BOMB.format(place), ("bird",)))
    results = list(executor(replace(small, heap=32 * 2**20, steps=10**9)).judge(pairs))
    assert statuses(results) == {("ok", True): 30, ("memory", False): 3}


@pytest.fixture
def folder(database: Path, tmp_path: Path) -> Path:
    """Databases in every bad state, a good one among them."""
    content = database.read_bytes()
    (tmp_path / "good.sqlite").write_bytes(content)
    (tmp_path / "text.sqlite").write_text("this is not a database, but it is long enough for a header" * 9)
    (tmp_path / "pointer.sqlite").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    )
    (tmp_path / "empty.sqlite").write_bytes(b"")
    (tmp_path / "truncated.sqlite").write_bytes(content[:5000])
    (tmp_path / "corrupt.sqlite").write_bytes(content[:100] + b"\xff" * 4000 + content[4100:])
    return tmp_path


def test_damaged_databases_are_named_and_the_rest_is_judged(executor: Make, folder: Path) -> None:
    expected = {
        "missing": Status.DB_MISSING,
        "text": Status.DB_CORRUPT,
        "pointer": Status.DB_CORRUPT,
        "empty": Status.DB_CORRUPT,
        "truncated": Status.DB_CORRUPT,
        "corrupt": Status.DB_CORRUPT,
        "good": Status.OK,
    }
    pairs = [
        Pair(
            name, folder / f"{name}.sqlite", "SELECT sum(a) FROM t", f"SELECT sum(a) + {n} FROM t", ("bird",)
        )
        for n in range(3)
        for name in expected
    ]
    pairs.append(Pair("nowhere", folder / "none/here.sqlite", "SELECT 1", "SELECT 2", ("bird",)))
    for judged in executor(workers=2).judge(pairs):
        assert judged.gold.status is expected.get(judged.key, Status.DB_MISSING), judged
        assert judged.prediction.status is judged.gold.status
        assert judged.equal["bird"] is False or judged.key == "good"


def test_a_path_that_no_file_can_have_is_named_and_the_rest_is_judged(executor: Make, database: Path) -> None:
    paths = [Path("a\0b/c.sqlite"), database, Path("a\ud800.sqlite"), database]
    pairs = [Pair(str(n), path, "SELECT 1", f"SELECT {n}", ("bird",)) for n, path in enumerate(paths)]
    told = [(judged.gold.status, judged.equal["bird"]) for judged in executor().judge(pairs)]
    assert told == [
        (Status.DB_MISSING, False),
        (Status.OK, True),
        (Status.DB_MISSING, False),
        (Status.OK, False),
    ]


def test_wal_and_locked_databases_are_read(executor: Make, folder: Path) -> None:
    wal, locked = folder / "wal.sqlite", folder / "good.sqlite"
    writer = sqlite3.connect(wal)
    writer.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)")
    writer.close()
    holder = sqlite3.connect(locked, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    before = {path.name for path in folder.iterdir()}
    try:
        one = executor()
        assert one.run(wal, "SELECT count(*) FROM t").preview == ((2,),)
        assert one.run(locked, "SELECT count(*) FROM t").preview == ((100,),)
    finally:
        holder.close()
    assert {path.name for path in folder.iterdir()} >= before - {"good.sqlite-journal"}


def test_a_database_is_not_read_without_the_rows_that_wait_beside_it(
    executor: Make, folder: Path, database: Path, tmp_path: Path
) -> None:
    path = folder / "wal.sqlite"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)")
    one = executor(cache=tmp_path / "cache.sqlite")
    pairs = [
        Pair("main", path, "SELECT 1", "SELECT 2", ("bird",)),
        Pair("other", database, "SELECT 1", "SELECT 1", ("bird",), others=(path,), everywhere=("bird",)),
        Pair("good", database, "SELECT 1", "SELECT 1", ("bird",)),
    ]
    refused = one.run(path, "SELECT count(*) FROM t")
    assert (refused.status, refused.preview) == (Status.DB_IO, ())
    assert "wal.sqlite-wal" in refused.detail
    assert "wal_checkpoint(TRUNCATE)" in refused.detail
    assert [judged.gold.status for judged in one.judge(pairs)] == [Status.DB_IO, Status.DB_IO, Status.OK]

    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert one.run(path, "SELECT count(*) FROM t").preview == ((2,),)
    assert [judged.gold.status for judged in one.judge(pairs)] == [Status.OK] * 3
    writer.close()


def test_a_database_that_is_replaced_is_opened_anew(executor: Make, folder: Path, database: Path) -> None:
    path = folder / "good.sqlite"
    one = executor()

    def ask() -> Judged:
        pair = Pair("k", path, "SELECT count(*) FROM t", "SELECT 100", ("bird",))
        return next(iter(list(one.judge([pair]))))

    assert ask().equal["bird"]
    other = folder / "other.sqlite"
    connection = sqlite3.connect(other)
    connection.executescript("CREATE TABLE t(a); INSERT INTO t VALUES (1)")
    connection.close()
    other.replace(path)
    assert ask().gold.preview == ((1,),)
    assert not ask().equal["bird"]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs POSIX signals")
def test_a_stopped_worker_meets_the_wall(executor: Make, database: Path, small: Policy) -> None:
    one = executor(replace(small, wall_seconds=1.0))
    results = []
    for judged in one.judge(good(database, 60)):
        results.append(judged)
        if len(results) == 1:
            os.kill(one.pool.pids[0], signal.SIGSTOP)
    assert statuses(results) == {("ok", True): 60}


def faulty(monkeypatch: pytest.MonkeyPatch, folder: Path, fault: str) -> None:
    """Start workers with a bug: the fault happens where a prediction holds the word ``bug``."""
    text = process.PROGRAM.read_text()
    where = "                answers.append(session.answer(item))\n"
    assert where in text
    text = text.replace(
        where,
        f"                desk.note(item[0], 2)\n"
        f"                if 'bug' in str(item[2]):\n                    {fault}\n{where}",
    )
    text = text.replace("os.path.dirname(os.path.abspath(__file__))", repr(str(process.PROGRAM.parent)))
    program = folder / "worker.py"
    program.write_text(text)
    monkeypatch.setattr(process, "PROGRAM", program)


@pytest.mark.parametrize(
    "fault, status, word",
    [
        ("raise ZeroDivisionError('a bug')", Status.INTERNAL, "a bug"),
        ("os._exit(3)", Status.CRASH, "exit code 3"),
        ("os.kill(os.getpid(), 9)", Status.CRASH, "SIGSYS"),
        ("import ctypes; ctypes.string_at(0)", Status.CRASH, "SIGSEGV"),
        ("os.write(socket_of(), b'\\xff' * 64); time.sleep(9)", Status.CRASH, "SIGKILL"),
    ],
)
def test_a_bug_of_the_worker_is_told_and_hurts_only_its_item(
    executor: Make,
    database: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    fault: str,
    status: Status,
    word: str,
) -> None:
    if word == "SIGSYS" and not sys.platform.startswith("linux"):
        pytest.skip("needs seccomp")
    faulty(monkeypatch, tmp_path, fault.replace("socket_of()", "int(sys.argv[1])"))
    pairs = good(database, 20)
    pairs.insert(5, Pair("bug", database, "SELECT 1", "SELECT 1 AS bug", ("bird",)))
    results = {judged.key: judged for judged in executor().judge(pairs)}
    assert results["bug"].prediction.status is status
    assert word in results["bug"].prediction.detail
    assert statuses([one for key, one in results.items() if key != "bug"]) == {("ok", True): 20}


def children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_dead_supervisor_leaves_no_worker(database: Path, how: signal.Signals) -> None:
    program = (
        "import signal, sys; from pathlib import Path; from bench.execute import Executor\n"
        # A shell starts what it puts into the background with SIGINT ignored, and that is inherited.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "with Executor(workers=1) as one:\n"
        "    one.run(Path(sys.argv[1]), 'SELECT 1'); print('ready', flush=True)\n"
        f"    one.run(Path(sys.argv[1]), {HANG.format('x')!r})\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", program, str(database)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    with supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == b"ready\n"
        workers = children(supervisor.pid)
        time.sleep(0.2)
        supervisor.send_signal(how)
        supervisor.wait(10)
    deadline = time.monotonic() + 2
    while any(alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert workers
    assert not any(alive(pid) for pid in workers)


def test_a_slow_reader_does_not_make_workers_overdue(executor: Make, database: Path, small: Policy) -> None:
    def pairs() -> Iterator[Pair]:
        yield from good(database, 40)

    one = executor(replace(small, wall_seconds=0.5))
    results = []
    for judged in one.judge(pairs()):
        results.append(judged)
        if len(results) == 3:
            time.sleep(0.8)
    assert statuses(results) == {("ok", True): 40}
    assert one.pool.respawned == 0


def test_rows_that_fill_the_worker_are_a_verdict(executor: Make, database: Path, small: Policy) -> None:
    """Values under SQLite's own limit, kept as rows by Python, beyond what the process may allocate."""
    policy = replace(small, gold_bytes=2**31, memory=300 * 2**20, cpu_seconds=30.0)
    pairs = good(database, 20)
    pairs.insert(9, Pair("full", database, "SELECT zeroblob(5000000) FROM t", "SELECT 1", ("bird",)))
    results = list(executor(policy).judge(pairs))
    assert {one.key: one.gold.status for one in results if one.key == "full"} == {"full": Status.MEMORY}
    assert statuses([one for one in results if one.key != "full"]) == {("ok", True): 20}


def test_texts_of_megabytes_are_refused_at_the_door(executor: Make, database: Path) -> None:
    pairs = good(database, 20)
    pairs[10:10] = [
        Pair(f"long{n}", database, "SELECT 1", "SELECT " + "9" * 3_000_000, ("bird",)) for n in range(8)
    ]
    results = list(executor().judge(pairs))
    assert statuses(results) == {("ok", True): 20, ("error_limit", False): 8}


def test_a_database_replaced_while_it_is_judged_costs_no_verdict(
    executor: Make, folder: Path, database: Path
) -> None:
    path, other = folder / "good.sqlite", folder / "other.sqlite"
    connection = sqlite3.connect(other)
    connection.executescript("CREATE TABLE t(a); INSERT INTO t VALUES (1)")
    connection.close()
    counts = []
    pairs = [Pair(str(n), path, f"SELECT count(*), {n} FROM t", "SELECT 1", ("bird",)) for n in range(400)]
    for judged in executor().judge(pairs):
        assert judged.gold.status is Status.OK
        counts.append(judged.gold.preview[0][0])
        if len(counts) == 20:
            other.replace(path)
    assert counts == sorted(counts, reverse=True)
    assert (counts[0], counts[-1]) == (100, 1)


@pytest.mark.parity
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_nothing_grows_over_a_hundred_thousand_pairs(executor: Make, database: Path) -> None:
    one = executor()

    def size() -> tuple[int, int]:
        words = Path(f"/proc/{one.pool.pids[0]}/status").read_text().split()
        return int(words[words.index("VmRSS:") + 1]) // 1024, len(list(Path("/dev/fd").iterdir()))

    sizes = []
    pairs = (
        Pair(str(n), database, f"SELECT {n}, a FROM t", f"SELECT {n}", ("bird",)) for n in range(100_000)
    )
    for count, _ in enumerate(one.judge(pairs)):
        if count in (20_000, 99_000):
            sizes.append(size())
    assert sizes[1][0] - sizes[0][0] < 20
    assert sizes[1][1] == sizes[0][1]
