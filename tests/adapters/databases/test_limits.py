"""Limits: what the page on engines says is the same on every run is what each engine says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.registry import find

PAGE = Path(__file__).parents[3] / "docs/engines.md"
COLUMNS = {"sqlite": 1, "duckdb": 2, "postgres": 3, "mysql": 4}


@pytest.mark.parametrize("engine", COLUMNS)
def test_the_page_says_what_the_engine_says(engine: str) -> None:
    section = (
        PAGE.read_text(encoding="utf-8").partition("## What is the same on every run")[2].partition("## ")[0]
    )
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in section.splitlines() if "|" in line
    ]
    told = {row[0]: row[COLUMNS[engine]] for row in rows[2:]}
    limits = {name.partition(",")[0]: same for name, same in find("databases", engine).limits.items()}
    assert limits.keys() <= told.keys()
    assert {name: told[name].startswith("yes") for name in limits} == limits
    assert not any(told[name].startswith("yes") for name in told.keys() - limits.keys())
