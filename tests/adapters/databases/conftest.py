"""Servers of the tests, each started once; skipped with a reason where it is not installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


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
