"""Whole verdicts on disk: the same again, anew where anything changed, and never in the way."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bench.execute.policy import STANDARD, at
from bench.scoring.load import Source, load
from bench.scoring.score import Scored, score_files
from bench.types import Verdict

RULES = ["ex.test-suite", "ex.strict", "soft-f1", "em.modern"]


@pytest.fixture
def scored(home: Path):
    def run(rules: list[str] | None = None, policy=STANDARD) -> Scored:
        dataset = load(Source(gold=home / "gold.sql", databases=home / "db"))
        files, cache = [home / "said" / "some.sql"], home / "kept" / "verdicts.sqlite"
        return score_files(files, dataset, rules or RULES, policy, workers=1, cache=cache)[0]

    return run


def judged(monkeypatch: pytest.MonkeyPatch) -> list[Verdict]:
    """Note every verdict that is not taken from the file."""
    from bench.scoring import score

    seen: list[Verdict] = []
    judge = score.judge_each

    def noting(*args):
        for verdict in judge(*args):
            seen.append(verdict)
            yield verdict

    monkeypatch.setattr(score, "judge_each", noting)
    return seen


def test_what_is_known_is_given_again_without_judging(scored, monkeypatch: pytest.MonkeyPatch):
    first = scored()
    seen = judged(monkeypatch)
    assert scored().verdicts == first.verdicts
    assert not seen


def test_other_rules_limits_and_databases_are_judged_anew(scored, home: Path, monkeypatch):
    first = scored()
    seen = judged(monkeypatch)
    scored(["ex.bird"])
    assert len(seen) == len(first.verdicts)
    scored(policy=at(STANDARD, "2031-01-01", where="now"))
    assert len(seen) == 2 * len(first.verdicts)
    with sqlite3.connect(home / "db" / "films" / "films.sqlite") as database:
        database.execute("DELETE FROM film")
    database.close()
    assert scored().verdicts != first.verdicts


@pytest.mark.parametrize("damage", [b"", b"no database"])
def test_a_damaged_file_costs_no_verdict(scored, home: Path, damage: bytes, caplog):
    first = scored()
    (home / "kept" / "whole.sqlite").write_bytes(damage)
    assert scored().verdicts == first.verdicts
    assert bool(caplog.records) == bool(damage)
