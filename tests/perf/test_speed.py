"""Speed as ratios within one run: ``nox -s perf``. Nothing is asserted about time.

Each measurement puts beside its own time that of a reference made here in the same minute on the same
machine; the ratio stands in the column "extra info" of the report (``--benchmark-json``) and is printed.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest

from bench.execute import Executor, Pair
from bench.judge.judge import judge
from bench.sql import spider
from bench.sql.rewrite import prepare
from bench.types import Dataset, Prediction

SLOW_DATABASE = "wta_1"
"""Its few heavy queries are 94 % of SQLite's time on the whole set and would hide everything else."""


def report(benchmark, name: str, value: float) -> None:
    benchmark.extra_info[name] = round(value, 3)
    print(f"\n{name}: {value:.3f}")


@pytest.fixture(scope="module")
def light(dev: Dataset, predictions: list[Prediction]) -> list[tuple[Path, str, str]]:
    return [
        (dev.databases[example.db_id], example.gold[0], prediction.sql or "SELECT")
        for example, prediction in zip(dev.examples, predictions, strict=True)
        if example.db_id != SLOW_DATABASE
    ]


def test_exact_match_hardness_and_partials(benchmark, dev: Dataset, predictions: list[Prediction]):
    """1,034 pairs, cold: every text is new to the parser in every round."""
    rounds = iter(range(1000))

    def whole() -> None:
        space = " " * next(rounds)  # other texts, so that nothing is remembered
        for example, prediction in zip(dev.examples, predictions, strict=True):
            schema = dev.schema(example)
            spider.hardness(spider.parse(example.gold[0] + space, schema))
            spider.exact_match(example.gold[0] + space, (prediction.sql or "") + space, schema)

    benchmark.pedantic(whole, rounds=5)
    report(benchmark, "questions per second", len(dev.examples) / benchmark.stats["min"])


def test_execution_against_a_connection_for_each_query(benchmark, light: list[tuple[Path, str, str]]):
    """The manner of the official scripts: connect, run, fetch, close, gold and prediction each time."""

    def official_manner() -> None:
        for database, gold, answer in light:
            for sql in (gold, answer):
                connection = sqlite3.connect(database)
                connection.text_factory = lambda raw: raw.decode(errors="ignore")
                try:
                    connection.execute(prepare(sql)).fetchall()
                except sqlite3.Error:
                    pass
                finally:
                    connection.close()

    with Executor(workers=1) as executor:
        pairs = [
            Pair(str(number), database, prepare(gold), prepare(answer), ("test_suite",))
            for number, (database, gold, answer) in enumerate(light)
        ]
        list(executor.judge(pairs[:32]))
        benchmark.pedantic(lambda: list(executor.judge(pairs)), rounds=3)
    begun = time.perf_counter()
    official_manner()
    report(benchmark, "times faster", (time.perf_counter() - begun) / benchmark.stats["min"])


def test_judging_against_raw_sqlite(benchmark, dev: Dataset, predictions: list[Prediction]):
    """All rules together on all 1,034 questions, against running each query once and fetching its rows."""

    def floor() -> None:
        kept: dict[Path, apsw.Connection] = {}
        for example, prediction in zip(dev.examples, predictions, strict=True):
            path = dev.databases[example.db_id]
            if path not in kept:
                kept[path] = apsw.Connection(
                    f"file:{path}?mode=ro&immutable=1", flags=apsw.SQLITE_OPEN_URI | 1
                )
            for sql in (example.gold[0], prediction.sql or ""):
                try:
                    kept[path].execute(sql).fetchall()
                except (apsw.Error, UnicodeDecodeError):
                    continue

    metrics = ("ex.test-suite", "ex.bird", "em.spider")
    with Executor(workers=1) as executor:
        benchmark.pedantic(lambda: list(judge(dev, predictions, metrics, executor)), rounds=3)
    begun = time.perf_counter()
    floor()
    report(benchmark, "times raw SQLite", benchmark.stats["min"] / (time.perf_counter() - begun))


def test_help(benchmark):
    """``bench --help`` against a Python that does nothing."""

    def run(*words: str) -> None:
        subprocess.run([sys.executable, *words], check=True, capture_output=True)

    benchmark.pedantic(lambda: run("-m", "bench.cli", "--help"), rounds=5)
    begun = time.perf_counter()
    run("-c", "pass")
    report(benchmark, "times an empty Python", benchmark.stats["min"] / (time.perf_counter() - begun))
