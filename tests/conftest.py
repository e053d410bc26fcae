"""Fixtures every test may use."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from platformdirs import user_cache_path

pytest_plugins = ["tests.random_models"]

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data and official verdicts, unpacked once into the user's cache.

    Gives the folder that holds ``data/`` and ``verdicts/``. Skips where the checkout has no
    ``shared`` folder beside it; CI refuses that skip.
    """
    if not (SHARED / "unpack.sh").exists():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have the real data, and {SHARED} is not there")
        pytest.skip(f"the real data is not beside the checkout ({SHARED})")
    default = user_cache_path("text2sql-bench") / "shared"
    cache = Path(os.environ.get("BENCH_SHARED_CACHE", default))
    cache.mkdir(parents=True, exist_ok=True)
    subprocess.run(["bash", str(SHARED / "unpack.sh"), str(cache)], check=True)
    return cache


@pytest.fixture(scope="session")
def design() -> Path:
    """The folder beside the checkout itself, for the parts that are not packed."""
    if not SHARED.exists():
        pytest.skip(f"the real data is not beside the checkout ({SHARED})")
    return SHARED
