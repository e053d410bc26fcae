"""The same verdicts whatever the workers, the batches, the load and the cache; on real predictions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from bench.execute import Executor, Judged, Pair
from bench.execute.policy import SPIDER

POLICY = replace(SPIDER, steps=3_000_000)
"""Fewer operations, so that more of the predictions meet the limit."""

RULES = ("test_suite", "bird", "bag", "strict", "soft_f1")
ARRANGEMENTS = ((1, 16, False), (2, 1, False), (3, 5, True))
"""Workers, batch, and whether other programs want the processor too."""


def databases(shared: Path) -> dict[str, Path]:
    """Find every database by its name; where there are several, which one does not matter here."""
    return {path.stem: path for path in sorted((shared / "data").rglob("*.sqlite"), reverse=True)}


def trained(shared: Path) -> Iterator[Pair]:
    """Yield each of Spider's training golds against itself and against its database's next."""
    known, last = databases(shared), ("", "")
    for number, line in enumerate((shared / "data/spider_train/train_gold.sql").read_text().splitlines()):
        sql, _, name = line.rpartition("\t")
        if name.strip() in known:
            other = last[1] if last[0] == name else sql
            yield Pair(f"train {number}", known[name.strip()], sql, other, RULES, "order by" in sql.lower())
            last = name, sql


def predicted(shared: Path, which: str) -> Iterator[Pair]:
    """Yield the published predictions of real systems."""
    known = databases(shared)
    for gold in sorted((shared / "data/predictions").glob(f"{which}/gold.sql")):
        golds = [line.rpartition("\t") for line in gold.read_text().splitlines()]
        for file in sorted(gold.parent.glob("*.txt")):
            lines = file.read_text().splitlines()
            for number, ((sql, _, name), line) in enumerate(zip(golds, lines, strict=False)):
                if name.strip() in known:
                    answer = line.partition("\t")[0]
                    key = f"{gold.parent.name} {file.stem} {number}"
                    yield Pair(key, known[name.strip()], sql, answer, RULES, "order by" in sql.lower())


@contextmanager
def hog(wanted: bool) -> Iterator[None]:
    """Let two other processes want the processor."""
    if not wanted:
        yield
        return
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        yield
    finally:
        for process in hogs:
            process.kill()
            process.wait()


def judged(pairs: Iterator[Pair], **options: object) -> dict[str, Judged]:
    with Executor(POLICY, **options) as executor:  # type: ignore[arg-type]
        return {one.key: one for one in executor.judge(pairs)}


def agree(make: Callable[[], Iterator[Pair]], cache: Path) -> int:
    """Judge under every arrangement, then into an empty cache and out of it; gives the number of pairs."""
    first: dict[str, Judged] = {}
    for workers, batch, loaded in ARRANGEMENTS:
        with hog(loaded):
            found = judged(make(), workers=workers, batch=batch)
        first = first or found
        assert [one for one in found.values() if one != first[one.key]] == []
    for _ in ("cold", "warm"):
        found = judged(make(), workers=2, cache=cache)
        assert [one for one in found.values() if one != first[one.key]] == []
    return len(first)


def test_a_sample(shared: Path, tmp_path: Path) -> None:
    def sample() -> Iterator[Pair]:
        yield from islice(trained(shared), 0, None, 100)
        yield from islice(predicted(shared, "spider_dev"), 0, None, 200)
        yield from islice(predicted(shared, "bird_minidev_sqlite"), 0, None, 200)

    assert agree(sample, tmp_path / "cache.sqlite") > 150


@pytest.mark.parity
@pytest.mark.timeout(3600)
def test_every_gold_of_spiders_training_set(shared: Path, tmp_path: Path) -> None:
    assert agree(lambda: trained(shared), tmp_path / "cache.sqlite") > 8000


@pytest.mark.parity
@pytest.mark.timeout(7200)
def test_every_published_prediction(shared: Path, tmp_path: Path) -> None:
    assert agree(lambda: predicted(shared, "*"), tmp_path / "cache.sqlite") > 20_000
