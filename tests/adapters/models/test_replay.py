"""Predictions made elsewhere lie where the suite's file says, wherever the command runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.decode import load
from bench.errors import DataError
from bench.plan import Plan
from bench.store import Store

SUITE = (
    'title = "t"\n[models]\nm = {{ source = "replay:{source}" }}\n[datasets]\nd = {{ source = "mini" }}\n'
    '[methods.b]\ntuning = "none"\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a suite, with predictions below it; the command runs elsewhere, beside others."""
    for place, sql in (("suite/said", "SELECT 1"), ("elsewhere/said", "SELECT 2")):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "p.jsonl").write_text(f'{{"id": "a", "sql": "{sql}"}}\n')
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "suite"


def identity(folder: Path, source: str) -> str:
    (folder / "s.toml").write_text(SUITE.format(source=source))
    (bound,) = Plan(load(folder / "s.toml"), Store(folder / "runs")).cells
    return bound.adapter.identity()["sha256"]


def test_a_path_starts_at_the_suite(folder: Path):
    here, there = folder / "said" / "p.jsonl", Path("said/p.jsonl").resolve()
    found = [identity(folder, str(source)) for source in ("said/p.jsonl", here, there)]
    assert found[0] == found[1] != found[2]


def test_a_file_that_lies_where_the_command_runs_is_not_taken(folder: Path):
    (folder / "said" / "p.jsonl").unlink()
    with pytest.raises(DataError, match=r"no such file of predictions\n.*starts at the suite's own file"):
        identity(folder, "said/p.jsonl")
