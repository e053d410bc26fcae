"""Verdicts agree with the official scripts', item by item, for every system there is.

The exceptions allowed are items where the official script hung, crashed or could not run gold.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.datasets.spider import Spider
from bench.execute import Executor
from bench.judge.judge import judge
from bench.judge.rate import rated
from bench.judge.score import levels_of
from bench.types import Dataset, Prediction

pytestmark = pytest.mark.shared

METRICS = {"ex.test-suite": "ex", "ex.bird": "ex_bird", "em.spider": "em", "em.test-suite": "em_testsuite"}


@pytest.fixture(scope="module")
def dev(shared: Path) -> Dataset:
    return rated(Spider(shared / "data" / "spider_dev").load("dev"))


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor() as running:
        yield running


def test_hardness_counts_are_the_official_ones(dev: Dataset):
    counts = Counter(example.difficulty for example in dev.examples)
    assert levels_of(dev) == ("easy", "medium", "hard", "extra")
    assert counts == {"easy": 248, "medium": 446, "hard": 174, "extra": 166}


def test_gold_as_prediction_scores_everything(dev: Dataset, executor: Executor, shared: Path):
    lines = (shared / "data/spider_dev/dev_gold.sql").read_text().splitlines()
    gold = [
        Prediction(example.id, line, line.split("\t")[0])
        for example, line in zip(dev.examples, lines, strict=True)
    ]
    verdicts = list(judge(dev, gold, ["ex.test-suite", "em.spider"], executor))
    assert len(verdicts) == 1034
    assert [line.example_id for line in verdicts if not all(line.metrics.values())] == []


def test_every_system_gets_its_official_verdicts(dev: Dataset, executor: Executor, shared: Path):
    lost: dict[str, list[tuple[str, int, object, object]]] = {}
    files = sorted((shared / "verdicts/spider_dev").glob("*.jsonl"))
    assert len(files) >= 23
    for path in files:
        official = [json.loads(line) for line in path.read_text().split("\n") if line]
        said = [
            Prediction(example.id, item["pred"], item["pred"] or None)
            for example, item in zip(dev.examples, official, strict=True)
        ]
        verdicts = list(judge(dev, said, list(METRICS), executor))
        for ours, key in METRICS.items():
            pairs = [
                (bool(line.metrics[ours]), item[key]) for line, item in zip(verdicts, official, strict=True)
            ]
            judged = [(number, own, theirs) for number, (own, theirs) in enumerate(pairs) if theirs in (0, 1)]
            lost[path.stem] = lost.get(path.stem, []) + [
                (ours, number, own, theirs) for number, own, theirs in judged if own != theirs
            ]
    wrong = {name: items for name, items in lost.items() if items}
    assert not wrong, json.dumps(wrong, indent=1)[:4000]
