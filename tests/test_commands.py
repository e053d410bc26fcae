"""The commands on pages are those that make them again, and tell of no machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import commands
from bench.decode import load
from bench.find import suite_path
from bench.plan import Plan
from bench.store import Store

SUITE = (
    'title = "t"\n[models]\nm = { source = "oracle:gold" }\n[datasets]\nd = { source = "mini" }\n'
    '[methods.b]\ntuning = "none"\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a suite below it."""
    here = tmp_path / "here"
    (here / "sub").mkdir(parents=True)
    (here / "sub" / "mine.toml").write_text(SUITE)
    monkeypatch.chdir(here)
    return here


def plan(suite: str | Path, store: str | Path = "runs", limit: int | None = None) -> Plan:
    return Plan(load(suite_path(str(suite))), Store(Path(store)), limit=limit)


@pytest.mark.parametrize("store", ["runs", "other runs"])
def test_paths_are_told_from_the_folder_of_work(folder: Path, store: str):
    more = "" if store == "runs" else " --store 'other runs'"
    for suite in ("sub/mine.toml", folder / "sub" / "mine.toml"):
        for place in (store, folder / store):
            told = commands.publish(plan(suite, place), folder / "leaderboards")
            assert told == f"bench publish sub/mine.toml{more}"


def test_what_else_was_asked_for_is_told(folder: Path):
    asked = plan("sub/mine.toml", "../runs", 5)
    assert commands.publish(asked, Path("out"), answers=True) == (
        "bench publish sub/mine.toml --store ../runs --limit 5 --out out --answers"
    )
    assert commands.run(asked, asked.suite.all_cells()[0]) == (
        "bench run sub/mine.toml --store ../runs --limit 5 --cell m-b-d-s0"
    )


def test_a_path_elsewhere_is_cut_to_its_last_part(folder: Path, tmp_path: Path):
    (tmp_path / "elsewhere.toml").write_text(SUITE)
    told = commands.publish(plan(tmp_path / "elsewhere.toml", tmp_path / "runs"), tmp_path / "boards")
    assert told == "bench publish .../elsewhere.toml --store .../runs --out .../boards"


def test_a_suite_that_comes_along_is_told_by_its_name(folder: Path):
    assert commands.publish(plan("quickstart")) == "bench publish quickstart"
