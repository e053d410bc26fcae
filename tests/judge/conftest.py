"""Data sets with official verdicts, and one executor for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.datasets.bird import Bird
from adapters.datasets.spider import Spider
from bench.execute import Executor
from bench.execute.policy import STANDARD
from bench.judge.judge import judge
from bench.judge.rate import rated
from bench.types import Dataset, Prediction, Verdict
from tests.judge.official import Differences, Item

OFFICIAL_DAY = datetime(2026, 11, 20, tzinfo=UTC)
"""When the official verdicts were made: some queries ask for the time, and their results grow older."""


@pytest.fixture(scope="session")
def dev(shared: Path) -> Dataset:
    return rated(Spider(shared / "data" / "spider_dev").load("dev"))


@pytest.fixture(scope="session")
def bird_dev(shared: Path) -> Dataset:
    return Bird(shared / "data/bird/bird_dev").load("dev")


@pytest.fixture(scope="session")
def bird_minidev(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Mini-dev beside the databases of dev, as its archive has it."""
    root = tmp_path_factory.mktemp("minidev")
    for path in (shared / "data/bird/bird_minidev").glob("*.json"):
        (root / path.name).symlink_to(path)
    (root / "dev_databases").symlink_to(shared / "data/bird/bird_dev/dev_databases")
    return Bird(root).load("mini-dev")


@pytest.fixture(scope="session")
def executor() -> Iterator[Executor]:
    with Executor(replace(STANDARD, now=int(OFFICIAL_DAY.timestamp()))) as running:
        yield running


@pytest.fixture(scope="session")
def verdicts_of(executor: Executor) -> Callable[[Dataset, Sequence[Item], Sequence[str]], list[Verdict]]:
    """Judge the predictions of official items; ``idx`` says which example each one answers."""

    def run(dataset: Dataset, items: Sequence[Item], metrics: Sequence[str]) -> list[Verdict]:
        asked = replace(dataset, examples=tuple(dataset.examples[item["idx"]] for item in items))
        said = [
            Prediction(example.id, item["pred"], item["pred"] or None)
            for example, item in zip(asked.examples, items, strict=True)
        ]
        return list(judge(asked, said, list(metrics), executor))

    return run


@pytest.fixture(scope="session")
def differences(verdicts_of: Callable[..., list[Verdict]]) -> Differences:
    """List where verdicts differ from the official ones: item, metric, ours, theirs, prediction.

    What the official script did not answer (it hung or crashed) is no number, and is passed over.
    """

    def run(dataset: Dataset, items: Sequence[Item], fields: Mapping[str, str]) -> list[tuple[object, ...]]:
        return [
            (item["idx"], metric, verdict.metrics[metric], item[field], item["pred"])
            for verdict, item in zip(verdicts_of(dataset, items, list(fields)), items, strict=True)
            for metric, field in fields.items()
            if isinstance(item[field], int | float)
            and float(verdict.metrics[metric]) != pytest.approx(float(item[field]), abs=1e-9)
        ]

    return run
