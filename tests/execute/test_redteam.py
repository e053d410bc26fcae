"""Hostile queries on shared connections: each ends as expected, and nothing else changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.execute import Executor, Judged, Pair
from bench.types import Outcome, Status
from tests.execute.conftest import SMALL

PROBES = (
    ("SELECT count(*), sum(age) FROM singer", "SELECT sum(age + 0) * 0 + count(*), sum(age) FROM singer"),
    ("SELECT name FROM sqlite_master ORDER BY 1", "SELECT name FROM sqlite_master"),
    (
        "SELECT title FROM concert WHERE title LIKE 'concert 1' ",
        "SELECT title FROM concert WHERE concert_id=1",
    ),
)
"""What a query could spoil for the next one: rows, the schema, settings of the connection."""

ARRANGEMENTS = [(workers, batch) for workers in (1, 2) for batch in (1, 16)]
EVERY = [(engine, *arrangement) for engine in ("apsw", "stdlib") for arrangement in ARRANGEMENTS]
CORPORA = ("shared", "own", "hostile")
SAMPLE = {
    ("shared", "apsw", 1, 16),
    ("shared", "stdlib", 2, 1),
    ("own", "apsw", 2, 1),
    ("hostile", "apsw", 1, 16),
}
"""What is run every time; the whole runs with the other parity tests."""

MEGABYTES = 300
"""Room for a worker under limits of 128 MiB for SQLite and 8 MiB for rows, and its mapped files."""


def corpus(which: str, design: Path) -> list[dict[str, object]]:
    """Give the queries of the study, those that the fuzzer grew and we wrote, or those of an attack by hand.

    A long text is written as parts, each with how often it is repeated.
    """
    own = Path(__file__).with_name("hostile.jsonl" if which == "hostile" else "redteam.jsonl")
    path = design / "redteam" / "redteam.jsonl" if which == "shared" else own
    items = [json.loads(line) for line in path.read_text().splitlines()]
    return [{**item, "sql": whole(item["sql"])} for item in items]


def whole(sql: str | list[tuple[str, int]]) -> str:
    return sql if isinstance(sql, str) else "".join([part * times for part, times in sql])


def pairs(items: list[dict[str, object]], victim: Path) -> list[Pair]:
    """After every hostile query come the three probes, on the same database and so the same worker."""
    made = []
    for item in items:
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


def check(items: list[dict[str, object]], results: list[Judged]) -> None:
    by_key = {result.key: result for result in results}
    wrong = []
    for item in items:
        got = by_key[str(item["id"])].prediction
        if got.status not in (item["expected_outcome"], *item.get("alt", [])):  # type: ignore[misc]
            wrong.append((item["id"], item["expected_outcome"], got))
    assert wrong == []
    for index in range(len(PROBES)):
        told = [result for result in results if result.key.endswith(f":probe{index}")]
        assert len(told) == len(items)
        assert len({(one.gold, one.prediction, one.equal["test_suite"]) for one in told}) == 1


def open_handles() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def resident(pid: int) -> int:
    """Return the most memory that a process ever had, in MiB; 0 where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    words = status.read_text().split() if status.exists() else []
    return int(words[words.index("VmHWM:") + 1]) // 1024 if "VmHWM:" in words else 0


@pytest.mark.parametrize(
    "which, engine, workers, batch",
    [
        pytest.param(which, *one, marks=[] if (which, *one) in SAMPLE else pytest.mark.parity)
        for which in CORPORA
        for one in EVERY
    ],
)
def test_every_query_ends_as_expected_and_nothing_else_changes(
    which: str, engine: str, workers: int, batch: int, design: Path, victim: Path
) -> None:
    items = corpus(which, design)
    before, here, handles = state(victim.parent), state(Path.cwd(), "*pwn*"), open_handles()
    with Executor(SMALL, workers=workers, batch=batch, engine=engine) as executor:
        results = list(executor.judge(pairs(items, victim)))
        pids = executor.pool.pids
        assert max(resident(pid) for pid in pids) < MEGABYTES
    check(items, results)
    assert (state(victim.parent), state(Path.cwd(), "*pwn*")) == (before, here)
    assert open_handles() == handles
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


@pytest.mark.parity
@pytest.mark.parametrize("engine", ["apsw", "stdlib"])
def test_outcomes_do_not_depend_on_workers_and_batches(engine: str, design: Path, victim: Path) -> None:
    items = [item for which in CORPORA for item in corpus(which, design)]
    runs = []
    for workers, batch in ARRANGEMENTS:
        with Executor(SMALL, workers=workers, batch=batch, engine=engine) as executor:
            results = executor.judge(pairs(items, victim))
            runs.append([(one.key, verdict(engine, one.prediction), one.equal) for one in results])
    assert runs[0] == runs[1] == runs[2] == runs[3]


def verdict(engine: str, outcome: Outcome) -> object:
    """What must repeat: all of it, but for the clocks that only a kill can keep.

    With stdlib's engine, a text that grows without end while it is prepared may run out of either first.
    """
    if outcome.status not in (Status.TIMEOUT, Status.MEMORY) or outcome.detail.startswith("steps"):
        return outcome
    return outcome.status if engine == "apsw" else "stopped"


def test_there_are_queries_of_our_own(design: Path) -> None:
    own = corpus("own", design) + corpus("hostile", design)
    assert len({item["sql"] for item in own} - {item["sql"] for item in corpus("shared", design)}) > 500


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
