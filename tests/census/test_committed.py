"""The reports under ``docs/`` are what their commands write today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.census.audit import audit
from bench.census.page import markdown
from bench.sets import opened
from bench.sets.add import add

DOCS = Path(__file__).parents[2] / "docs"

pytestmark = [pytest.mark.shared, pytest.mark.parity, pytest.mark.timeout(900)]


def command(page: str) -> str:
    """Read off a report how it was made."""
    found = re.search(r"^\$ (.*)$", page, re.MULTILINE)
    assert found
    return found[1]


def test_the_report_on_spider_dev(shared: Path, tmp_path: Path):
    folder = tmp_path / "spider"
    folder.mkdir()
    dev, train = shared / "data/spider_dev", shared / "data/spider_train"
    for path in (*dev.iterdir(), train / "train_spider_min.json"):
        (folder / path.name).symlink_to(path)
    for name in ("database", "database_surrogate"):
        (folder / f"{name}_train").symlink_to(train / name)
    add("spider", folder)
    page = (DOCS / "found-in-spider-dev.md").read_text(encoding="utf-8")
    assert command(page).startswith("bench data check spider --split dev --against spider:train-spider --out")
    assert markdown(audit(opened("spider"), "dev", ["spider:train-spider"], workers=1), command(page)) == page


def test_the_report_on_bird_dev(shared: Path):
    page = (DOCS / "found-in-bird-dev.md").read_text(encoding="utf-8")
    assert command(page).startswith("bench data check bird --split dev --out")
    assert (
        markdown(audit(opened("bird", shared / "data/bird/bird_dev"), "dev", workers=1), command(page))
        == page
    )
