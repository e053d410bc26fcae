"""Several databases of one question: right only if right on all, as a plain loop over SQLite files says."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from adapters.datasets.spider import Spider
from bench.answers import read
from bench.execute import Executor
from bench.judge.judge import judge
from bench.sql.rewrite import orders, prepare
from bench.types import Dataset, Prediction, Status

pytestmark = pytest.mark.shared

ASKED = ("concert_singer", "pets_1", "orchestra")
VARIANTS = 4


def fuzz(source: Path, target: Path, chance: random.Random) -> None:
    """Copy a database, with rows left out and values moved from row to row."""
    shutil.copy(source, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.text_factory = bytes
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for table in (f'"{name.decode()}"' for (name,) in tables):
            columns = [f'"{row[1].decode()}"' for row in connection.execute(f"PRAGMA table_info({table})")]
            for (row,) in connection.execute(f"SELECT rowid FROM {table}").fetchall():
                if chance.random() < 0.3:
                    connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
                elif chance.random() < 0.4:
                    column = chance.choice(columns)
                    ((value,),) = connection.execute(
                        f"SELECT {column} FROM {table} LIMIT 1 OFFSET ? % (SELECT count(*) FROM {table})",
                        (chance.randrange(99),),
                    ).fetchall()
                    connection.execute(
                        f"UPDATE OR IGNORE {table} SET {column} = ? WHERE rowid = ?", (value, row)
                    )
        connection.commit()


@pytest.fixture(scope="module")
def dataset(dev: Dataset, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Some of Spider dev, with a test suite of fuzzed databases beside each of them."""
    root = tmp_path_factory.mktemp("suites")
    for name in ("dev.json", "tables.json"):
        (root / name).symlink_to(shared / "data/spider_dev" / name)
    chance = random.Random(3)
    for name, path in dev.databases.items():
        (root / "database" / name).mkdir(parents=True)
        shutil.copy(path, root / "database" / name)
        for number in range(VARIANTS if name in ASKED else 0):
            fuzz(path, root / "database" / name / f"{name}_{number}.sqlite", chance)
    return Spider(root).load("dev")


def rows(path: Path, sql: str) -> list[tuple] | None:
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = lambda text: text.decode(errors="ignore")
        try:
            return connection.execute(prepare(sql)).fetchall()
        except sqlite3.Error:
            return None


def equal(gold: list[tuple], pred: list[tuple] | None, in_order: bool) -> bool:
    if pred is None or len(gold) != len(pred):
        return False
    if not gold:
        return True
    if len(gold[0]) != len(pred[0]):
        return False
    moved = ([tuple(row[at] for at in order) for row in pred] for order in permutations(range(len(gold[0]))))
    return any(gold == one if in_order else Counter(gold) == Counter(one) for one in moved)


def right_on(paths: Iterable[Path], gold: str, pred: str) -> list[bool]:
    return [equal(rows(path, gold) or [], rows(path, pred), orders(gold)) for path in paths]


def test_a_prediction_is_right_only_if_right_on_every_database(dataset: Dataset, shared: Path):
    assert {name: len(others) for name, others in dataset.suites.items()} == dict.fromkeys(ASKED, VARIANTS)
    said = read(shared / "data/predictions/spider_dev/c3_chatgpt.txt", dataset)
    asked = replace(dataset, examples=tuple(one for one in dataset.examples if one.db_id in ASKED))
    metrics = ("ex.test-suite", "ex.bird")
    with Executor(workers=1) as executor:
        verdicts = list(judge(asked, said, metrics, executor))
    by_id = {prediction.example_id: prediction for prediction in said}
    lost = 0
    for example, verdict in zip(asked.examples, verdicts, strict=True):
        paths = (dataset.databases[example.db_id], *dataset.suites[example.db_id])
        found = right_on(paths, example.gold[0], by_id[example.id].sql or "")
        assert verdict.metrics["ex.test-suite"] == all(found), example.id
        if found[0] and not all(found):
            lost += 1
            assert paths[found.index(False)].name in verdict.reason
    assert len(verdicts) == 127
    assert lost > 3


def test_one_of_them_that_only_a_prediction_finds_damaged_blames_no_prediction(dataset: Dataset):
    other = dataset.suites["concert_singer"][-1]
    with closing(sqlite3.connect(other)) as connection:
        ((size,),) = connection.execute("PRAGMA page_size")
        ((page,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'stadium'")
    content = bytearray(other.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    other.write_bytes(content)
    example = next(one for one in dataset.examples if one.gold[0] == "SELECT count(*) FROM singer")
    sql = "SELECT count(*) FROM singer WHERE (SELECT max(capacity) FROM stadium) <> 0"
    with Executor(workers=1) as executor:
        asked = replace(dataset, examples=(example,))
        (verdict,) = judge(asked, [Prediction(example.id, "", sql)], ("ex.test-suite",), executor)
    assert verdict.metrics == {"ex.test-suite": False}
    assert verdict.gold.status is Status.DB_CORRUPT
    assert verdict.gold.detail.startswith(f"{other.name}: ")


def test_one_of_them_that_lacks_a_table_is_damaged_and_leaves_no_answer_right(dataset: Dataset):
    others = dataset.suites["pets_1"]
    with closing(sqlite3.connect(others[-1])) as connection:
        connection.execute("DROP TABLE Pets")
        connection.commit()
    example = next(one for one in dataset.examples if "FROM pets" in one.gold[0])
    asked = replace(dataset, examples=(example,))
    with Executor(workers=1) as executor:
        (verdict,) = judge(
            asked,
            [Prediction(example.id, "", example.gold[0])],
            ("ex.test-suite", "ex.strict", "ex.bird"),
            executor,
        )
    assert verdict.metrics == {"ex.test-suite": False, "ex.strict": False, "ex.bird": False}
    assert verdict.gold.status is Status.DB_CORRUPT
    assert verdict.gold.detail == f"{others[-1].name}: no such table: pets"
    assert others[-1].name in verdict.reason
