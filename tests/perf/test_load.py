"""Loading and fingerprinting Spider, cold and warm, against reading and hashing its files alone."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

from adapters.databases.sqlite import Sqlite
from adapters.datasets import described
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
    """Cold reads every file again; warm knows what has not changed since this process read it."""
    spent: list[float] = []

    def forget() -> None:
        if kind == "cold":
            Sqlite._hashes.clear()
            described._SCHEMAS.clear()

    def timed() -> None:
        begun = time.process_time()
        load(shared)
        spent.append(time.process_time() - begun)

    paths = load(shared)
    benchmark.pedantic(timed, setup=forget, rounds=5)
    begun = time.process_time()
    for path in paths:
        hashlib.sha256(path.read_bytes()).hexdigest()
    hashing = time.process_time() - begun
    benchmark.extra_info["seconds of CPU"] = round(min(spent), 3)
    benchmark.extra_info["times hashing the databases"] = round(min(spent) / hashing, 2)
    print(
        f"\n{kind}: {len(paths)} databases, {benchmark.stats['min']:.2f} s by the clock, "
        f"{min(spent):.2f} s of CPU, {min(spent) / hashing:.1f} times hashing them"
    )
