"""Every rule on small queries whose verdict can be read off, and the quirks of the official ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.errors import ConfigError
from bench.execute import Executor
from bench.judge.disagree import disagreements
from bench.judge.golds import check
from bench.judge.judge import judge
from bench.judge.rules import EX_RULES, STEADY, metrics
from bench.types import Column, Dataset, Example, Prediction, Schema, Status, Table, Verdict

ROWS = [("ann", 1, 2.0), ("bob", 1, 3.5), ("cid", 2, 3.5), ("dan", 3, None), ("ann", 3, 0.5)]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rules") / "t.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t(name TEXT, rank INTEGER, size REAL)")
    connection.executemany("INSERT INTO t VALUES(?, ?, ?)", ROWS)
    connection.commit()
    connection.close()
    return path


@pytest.fixture(scope="module")
def running() -> Executor:
    with Executor(workers=1) as executor:
        yield executor


@pytest.fixture
def dataset(database: Path) -> Callable[..., Dataset]:
    schema = Schema("t", (Table("t", tuple(map(Column, ("name", "rank", "size")))),))

    def make(*golds: str | tuple[str, ...]) -> Dataset:
        examples = tuple(
            Example(str(number), "t", "?", gold if isinstance(gold, tuple) else (gold,))
            for number, gold in enumerate(golds)
        )
        return Dataset(
            "x", "dev", "X", "none", (), ("bird",), True, examples, {"t": schema}, {"t": database}, "f"
        )

    return make


@pytest.fixture
def verdict(dataset: Callable[..., Dataset], running: Executor) -> Callable[..., Verdict]:
    def run(gold: str | tuple[str, ...], sql: str, *rules: str) -> Verdict:
        said = [Prediction("0", sql, sql or None)]
        return next(judge(dataset(gold), said, rules or STEADY, running))

    return run


SUITE = {metric for metric in EX_RULES if metric.startswith("ex.test-suite")}
SHORT = {
    "ts": "ex.test-suite",
    "tsd": "ex.test-suite-distinct",
    "plug": "ex.test-suite-plug",
    **{name: f"ex.{name}" for name in ("spider", "bird", "bag", "ordered", "strict", "subset")},
}


EVERY = "ts tsd plug spider bird bag ordered strict subset"
BUT_SPIDER = EVERY.replace("spider ", "")


@pytest.mark.parametrize(
    "gold, pred, right",
    [
        (
            "SELECT name FROM t",
            "SELECT name FROM t",
            EVERY,
        ),
        ("SELECT name FROM t", "SELECT DISTINCT name FROM t", "ts plug bird"),
        ("SELECT name FROM t", "SELECT name FROM t ORDER BY name", "ts tsd plug bird bag strict subset"),
        ("SELECT name, rank FROM t", "SELECT rank, name FROM t", "ts tsd plug spider strict subset"),
        ("SELECT name FROM t", "SELECT rank, name FROM t", "subset"),
        ("SELECT max(rank) FROM t", "SELECT 3 AS x", BUT_SPIDER),
        ("SELECT name FROM t WHERE rank = 2", "SELECT name FROM t WHERE rank = 9", "plug"),
        ("SELECT 0.1 + 0.2", "SELECT 0.3", "strict subset"),
        ("SELECT 1", "SELECT '1'", "plug"),
        ("SELECT 1", "SELECT 1.0", BUT_SPIDER),
        # Rows of equal rank come in any order, and any one of them may be the first.
        (
            "SELECT name FROM t ORDER BY rank",
            "SELECT name FROM t ORDER BY rank, name DESC",
            "bird bag strict subset",
        ),
        ("SELECT name FROM t ORDER BY rank LIMIT 1", "SELECT 'bob'", "strict subset"),
        ("SELECT name FROM t ORDER BY rank LIMIT 1", "SELECT 'cid'", ""),
        ("SELECT name FROM t ORDER BY rank LIMIT 2, 1", "SELECT name FROM t WHERE rank = 2", EVERY),
        ("SELECT name, rank AS r FROM t ORDER BY r DESC LIMIT 1", "SELECT 3, 'ann'", "strict subset"),
        ("SELECT name FROM t ORDER BY rank", "SELECT name FROM t ORDER BY rank DESC", "bird bag"),
    ],
)
def test_rules_differ_where_they_should(verdict: Callable[..., Verdict], gold: str, pred: str, right: str):
    found = verdict(gold, pred, *SHORT.values())
    assert {name for name, metric in SHORT.items() if found.metrics[metric]} == set(right.split())
    assert not any("quirk" in note for note in found.notes)


@pytest.mark.parametrize(
    "pred, value",
    [
        ("SELECT name, rank FROM t WHERE rank < 3", 1.0),
        ("SELECT name FROM t WHERE rank < 3", 2 / 3),  # half of each row found, nothing wrong
        ("SELECT name, rank FROM t WHERE rank < 2", 0.8),  # two of three rows
        ("SELECT 'x', 'y' FROM t", 0.0),
        ("SELECT nope FROM t", 0.0),
    ],
)
def test_soft_f1_counts_cells(verdict: Callable[..., Verdict], pred: str, value: float):
    found = verdict("SELECT name, rank FROM t WHERE rank < 3", pred, "soft-f1").metrics["soft-f1"]
    assert found == pytest.approx(value)
    assert isinstance(found, float)


def test_an_empty_result_for_an_empty_gold_is_a_quirk_of_the_official_rules(verdict: Callable[..., Verdict]):
    found = verdict("SELECT name FROM t WHERE rank = 77", "SELECT 1, 2 WHERE 0")
    quirky = {*SUITE, "ex.bird", "ex.spider2", "soft-f1", "ves.steps", "r-ves.steps"}
    assert {metric for metric, value in found.metrics.items() if value} == quirky
    told = {note.split(": ")[1] for note in found.notes if note.startswith("quirk: ")}
    assert told == quirky


@pytest.mark.parametrize("pred", ["", "-- nothing"])
def test_no_statement_for_an_empty_gold_is_right_for_bird_only(verdict: Callable[..., Verdict], pred: str):
    found = verdict("SELECT name FROM t WHERE rank = 77", pred)
    of_test_suite = SUITE if pred else set()
    of_bird = {"ex.bird", "soft-f1", "ves.steps", "r-ves.steps"}
    assert {metric for metric, value in found.metrics.items() if value} == of_bird | of_test_suite
    assert "quirk: ex.bird: no statement counts as a query that finds nothing, as gold does" in found.notes
    assert not any(verdict("SELECT name FROM t", pred).metrics.values())


def test_a_pragma_without_rows_for_an_empty_gold_is_a_quirk(verdict: Callable[..., Verdict]):
    found = verdict("SELECT name FROM t WHERE rank = 77", "PRAGMA table_info(nope)")
    assert {metric for metric, value in found.metrics.items() if value} == {
        *SUITE, "ex.bird", "soft-f1", "ves.steps", "r-ves.steps"
    }  # fmt: skip
    assert (
        "quirk: ex.bird: a PRAGMA without rows counts as a query that finds nothing, as gold does"
        in found.notes
    )
    assert found.prediction.status is Status.FORBIDDEN
    assert not any(verdict("SELECT name FROM t WHERE rank = 77", "PRAGMA table_info(t)").metrics.values())
    assert not any(verdict("SELECT name FROM t WHERE rank = 77", "PRAGMA user_version").metrics.values())


def test_rows_are_shown_as_the_first_rule_has_them(verdict: Callable[..., Verdict]):
    gold, pred = "SELECT DISTINCT rank / 9 FROM t", "SELECT rank / 9 IS NULL FROM t"
    found = verdict(gold, pred, "ex.spider", "ex.test-suite", "ex.bird")
    assert found.gold.rows == 1  # ex.spider cannot read it; the test-suite's text lacks DISTINCT
    assert verdict(gold, pred, "ex.test-suite", "ex.bird").gold.rows > 1


def test_a_reason_does_not_speak_against_the_rows_beside_it(verdict: Callable[..., Verdict]):
    found = verdict("SELECT name FROM t", "SELECT name FROM t WHERE 1 + 1", "ex.spider", "ex.bird")
    assert found.metrics == {"ex.spider": False, "ex.bird": True}
    assert found.reason == "the official grammar cannot read the prediction"
    order = "SELECT name FROM t ORDER BY rank"
    found = verdict(order, f"{order} DESC", "ex.ordered", "ex.bird")
    assert found.reason == "right by another rule, wrong by ex.ordered"


def test_any_of_several_golds_will_do(verdict: Callable[..., Verdict]):
    golds = ("SELECT name FROM t WHERE rank = 2", "SELECT rank FROM t WHERE name = 'cid'")
    found = verdict(golds, "SELECT 2", "ex.bird", "ex.strict", "soft-f1")
    assert found.metrics == {"ex.bird": True, "ex.strict": True, "soft-f1": 1.0}


def test_spiders_own_check_is_zero_for_what_its_grammar_cannot_read(verdict: Callable[..., Verdict]):
    gold = "SELECT name FROM t WHERE rank = 2"
    assert verdict(gold, "SELECT name FROM t WHERE rank = 1 + 1", "ex.bird").metrics["ex.bird"]
    assert not verdict(gold, "SELECT name FROM t WHERE rank = 1 + 1 IS TRUE", "ex.spider").metrics[
        "ex.spider"
    ]


def test_names_of_rules():
    assert metrics((), ("bird",)) == ("ex.bird", "em.spider")
    assert metrics(("spider", "soft-f1"), ()) == ("ex.spider", "em.spider", "soft-f1")
    assert metrics(("ves", "r-ves"), ()) == ("ves.steps", "r-ves.steps")
    assert metrics(("r-ves.time",), ()) == ("r-ves.time",)
    with pytest.raises(ConfigError, match="unknown rule 'srtict'"):
        metrics(("srtict",), ())


def test_disagreements_name_the_examples(dataset: Callable[..., Dataset], running: Executor):
    asked = dataset("SELECT name FROM t", "SELECT name FROM t", "SELECT name, rank FROM t")
    said = ["SELECT name FROM t", "SELECT DISTINCT name FROM t", "SELECT rank, name FROM t"]
    predictions = [Prediction(str(number), sql, sql) for number, sql in enumerate(said)]
    names = ["ex.bird", "ex.strict", "soft-f1"]
    (found,) = disagreements(list(judge(asked, predictions, names, running)), names)
    assert (found.first, found.second) == ("ex.bird", "ex.strict")
    assert (found.only_first, found.only_second) == (("1",), ("2",))


def test_golds_found_wanting(dataset: Callable[..., Dataset], running: Executor):
    asked = dataset(
        "SELECT name FROM t WHERE rank = 2",
        "SELECT nope FROM t",
        "SELECT name FROM t WHERE rank = 77",
        "SELECT name FROM t ORDER BY rank LIMIT 1",
        ("SELECT name FROM t ORDER BY rank", "SELECT name FROM t ORDER BY rank, name"),
        "SELECT size FROM t LIMIT 1",
        "SELECT date('now')",
    )
    found = check(asked, ("ex.bird", "em.spider"), running.policy, workers=1)
    assert [(one.example_id, one.kind) for one in found] == [
        ("1", "fails"),
        ("2", "empty"),
        ("3", "cut"),
        ("4", "ties"),
        ("5", "scan"),
        ("6", "unread"),
        ("6", "time"),
    ]


def test_any_of_several_golds_makes_exact_match_right(verdict: Callable[..., Verdict]):
    golds = ("SELECT name FROM t", "SELECT rank FROM t")
    for sql, right in (("SELECT rank FROM t", True), ("SELECT name, rank FROM t", False)):
        found = verdict(golds, sql, "em.spider", "em.modern")
        assert dict(found.metrics) == {"em.spider": right, "em.modern": right}


def test_plugged_values_keep_distinct_where_asked(verdict: Callable[..., Verdict]):
    gold, pred = "SELECT DISTINCT 1 FROM t WHERE rank < 9", "SELECT 1 FROM t WHERE rank < 0"
    found = verdict(gold, pred, "ex.test-suite-plug", "ex.test-suite-plug-distinct")
    assert dict(found.metrics) == {"ex.test-suite-plug": True, "ex.test-suite-plug-distinct": False}


@pytest.mark.parametrize(
    "gold, pred, right",
    [
        ("SELECT name FROM t WHERE rank = 2", "SELECT name FROM t WHERE rank = 1", True),
        ("SELECT name FROM t WHERE rank = 2", "SELECT name, rank FROM t WHERE rank = 1", False),
        ("SELECT name FROM t WHERE rank = 2", "SELECT nope FROM t WHERE rank = 1", False),
        ('SELECT name FROM t WHERE "rank" = 2', 'SELECT "nope" FROM t WHERE rank = 2', False),
    ],
)
def test_values_are_plugged_where_they_can_help(verdict: Callable[..., Verdict], gold, pred, right):
    assert verdict(gold, pred, "ex.test-suite-plug").metrics["ex.test-suite-plug"] is right
