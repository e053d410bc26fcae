"""Efficiency scores against their formulas, and against operations that another reading of SQLite counts."""

from __future__ import annotations

import doctest
import random
import statistics
from math import sqrt
from pathlib import Path

import apsw
import pytest

from bench.execute import Executor, Pair, timing
from bench.judge import efficiency
from bench.judge.judge import judge
from bench.types import Dataset, Example, Prediction, Schema

GOLD = "SELECT a FROM t WHERE b < 10"
SLOW = "SELECT a FROM t WHERE b IN (SELECT b FROM t WHERE b < 10)"
METRICS = ("ves.steps", "r-ves.steps", "ves.time", "r-ves.time")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("efficiency") / "t.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE t(a INTEGER, b INTEGER)")
    connection.executemany("INSERT INTO t VALUES(?, ?)", [(i, i % 40) for i in range(400)])
    connection.close()
    return path


@pytest.fixture(scope="module")
def dataset(database: Path) -> Dataset:
    examples = tuple(Example(str(number), "t", "?", (GOLD,)) for number in range(4))
    schemas, databases = {"t": Schema("t", ())}, {"t": database}
    return Dataset("x", "dev", "X", "none", (), ("bird",), True, examples, schemas, databases, "f")


def operations(database: Path, sql: str) -> int:
    """Count the operations of a query on a connection of its own."""
    counted: list[int] = []
    connection = apsw.Connection(str(database))
    connection.trace_v2(
        apsw.SQLITE_TRACE_PROFILE,
        lambda event: counted.append(event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]),
    )
    connection.execute(sql).fetchall()
    connection.close()
    return sum(counted)


@pytest.mark.parametrize("module", [efficiency, timing], ids=lambda module: module.__name__)
def test_examples_in_the_documentation_hold(module):
    assert doctest.testmod(module).failed == 0


def test_every_score_of_right_and_wrong_predictions(dataset: Dataset, database: Path):
    said = [GOLD, SLOW, "SELECT a FROM t", "SELECT nope"]
    with Executor(workers=1) as executor:
        predictions = [Prediction(str(number), sql, sql) for number, sql in enumerate(said)]
        same, slow, wrong, broken = (one.metrics for one in judge(dataset, predictions, METRICS, executor))
    assert same["ves.steps"] == same["r-ves.steps"] == 1.0
    ratio = operations(database, GOLD) / operations(database, SLOW)
    assert 0.25 < ratio < 0.5
    assert slow["ves.steps"] == pytest.approx(sqrt(ratio))
    assert slow["r-ves.steps"] == pytest.approx(sqrt(0.5))
    assert 0 < slow["ves.time"] < same["ves.time"] * 1.5
    rewards = [sqrt(one) for one in (1.25, 1, 0.75, 0.5, 0.25)]
    assert any(same["r-ves.time"] == one for one in rewards)
    assert set(wrong.values()) == set(broken.values()) == {0.0}


@pytest.mark.parametrize(
    "ratio, reward",
    [(2.0, 1.25), (1.99, 1), (1.0, 1), (0.99, 0.75), (0.5, 0.75), (0.49, 0.5), (0.25, 0.5), (0.24, 0.25)],
)
def test_steps_of_the_reward(ratio: float, reward: float):
    assert efficiency.r_ves(ratio) == sqrt(reward)


def test_outliers_are_left_out_of_the_mean():
    chance = random.Random(2)
    usual = [1 + chance.random() / 10 for _ in range(99)]
    assert timing.mean_without_outliers([*usual, 1000.0]) == pytest.approx(statistics.fmean(usual))
    assert timing.mean_without_outliers(usual) == pytest.approx(statistics.fmean(usual))


def test_what_is_timed_is_never_remembered(dataset: Dataset, database: Path):
    """The same pair twice runs twice: two measurements that are all but surely different."""
    pairs = [Pair(str(number), database, GOLD, SLOW, ("timed:last",)) for number in range(2)]
    with Executor(workers=1) as executor:
        first, second = (result.equal["timed:last"] for result in executor.judge(pairs))
    assert first != second
    assert first > 0
