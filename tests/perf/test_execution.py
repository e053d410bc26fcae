"""The executor's speed as ratios within one run: CPU and pairs a second against the official manners.

CPU time counts this process and all that it started. Nothing is asserted about time.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path

import pytest
from func_timeout import FunctionTimedOut, func_timeout

from bench.execute import Executor, Pair
from bench.execute.policy import SPIDER

pytestmark = pytest.mark.timeout(3600)
Item = tuple[Path, str, str]
LIMIT = 10.0
"""Seconds for a query, in the manner of the official scripts."""


@pytest.fixture(scope="module")
def items(shared: Path) -> list[Item]:
    """Spider's training golds, each with itself or, every third, with the next gold of its database."""
    root = shared / "data/spider_train"
    lines = [line.rsplit("\t", 1) for line in (root / "train_gold.sql").read_text().splitlines() if line]
    paths = {path.stem: path for path in sorted(root.glob("database*/*/*.sqlite"), reverse=True)}
    golds = [(paths[name.strip()], sql) for sql, name in lines if name.strip() in paths]
    found = []
    for at, (path, sql) in enumerate(golds):
        following = golds[(at + 1) % len(golds)]
        found.append((path, sql, following[1] if at % 3 == 0 and following[0] == path else sql))
    return found


def pairs(items: Iterable[Item]) -> Iterator[Pair]:
    for number, (path, gold, sql) in enumerate(items):
        yield Pair(str(number), path, gold, sql, ("bird",))


def cpu() -> float:
    """Seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(run: Callable[[], int]) -> tuple[float, float]:
    """Give CPU microseconds for a pair, and pairs for a second."""
    burnt, begun = cpu(), time.perf_counter()
    count = run()
    return (cpu() - burnt) / count * 1e6, count / (time.perf_counter() - begun)


def fetch(path: Path, sql: str) -> list[object]:
    connection = sqlite3.connect(path)
    connection.text_factory = lambda raw: raw.decode(errors="ignore")
    try:
        return connection.execute(sql).fetchall()
    except sqlite3.Error:
        return []
    finally:
        connection.close()


def in_a_thread(path: Path, sql: str) -> list[object]:
    """A connection and a thread for each query, which is waited for so long."""
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.extend(fetch(path, sql)), daemon=True)
    thread.start()
    thread.join(LIMIT)
    return found


def sequentially(items: list[Item]) -> int:
    """Spider's manner: one after the other, gold and prediction each time."""
    return sum(
        [set(in_a_thread(path, gold)) == set(in_a_thread(path, sql)) or 1 for path, gold, sql in items]
    )


def both(item: Item) -> tuple[list[object], list[object]]:
    path, gold, sql = item
    try:
        return func_timeout(LIMIT, lambda: (fetch(path, gold), fetch(path, sql)))
    except FunctionTimedOut:
        return [], []


def in_a_pool(items: list[Item]) -> int:
    """BIRD's manner: a pool of processes, each pair in a thread with a limit, all rows to the parent."""
    with multiprocessing.get_context("fork").Pool(2) as pool:
        count = sum([set(gold) == set(sql) or 1 for gold, sql in pool.imap(both, items)])
        pool.close()
        pool.join()
    return count


def with_executor(items: Iterable[Item], **options: object) -> int:
    with Executor(SPIDER, workers=2, **options) as executor:  # type: ignore[arg-type]
        return sum(1 for _ in executor.judge(pairs(items)))


def report(benchmark, **values: float) -> None:
    for name, value in values.items():
        benchmark.extra_info[name] = round(value, 3)
        print(f"\n{name.replace('_', ' ')}: {value:.3f}")


def test_against_the_manner_of_the_official_scripts(benchmark, items: list[Item]):
    ours, ours_rate = benchmark.pedantic(lambda: measure(lambda: with_executor(items)), rounds=1)
    spider, spider_rate = measure(lambda: sequentially(items))
    bird, bird_rate = measure(lambda: in_a_pool(items))
    report(
        benchmark,
        pairs=len(items),
        microseconds_of_cpu=ours,
        share_of_spiders_cpu=ours / spider,
        share_of_birds_cpu=ours / bird,
        times_spiders_rate=ours_rate / spider_rate,
        times_birds_rate=ours_rate / bird_rate,
    )


def test_a_warm_cache(benchmark, items: list[Item], tmp_path: Path):
    cache = tmp_path / "cache.sqlite"
    cold, _ = measure(lambda: with_executor(items, cache=cache))
    warm, rate = benchmark.pedantic(lambda: measure(lambda: with_executor(items, cache=cache)), rounds=1)
    report(benchmark, cpu_microseconds_cold=cold, cpu_microseconds_warm=warm, pairs_per_second=rate)


def test_overhead(benchmark, tmp_path: Path):
    """Trivial pairs, all different: all CPU beyond what SQLite itself takes for their predictions."""
    path = tmp_path / "db.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t(a)")
    connection.commit()
    trivial = [(path, "SELECT 1", f"SELECT {number}") for number in range(50_000)]

    def floor() -> int:
        return sum([len(connection.execute(sql).fetchall()) for _, _, sql in trivial])

    ours, _ = benchmark.pedantic(lambda: measure(lambda: with_executor(trivial)), rounds=1)
    least, _ = measure(floor)
    connection.close()
    report(benchmark, microseconds_of_cpu=ours, beyond_sqlite=ours - least, sqlite_itself=least)


def test_starting_and_killing(benchmark, tmp_path: Path):
    """Start: until the first answer. Kill: from a worker's end until the next answer."""
    path = tmp_path / "db.sqlite"
    sqlite3.connect(path).execute("CREATE TABLE t(a)").connection.close()

    def start() -> None:
        with Executor(workers=1) as executor:
            executor.run(path, "SELECT 1")

    benchmark.pedantic(start, rounds=10)
    kills = []
    with Executor(workers=1) as executor:
        for _ in range(10):
            executor.run(path, "SELECT 1")
            os.kill(executor.pool.pids[0], signal.SIGKILL)
            begun = time.perf_counter()
            executor.run(path, "SELECT 1")
            kills.append(time.perf_counter() - begun)
    report(benchmark, start_ms=benchmark.stats["min"] * 1000, kill_to_answer_ms=min(kills) * 1000)


@pytest.mark.parametrize("most", [100_000, pytest.param(1_000_000, marks=pytest.mark.parity)])
def test_linear_in_pairs_with_constant_memory(benchmark, items: list[Item], most: int):
    sizes = [1000 * 10**power for power in range(10) if 1000 * 10**power <= most]
    costs, peaks = [], []
    for size in sizes:
        cost, _ = measure(lambda size=size: with_executor(islice(cycle(items[:5000]), size)))
        costs.append(cost * size)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    benchmark.pedantic(lambda: None, rounds=1)
    exponent = math.log(costs[-1] / costs[-2]) / math.log(sizes[-1] / sizes[-2])
    report(benchmark, exponent=exponent, peak_mib_before=peaks[-2], peak_mib=peaks[-1])
