"""What the measurements share: real questions, gold and one system's predictions."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.datasets.spider import Spider
from bench.answers import read
from bench.judge.rate import rated
from bench.types import Dataset, Prediction


@pytest.fixture(scope="session")
def dev(shared: Path) -> Dataset:
    return rated(Spider(shared / "data" / "spider_dev").load("dev"))


@pytest.fixture(scope="session")
def predictions(dev: Dataset, shared: Path) -> list[Prediction]:
    return read(shared / "data" / "predictions" / "spider_dev" / "dail-sql_gpt4.txt", dev)
