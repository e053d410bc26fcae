"""A small data set in Spider's layout, and a home of its own for what is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.sets.shelf import LOCK
from tests import shop

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
"""What Git LFS leaves in place of a file that was not pulled."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install under a folder of the test's."""
    home = tmp_path / "home"
    monkeypatch.setenv("BENCH_DATA", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two questions on one database, as Spider lays them out."""
    questions = [
        {"db_id": "shop", "question": "How many items?", "query": "SELECT count(*) FROM item"},
        {"db_id": "shop", "question": "The highest price?", "query": "SELECT max(price) FROM item"},
    ]
    return shop.spider(tmp_path / "spider_data", {"dev.json": questions})


def left(home: Path) -> list[str]:
    """Name what lies under the home, but for the one lock of all installations."""
    return sorted(path.name for path in home.rglob("*") if path.is_file() and path.name != LOCK)


def packed(folder: Path, name: str) -> Path:
    """Pack a folder as its parent would hold it."""
    kinds = {".zip": "zip", ".tar.gz": "gztar", ".tar.xz": "xztar", ".tar.bz2": "bztar", ".tar": "tar"}
    kind = next(value for suffix, value in kinds.items() if name.endswith(suffix))
    base = folder.parent / name.removesuffix(next(suffix for suffix in kinds if name.endswith(suffix)))
    return Path(shutil.make_archive(str(base), kind, folder.parent, folder.name))
