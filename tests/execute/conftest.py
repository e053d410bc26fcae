"""Databases and policies that the executor's tests share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from bench.execute import Executor, Policy
from bench.execute.policy import STANDARD

SMALL = replace(
    STANDARD,
    name="small",
    steps=10_000_000,
    cpu_seconds=0.7,
    wall_seconds=20.0,
    rows=20_000,
    bytes=8 * 2**20,
    heap=128 * 2**20,
    memory=600 * 2**20,
)
"""Limits that are met in a second."""


@pytest.fixture(scope="session")
def small() -> Policy:
    return SMALL


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tables: ``t(a, b)`` with 100 rows and ``bad(x)`` with text that is not UTF-8."""
    path = tmp_path_factory.mktemp("plain") / "a #b?%20.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE t(a INTEGER, b TEXT); CREATE TABLE bad(x TEXT, y REAL)")
    connection.executemany("INSERT INTO t VALUES(?, ?)", [(i, f"row {i % 7}") for i in range(100)])
    connection.execute("INSERT INTO bad VALUES(CAST(x'41ff42' AS TEXT), 1.5), ('fine', 2), (NULL, 0.1)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def victim(design: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that the red-team corpus is aimed at, in a folder of its own."""
    path = tmp_path_factory.mktemp("redteam") / "victim.sqlite"
    subprocess.run([sys.executable, str(design / "redteam" / "make_victim.py"), str(path)], check=True)
    return path


@pytest.fixture
def executor(small: Policy) -> Iterator[Callable[..., Executor]]:
    """Make executors that are closed at the end of the test, with no process left behind."""
    made: list[Executor] = []

    def make(policy: Policy = small, **options: int) -> Executor:
        made.append(Executor(policy, **{"workers": 1, **options}))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        pids = one.pool.pids
        one.close()
        assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
