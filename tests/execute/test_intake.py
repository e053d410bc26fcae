"""Files beside a database: what a killed writer leaves is not read, what a finished one leaves is."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.execute import Executor, Pair
from bench.types import Status

WRITER = """
import os, signal, sqlite3, sys
writer = sqlite3.connect(sys.argv[1], isolation_level=None)
writer.executescript("PRAGMA cache_size = 5; PRAGMA cache_spill = 1; BEGIN; UPDATE t SET a = -a")
os.kill(os.getpid(), signal.SIGKILL)
"""
"""Dies in the middle of a transaction that is too large for its memory, so that a part is in the database."""

SUM = "SELECT sum(a), count(*) FROM t"
WHOLE = (20_000 * 19_999 // 2, 20_000)


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    """A database of 20,000 numbers."""
    path = tmp_path / "numbers.sqlite"
    with sqlite3.connect(path) as writer:
        writer.execute("CREATE TABLE t(a INTEGER, b TEXT)")
        writer.executemany("INSERT INTO t VALUES (?, ?)", ((n, "x" * 90) for n in range(20_000)))
    writer.close()
    return path


def test_half_written_rows_are_not_read(executor: Callable[..., Executor], numbers: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", WRITER, numbers], check=False)
    assert killed.returncode == -signal.SIGKILL
    torn = sqlite3.connect(f"file:{numbers}?immutable=1", uri=True)
    assert torn.execute(SUM).fetchone() != WHOLE  # what a worker would have read
    torn.close()

    one = executor()
    refused = one.run(numbers, SUM)
    assert (refused.status, refused.preview) == (Status.DB_IO, ())
    assert "numbers.sqlite-journal" in refused.detail
    (judged,) = one.judge([Pair("a", numbers, SUM, SUM, ("bird",))])
    assert (judged.gold.status, judged.equal["bird"]) == (Status.DB_IO, False)

    cure = sqlite3.connect(numbers)
    cure.execute("PRAGMA schema_version").fetchone()
    cure.close()
    assert executor().run(numbers, SUM).preview == (WHOLE,)


@pytest.mark.parametrize("mode", ["DELETE", "TRUNCATE", "PERSIST"])
def test_what_a_finished_writer_leaves_is_no_reason_to_refuse(
    executor: Callable[..., Executor], numbers: Path, mode: str
) -> None:
    writer = sqlite3.connect(numbers, isolation_level=None)
    writer.executescript(f"PRAGMA journal_mode = {mode}; UPDATE t SET a = -a")
    left = numbers.with_name("numbers.sqlite-journal")
    assert (left.exists(), left.exists() and left.stat().st_size > 0) == (mode != "DELETE", mode == "PERSIST")
    assert executor().run(numbers, SUM).preview == ((-WHOLE[0], WHOLE[1]),)
    writer.close()


def test_a_transaction_that_has_written_nothing_yet_is_not_waited_for(
    executor: Callable[..., Executor], numbers: Path
) -> None:
    writer = sqlite3.connect(numbers, isolation_level=None)
    writer.executescript("BEGIN; UPDATE t SET a = 0 WHERE a = 1")
    assert executor().run(numbers, SUM).preview == (WHOLE,)
    writer.close()
