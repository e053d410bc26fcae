"""A database larger than what a worker may allocate: memory stays bounded, and pages are shared."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from bench.execute import Executor, Pair
from bench.execute.policy import STANDARD
from bench.types import Status

pytestmark = [pytest.mark.parity, pytest.mark.timeout(3600)]

GOLDS = (
    "SELECT count(*) FROM event WHERE kind = 7",
    "SELECT kind, avg(value) FROM event GROUP BY kind",
    "SELECT p.name, count(*) FROM event e JOIN place p ON p.id = e.place GROUP BY p.id ORDER BY 2, 1 LIMIT 5",
    "SELECT max(length(note)) FROM event",
)
BAD = (
    "SELECT * FROM event a, event b WHERE a.value < b.value",
    "SELECT note FROM event ORDER BY note",
    "SELECT count(DISTINCT note) FROM event",
)
"""A cross join, a sort and a set that do not fit."""


def build(path: Path, megabytes: int) -> Path:
    """Write rows of a kilobyte, like the wide text columns of BIRD's databases."""
    database = apsw.Connection(str(path))
    database.execute("PRAGMA journal_mode=off; PRAGMA synchronous=off")
    database.execute("CREATE TABLE place(id INTEGER PRIMARY KEY, name TEXT)")
    database.execute("CREATE TABLE event(id INTEGER PRIMARY KEY, place INT, kind INT, value REAL, note TEXT)")
    database.execute(
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 100) "
        "INSERT INTO place SELECT n, 'place ' || n FROM r"
    )
    database.execute(
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ?) "
        "INSERT INTO event SELECT n, 1 + n % 100, n % 50, n * 0.5, hex(randomblob(480)) || n FROM r",
        (megabytes * 1000,),
    )
    database.close()
    return path


def memory(pid: int) -> dict[str, int]:
    """Give a process's resident memory in MiB, by kind."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {line.split()[0]: int(line.split()[1]) // 1024 for line in lines if line.startswith("Rss")}


@pytest.mark.parametrize("megabytes", [100, 2000])
def test_workers_stay_small_beside_a_large_database(megabytes: int, tmp_path: Path) -> None:
    path = build(tmp_path / "large.sqlite", megabytes)
    pairs = []
    for number in range(20):
        gold = GOLDS[number % len(GOLDS)]
        prediction = BAD[number % len(BAD)] if number % 10 < 3 else f"{gold} -- {number}"
        pairs.append(Pair(f"{number}", path, gold, prediction, ("bird",)))
    peak = 0
    with Executor(STANDARD, workers=2) as executor:
        results = []
        for judged in executor.judge(pairs):
            results.append(judged)
            peak = max(peak, *(memory(pid).get("RssAnon:", 0) for pid in executor.pool.pids))
    print(f"\n{path.stat().st_size / 2**30:.2f} GiB, private memory of a worker at most {peak} MiB")
    assert peak < 700
    assert {one.gold.status for one in results} == {Status.OK}
    for number, one in enumerate(results):
        assert one.equal["bird"] == (number % 10 >= 3)
