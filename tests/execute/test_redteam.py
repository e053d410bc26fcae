"""Hostile queries on shared connections: each ends as expected, and nothing else changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.execute import Executor, Judged, Pair
from bench.types import Outcome, Status

PROBES = (
    ("SELECT count(*), sum(age) FROM singer", "SELECT sum(age + 0) * 0 + count(*), sum(age) FROM singer"),
    ("SELECT name FROM sqlite_master ORDER BY 1", "SELECT name FROM sqlite_master"),
    (
        "SELECT title FROM concert WHERE title LIKE 'concert 1' ",
        "SELECT title FROM concert WHERE concert_id=1",
    ),
)
"""What a query could spoil for the next one: rows, the schema, settings of the connection."""


def corpus(design: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (design / "redteam" / "redteam.jsonl").read_text().splitlines()]


def pairs(design: Path, victim: Path) -> list[Pair]:
    """After every hostile query come the three probes, on the same database and so the same worker."""
    made = []
    for item in corpus(design):
        name = str(item["id"])
        made += [
            Pair(f"{name}:pre", victim, "SELECT 1", sql, ())
            for sql in item.get("pre", [])  # type: ignore[attr-defined]
        ]
        made.append(Pair(name, victim, "SELECT -7 AS never", str(item["sql"]), ()))
        made += [
            Pair(
                f"{name}:probe{index}", victim, f"/* {name} */ {gold}", f"/* {name} */ {sql}", ("test_suite",)
            )
            for index, (gold, sql) in enumerate(PROBES)
        ]
    return made


def state(folder: Path, of: str = "*") -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob(of)}


def check(design: Path, results: list[Judged]) -> None:
    by_key = {result.key: result for result in results}
    wrong = []
    for item in corpus(design):
        got = by_key[str(item["id"])].prediction
        if got.status not in (item["expected_outcome"], *item.get("alt", [])):  # type: ignore[misc]
            wrong.append((item["id"], item["expected_outcome"], got))
    assert wrong == []
    for index in range(len(PROBES)):
        told = [result for result in results if result.key.endswith(f":probe{index}")]
        assert len(told) == 153
        assert len({(one.gold, one.prediction, one.equal["test_suite"]) for one in told}) == 1


@pytest.fixture(scope="module")
def first(
    design: Path, victim: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Judged], dict[str, str]]:
    """One run with 1 worker and batches of 16; what it found, and the folder before it."""
    from tests.execute.conftest import SMALL

    before = state(victim.parent)
    with Executor(SMALL, workers=1, batch=16) as executor:
        return list(executor.judge(pairs(design, victim))), before


def test_every_query_ends_as_expected_and_the_probes_do_not_change(
    first: tuple[list[Judged], dict[str, str]], design: Path, victim: Path
) -> None:
    results, before = first
    check(design, results)
    assert state(victim.parent) == before


def test_two_workers_and_single_items_give_the_same_verdicts(
    first: tuple[list[Judged], dict[str, str]],
    design: Path,
    victim: Path,
    executor: Callable[..., Executor],
) -> None:
    again = list(executor(workers=2, batch=1).judge(pairs(design, victim)))
    check(design, again)
    assert [verdict(one.prediction) for one in again] == [verdict(one.prediction) for one in first[0]]
    assert [one.equal for one in again] == [one.equal for one in first[0]]
    assert state(victim.parent) == first[1]


def verdict(outcome: Outcome) -> object:
    """What must repeat: all of it, but for the clocks that only a kill can keep."""
    timed = outcome.status in (Status.TIMEOUT, Status.MEMORY) and not outcome.detail.startswith("steps")
    return outcome.status if timed else outcome


def test_nothing_of_the_machine_can_be_read_off(victim: Path, executor: Callable[..., Executor]) -> None:
    run = executor().run
    for sql in (
        "SELECT readfile('/etc/passwd')",
        "ATTACH '/etc/passwd' AS p",
        "SELECT * FROM pragma_database_list",
    ):
        outcome = run(victim, sql)
        assert outcome.status is not Status.OK
        assert outcome.preview == ()
