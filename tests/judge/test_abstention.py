"""Where no SQL answers a question no answer is right, and any SQL is wrong, whatever the rule."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.models.oracle import DAMAGE
from bench.execute import Executor
from bench.execute.policy import STANDARD
from bench.judge.golds import check
from bench.judge.judge import judge
from bench.judge.rate import rated
from bench.judge.score import score
from bench.sets import opened
from bench.sql.diagnose import diagnose
from bench.sql.extract import extract
from bench.types import ABSTAIN, Dataset, Prediction

METRICS = ("ex.bird", "ex.test-suite", "soft-f1", "em.modern", "em.spider")


@pytest.fixture(scope="module")
def asked() -> Dataset:
    """The first question of mini, and the same again as one that no SQL answers."""
    mini = opened("mini").load("dev")
    first = mini.examples[0]
    silent = replace(first, id="mini/dev/silent", gold=(ABSTAIN,), difficulty=None)
    return rated(replace(mini, examples=(first, silent)))


@pytest.mark.parametrize(
    "said, right",
    [("null", True), ("NULL;", True), ("", True), ("That is not recorded.", True), (DAMAGE, False)],
)
def test_every_rule_takes_silence_for_right(asked: Dataset, said: str, right: bool):
    answers = [Prediction(one.id, said, extract(said)) for one in asked.examples]
    with Executor(workers=1) as executor:
        answered, silent = judge(asked, answers, METRICS, executor)
    assert set(silent.metrics.values()) == {right}
    assert not any(answered.metrics.values())
    assert bool(silent.reason) != right
    card = score(asked, [answered, silent], METRICS)
    assert card.metrics[METRICS[0]].overall.k == right
    assert card.metrics[METRICS[0]].levels["unanswerable"].k == right


def test_a_text_that_says_null_is_silence_in_a_file_too(asked: Dataset):
    with Executor(workers=1) as executor:
        *_, silent = judge(asked, [Prediction(asked.examples[1].id, "null", "null")], METRICS[:1], executor)
        *_, missing = judge(asked, [], METRICS[:1], executor)
    assert silent.metrics == {"ex.bird": True}
    assert (missing.metrics, missing.reason) == ({"ex.bird": False}, "there is no answer")


def test_there_is_nothing_to_compare_an_answer_with():
    assert diagnose(ABSTAIN, DAMAGE) == ()
    assert diagnose("SELECT 1", DAMAGE)


def test_no_gold_is_checked(asked: Dataset):
    findings = check(asked, METRICS[:1], STANDARD, workers=1)
    assert not [one for one in findings if one.example_id == "mini/dev/silent"]


@pytest.mark.shared
def test_what_t5_abstained_from_in_ehrsql(shared: Path):
    """The published predictions of T5 on mimic-valid, held against the questions file by hand."""
    root = shared / "data/others/ehrsql"
    (path,) = root.rglob("prediction.json")
    said = json.loads(path.read_text(encoding="utf-8"))
    items = json.loads((root / "mimic_iii/valid.json").read_text(encoding="utf-8"))
    dataset = rated(opened("ehrsql", root).load("mimic-valid"))
    answers = [
        Prediction(example.id, said[item["id"]], said[item["id"]])
        for example, item in zip(dataset.examples, items, strict=True)
    ]
    with Executor(workers=1) as executor:
        verdicts = list(judge(dataset, answers, ["em.modern"], executor))
    abstained = sum(said[item["id"]] == "null" for item in items if item["is_impossible"])
    silent = score(dataset, verdicts, ["em.modern"]).metrics["em.modern"].levels["unanswerable"]
    assert (silent.k, silent.n) == (abstained, 362)
    assert 0 < abstained < 362
    wrongly = [
        v
        for v, item in zip(verdicts, items, strict=True)
        if said[item["id"]] == "null" and not item["is_impossible"]
    ]
    assert not any(verdict.metrics["em.modern"] for verdict in wrongly)
