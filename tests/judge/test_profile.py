"""Partial scores by clause and level against the official ones, error profiles, agreement with people."""

import json
import sqlite3
from collections import defaultdict
from dataclasses import replace

import pytest

from bench import agreement
from bench.errors import ConfigError, DataError
from bench.execute import Executor
from bench.judge.agreement import agreements, rules
from bench.judge.clauses import ALL, clause_scores
from bench.judge.judge import judge
from bench.judge.near import READING, NearMiss, near_misses
from bench.judge.profile import NEAR_MISS, NONE, diagnoses, first_rows, profile
from bench.judge.rate import rated
from bench.sql.differences import Kind
from bench.types import Column, Dataset, Example, Outcome, Prediction, Schema, Status, Table, Verdict
from tests.judge.official import read

GOLD = "SELECT name FROM singer WHERE country = 'France'"
ASKED = {
    "right": GOLD,
    "near": "SELECT name FROM singer WHERE country = 'FRANCE'",
    "column": "SELECT country FROM singer WHERE country = 'France'",
    "broken": "SELECT FROM",
    "silent": None,
}


@pytest.fixture
def singers(tmp_path):
    path = tmp_path / "concert.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE singer (name TEXT, country TEXT)")
        rows = [("Joe", "Netherlands"), ("Rose", "France"), ("Timbaland", "United States")]
        connection.executemany("INSERT INTO singer VALUES (?, ?)", rows)
    connection.close()
    examples = tuple(Example(name, "concert", "", (GOLD,), "easy") for name in ASKED)
    schema = Schema("concert", (Table("singer", (Column("name"), Column("country"))),))
    return Dataset(
        "s", "dev", "S", "", ("easy",), ("bird",), True, examples, {"concert": schema}, {"concert": path}, "f"
    )


@pytest.fixture
def answers():
    return [Prediction(name, sql or "", sql) for name, sql in ASKED.items()]


def test_profiles_what_is_wrong(singers, answers):
    with Executor(workers=1) as executor:
        verdicts = list(judge(singers, answers, ("ex.bird",), executor))
    wrong = [(singers.examples[1], ASKED["near"]), (singers.examples[2], ASKED["column"])]
    with Executor(READING, workers=1) as executor:
        near = near_misses(singers, wrong, executor)
    assert near == {"near": (NearMiss("singer", "country", "FRANCE", "France"),)}
    found = {one.example_id: one for one in diagnoses(singers, answers, verdicts, "ex.bird", near)}
    assert list(found) == ["near", "column", "broken"]
    assert found["near"].kinds == {Kind.VALUE, NEAR_MISS}
    assert (found["near"].gold_row, found["near"].predicted_row) == (("Rose",), None)
    assert (found["column"].gold_row, found["column"].predicted_row) == (("Rose",), ("France",))
    summed = profile(singers, answers, found.values())
    assert summed.to_json() == {
        "n": 5,
        "wrong": {"easy": 3},
        "kinds": {
            kind: {"easy": 1} for kind in ("not readable as SQL", "wrong column", "wrong value", NEAR_MISS)
        },
        "unread": {"em.spider": 0, "em.test-suite": 0, "em.modern": 1},
    }


def test_an_answer_that_no_rule_reads_is_counted_though_not_every_gold_is_read(singers):
    one = replace(singers.examples[0], gold=("no query", GOLD))
    found = profile(replace(singers, examples=(one,)), [Prediction(one.id, "", "I do not know")], [])
    assert found.unread == {"em.spider": 1, "em.test-suite": 1, "em.modern": 1}


def test_the_first_differing_rows():
    ok = Status.OK

    def rows(gold, predicted):
        return first_rows(Outcome(ok, preview=gold), Outcome(ok, preview=predicted))

    assert rows(((1,), (2,)), ((2,), (1,))) == ((1,), (2,))
    assert rows(((1,), (1,)), ((1,),)) == ((1,), None)
    assert rows(((1,),), ((1,),)) == (None, None)
    assert first_rows(Outcome(ok, preview=((1,),)), Outcome(Status.TIMEOUT)) == (None, None)


