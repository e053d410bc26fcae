"""Loading and fingerprinting Spider, cold and warm, against reading and hashing its files alone."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

from adapters.databases.sqlite import Sqlite
from bench.sets import opened


def load(shared: Path) -> list[Path]:
    """Load dev and train: 163 official databases and their stand-ins."""
    sets = [
        opened("spider", shared / "data/spider_dev").load("dev"),
        opened("spider", shared / "data/spider_train").load("train"),
    ]
    return [path for dataset in sets for path in dataset.databases.values()]


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["cold", "warm"])
def test_spider_with_all_its_databases(benchmark, shared: Path, kind: str):
    def forget() -> None:
        if kind == "cold":
            Sqlite._hashes.clear()

    paths = load(shared)
    benchmark.pedantic(lambda: load(shared), setup=forget, rounds=3)
    begun = time.perf_counter()
    for path in paths:
        hashlib.sha256(path.read_bytes()).hexdigest()
    hashing = time.perf_counter() - begun
    benchmark.extra_info["times hashing the databases"] = round(benchmark.stats["min"] / hashing, 2)
    print(f"\n{kind}: {len(paths)} databases, {benchmark.stats['min'] / hashing:.2f} times hashing them")
