"""What the developer has installed is no part of a test."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Find installed data sets in a folder of the test's."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "home"))
    return tmp_path / "home"