def test_an_answer_whose_tree_agrees_is_counted_too(singers, answers):
    wrong = [Verdict("right", "concert", "easy", {"ex.bird": False}, Outcome(Status.OK), Outcome(Status.OK))]
    (one,) = diagnoses(singers, answers, wrong, "ex.bird")
    assert one.kinds == {NONE}


@pytest.mark.shared
@pytest.mark.parametrize("system", ["dail-sql_gpt4"])
def test_partial_scores_are_the_official_ones(shared, dev, system):
    """Means over the official verdicts of each item, taken here as the official report takes them."""
    items = read(shared / "verdicts" / "spider_dev" / f"{system}.jsonl")
    said = [Prediction(e.id, i["pred"], i["pred"]) for e, i in zip(dev.examples, items, strict=True)]
    parts = defaultdict(list)
    for item in items:
        for clause, part in item["partial"].items():
            parts[item["hardness"], clause].append(part)
            parts[ALL, clause].append(part)
    scores = clause_scores(dev, said, "em.spider")
    assert len(scores) == 50
    for score in scores:
        found = parts[score.level, score.clause]
        exact = [part["acc"] for part in found if part["pred_total"]]
        recalled = [part["rec"] for part in found if part["label_total"]]
        assert score.precision == pytest.approx(sum(exact) / len(exact) if exact else 0)
        assert score.recall == pytest.approx(sum(recalled) / len(recalled) if recalled else 0)
        both = score.precision + score.recall
        assert score.f1 == pytest.approx(2 * score.precision * score.recall / both if both else 1)


def test_partial_scores_by_level(singers, answers):
    easier = replace(singers, examples=(replace(singers.examples[0], difficulty=None), *singers.examples[1:]))
    scores = {(one.level, one.clause): one for one in clause_scores(rated(easier), answers, "em.modern")}
    whole = scores[ALL, "select"]
    assert (whole.right, whole.predicted, whole.gold) == (2, 3, 5)
    assert (whole.precision, whole.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 5))
    assert scores["easy", "order"].f1 == 1
    with pytest.raises(ConfigError, match="no partial scores"):
        clause_scores(singers, answers, "ex.bird")


def test_agreement_with_people():
    def verdict(name, right, rows=1):
        metrics = dict.fromkeys(rules(), right)
        return Verdict(name, "d", "", metrics, Outcome(Status.OK, rows=rows), Outcome(Status.OK, rows=rows))

    verdicts = [verdict("a", True), verdict("b", True), verdict("c", False), verdict("d", True, rows=0)]
    found = {one.rule: one for one in agreements({"a": True, "b": False, "c": False, "d": False}, verdicts)}
    bird, modern = found["ex.bird"], found["em.modern"]
    assert (bird.both_right, bird.both_wrong, bird.only_rule, bird.only_people) == (1, 1, 1, 0)
    assert (bird.share.k, bird.share.n, modern.share.n) == (2, 3, 4)
    assert bird.kappa == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    assert {"soft-f1 ≥ 0.5", "soft-f1 ≥ 1"} <= found.keys()


def test_reads_labels(tmp_path, singers):
    item = {"question_id": 1, "db_id": "concert", "gold_sql": GOLD, "predicted_sql": GOLD, "label": True}
    other = {**item, "predicted_sql": ASKED["near"], "label": False}
    first, second, bad = (tmp_path / name for name in ("a.json", "b.json", "bad.json"))
    first.write_text(json.dumps([item, other]))
    second.write_text(json.dumps([{**other, "label": True}]))
    labels, left_out = agreement.read([first])
    assert [label.right for label in labels] == [True, False]
    assert left_out == 0
    assert agreement.read([first, second]) == (labels[:1], 1)
    assert all(one.share.value == 1 for one in agreement.compare(labels, singers) if one.rule == "ex.strict")
    assert agreement.markdown(agreement.compare(labels, singers)).startswith("| rule | n |")
    for text, said in (("{}", "no list"), ("[{}]", "lacks 'question_id'"), ("", "cannot be read")):
        bad.write_text(text)
        with pytest.raises(DataError, match=said):
            agreement.read([bad])
    with pytest.raises(DataError, match="no database 'elsewhere'"):
        agreement.compare([agreement.Labelled("elsewhere", GOLD, GOLD, True)], singers)
