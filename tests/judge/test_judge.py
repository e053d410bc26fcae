"""One answer to one gold is judged once, whichever questions have that gold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench.execute import Executor, Judged, Pair
from bench.judge.judge import judge
from bench.types import Column, Dataset, Example, Prediction, Schema, Table

GOLD, OTHER = ("SELECT a FROM t",), ("SELECT a + 0 FROM t",)
ASKED = {"first": ("easy", GOLD), "again": ("hard", GOLD), "other": ("easy", OTHER), "silent": ("easy", GOLD)}


class Noting(Executor):
    """Notes the pairs that it is given."""

    def __init__(self) -> None:
        super().__init__(workers=1)
        self.pairs: list[Pair] = []

    def judge(self, pairs: Iterable[Pair]) -> Iterator[Judged]:
        def noted() -> Iterator[Pair]:
            for pair in pairs:
                self.pairs.append(pair)
                yield pair

        return super().judge(noted())


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    path = tmp_path / "d.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a INTEGER)")
        connection.execute("INSERT INTO t VALUES (1)")
    connection.close()
    examples = tuple(Example(name, "d", "", gold, level) for name, (level, gold) in ASKED.items())
    schema = Schema("d", (Table("t", (Column("a"),)),))
    levels = ("easy", "hard")
    return Dataset("s", "dev", "S", "", levels, ("bird",), True, examples, {"d": schema}, {"d": path}, "f")


def test_why_an_answer_is_wrong_is_said_of_one_and_of_many(dataset: Dataset):
    said = {
        "first": "SELECT a, a FROM t",
        "again": "SELECT a FROM t UNION ALL SELECT a FROM t",
        "other": "SELECT a FROM t WHERE a > 1",
    }
    answers = [Prediction(name, "", sql) for name, sql in said.items()]
    with Executor(workers=1) as executor:
        found = [one.reason for one in judge(dataset, answers, ("ex.strict",), executor)]
        wide = replace(dataset, examples=(Example("wide", "d", "", ("SELECT a, a, a FROM t",), "easy"),))
        (narrow,) = judge(wide, [Prediction("wide", "", "SELECT a FROM t")], ("ex.strict",), executor)
    assert found[:3] == [
        "2 columns where gold has 1",
        "2 rows where gold has 1",
        "0 rows where gold has 1",
    ]
    assert narrow.reason == "1 column where gold has 3"


@pytest.mark.parametrize(("metrics", "runs"), [(("ex.bird", "em.spider"), 2), (("ves.time",), 3)])
def test_the_same_answer_to_the_same_gold(dataset: Dataset, metrics: tuple[str, ...], runs: int):
    """What time decides is taken anew for each question."""
    said = [Prediction(name, "", "SELECT a FROM t") for name in ("first", "again", "other")]
    with Noting() as executor:
        found = list(judge(dataset, said, metrics, executor))
    assert [(one.example_id, one.difficulty) for one in found] == [
        (name, level) for name, (level, _) in ASKED.items()
    ]
    assert [bool(one.metrics[metrics[0]]) for one in found] == [True, True, True, False]
    assert len(executor.pairs) == runs
