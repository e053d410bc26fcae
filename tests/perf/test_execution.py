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
from statistics import linear_regression

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
    """Trivial pairs, no two alike: all CPU beyond what plain SQLite takes for what is run.

    That is each prediction once, with its rows fetched; the one gold runs once for all. Starting two
    workers is part of it: less than half a microsecond for each of so many pairs.
    """
    path, count = tmp_path / "db.sqlite", 150_000
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t(a)")
    connection.commit()
    trivial = ((path, "SELECT 1", f"SELECT {number}") for number in range(count))

    def floor() -> int:
        return sum([len(connection.execute(f"SELECT {number}").fetchall()) for number in range(count)])

    ours, rate = benchmark.pedantic(lambda: measure(lambda: with_executor(trivial, batch=16)), rounds=1)
    least, _ = measure(floor)
    connection.close()
    report(
        benchmark,
        microseconds_of_cpu=ours,
        sqlite_itself=least,
        beyond_sqlite=ours - least,
        pairs_per_second=rate,
    )


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
    """Spider's pairs again and again, each time with a number in them, so that every one has to run.

    Without the number only the first five thousand would: the memory of recent pairs and golds answers the
    rest, and the exponent would be that of a look-up. One executor serves all sizes, warmed up before, so
    that starting is no part of it; the exponent is the slope of all sizes, and not of two.
    """
    sizes = [1000 * 10**power for power in range(10) if 1000 * 10**power <= most]
    costs, peaks = [], []
    with Executor(SPIDER, workers=2) as executor:
        for size in [5 * sizes[0], *sizes]:
            burnt = cpu_of(executor)
            for _ in executor.judge(pairs(numbered(items[:1000], size))):
                pass
            costs.append(cpu_of(executor) - burnt)
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    benchmark.pedantic(lambda: None, rounds=1)
    report(
        benchmark,
        exponent=linear_regression(*([math.log(x) for x in of] for of in (sizes, costs[1:]))).slope,
        microseconds_each_of_the_fewest=costs[1] / sizes[0] * 1e6,
        microseconds_each_of_the_most=costs[-1] / sizes[-1] * 1e6,
        peak_mib_before=peaks[-2],
        peak_mib=peaks[-1],
    )


def numbered(items: list[Item], count: int) -> Iterator[Item]:
    """Repeat pairs, each with a comment that no other has."""
    for number, (path, gold, sql) in enumerate(islice(cycle(items), count)):
        yield path, gold, f"{sql} -- {number}"


def cpu_of(executor: Executor) -> float:
    """Seconds of CPU of this process and of the workers, which still live."""
    clocks = [time.clock_gettime((~pid << 3) | 2) for pid in executor.pool.pids]
    return time.process_time() + sum(clocks)
