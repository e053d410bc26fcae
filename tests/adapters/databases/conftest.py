"""Servers of the tests, each started once; skipped with a reason where it is not installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType

import pytest

from bench.execute import Executor, Policy
from bench.execute.live import Live

SHORT = Policy(name="short", steps=33_000_000, cpu_seconds=3, wall_seconds=20, heap=128 * 2**20)
"""One second for a query of an engine that counts no operations."""


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("servers_of_tests", Path(__file__).with_name("servers.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


servers = _load()


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A folder that the servers' accounts can enter."""
    folder = Path(tempfile.mkdtemp(prefix="bench-servers-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _absent(name: str, package: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"CI must have {name}: .ci/run installs {package}")
    pytest.skip(f"{name} is not installed (apt install {package})")


@pytest.fixture(scope="session")
def postgres(home: Path) -> Iterator[object]:
    """A PostgreSQL server."""
    if servers.postgres_programs() is None:
        _absent("PostgreSQL", "postgresql")
    with servers.postgres(home / "postgres") as server:
        yield server


@pytest.fixture(scope="session")
def mariadb(home: Path) -> Iterator[object]:
    """A MariaDB server."""
    if servers.mariadb_programs() is None:
        _absent("MariaDB", "mariadb-server")
    with servers.mariadb(home / "mariadb") as server:
        yield server


@pytest.fixture
def asking() -> Callable[..., AbstractContextManager[Executor]]:
    """Makes an executor of one worker for an address."""
    return lambda address, **options: Executor(SHORT, workers=1, live=Live(address, **options))


@pytest.fixture
def survives() -> Callable[..., None]:
    """Runs hostile statements; each ends as it should, and the next honest query answers as before."""

    def check(executor: Executor, name: str, probe: str, hostile: dict[str, str]) -> None:
        before = executor.run(Path(name), probe)
        assert before.status == "ok", before
        for sql, expected in hostile.items():
            outcome = executor.run(Path(name), sql)
            assert outcome.status in expected.split("|"), (sql, outcome)
            assert executor.run(Path(name), probe) == before, sql

    return check
