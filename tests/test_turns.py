"""Conversations: a turn may be shown what was predicted before it, and never any gold."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from bench.ask import ask
from bench.decode import load
from bench.errors import ConfigError
from bench.plan import Plan
from bench.prompts.turns import earlier, with_sql
from bench.stages import predict
from bench.store import Store, read_lines
from bench.types import Example, Prediction, Turn

GOLD = ["SELECT 'gold 1'", "SELECT 'gold 2'", "SELECT 'gold 3'", "SELECT 'gold 4'"]
SAID = ["SELECT 'said 1'", "SELECT 'said 2'", "SELECT 'said 3'", "SELECT 'said 4'"]
QUESTIONS = [("First?", []), ("Second?", ["First?"]), ("Third?", ["First?", "Second?"]), ("Alone?", [])]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A conversation of three turns and one of a single turn, answered by somebody."""
    talk = tmp_path / "talk"
    talk.mkdir()
    sqlite3.connect(talk / "shop.sqlite").execute("CREATE TABLE item(a)").connection.close()
    lines = (
        {"question": question, "history": before, "sql": gold}
        for (question, before), gold in zip(QUESTIONS, GOLD, strict=True)
    )
    (talk / "dev.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "said.sql").write_text("".join(f"{sql}\n" for sql in SAID))
    path = tmp_path / "talk.toml"
    path.write_text(
        f'title = "t"\n[models]\nm = {{ source = "replay:{tmp_path}/said.sql" }}\n'
        '[datasets]\nd = { source = "jsonl", root = "talk" }\n[methods.b]\ntuning = "none"\n'
        '[prompt]\nhistory = "predicted"\n'
    )
    return path


def asked(plan: Plan) -> list[str]:
    lines = (plan.cells[0].predictions / "prompts.jsonl").read_text().splitlines()
    return [json.loads(line)["prompt"] for line in lines]


def test_a_turn_is_shown_what_was_predicted_before_it(suite: Path):
    plan = Plan(load(suite), Store(suite.parent / "runs"))
    predict(plan, plan.cells[0])
    first, second, third, alone = asked(plan)
    assert second.endswith("Question: First?\nSQL: SELECT 'said 1'\nQuestion: Second?\nSQL:")
    assert third.endswith(
        "SQL: SELECT 'said 1'\nQuestion: Second?\nSQL: SELECT 'said 2'\nQuestion: Third?\nSQL:"
    )
    assert ask(plan, plan.cells[0].dataset.examples[2], plan.cells[0]).prompt.text == third
    assert not any("said" in text for text in (first, alone))
    assert not any("gold" in text for text in (first, second, third, alone))
    there = read_lines(plan.cells[0].predictions / "predictions.jsonl", Prediction)
    assert [one.sql for one in there] == SAID


def test_earlier_turns_without_an_answer_in_the_store_are_counted(suite: Path):
    part, whole = (Plan(load(suite), Store(suite.parent / "runs"), limit=limit) for limit in (3, None))
    predict(part, part.cells[0])
    shown = [ask(plan, plan.cells[0].dataset.examples[2], plan.cells[0]) for plan in (part, whole)]
    assert [one.unanswered for one in shown] == [0, 2]
    assert ["said 2" in one.prompt.text for one in shown] == [True, False]


def test_what_was_answered_before_a_kill_is_not_asked_again(suite: Path, monkeypatch: pytest.MonkeyPatch):
    whole = Plan(load(suite), Store(suite.parent / "whole"))
    predict(whole, whole.cells[0])
    plan = Plan(load(suite), Store(suite.parent / "runs"))
    begun = plan.cells[0].predictions
    begun.mkdir(parents=True)
    lines = (whole.cells[0].predictions / "predictions.jsonl").read_bytes().splitlines(keepends=True)
    (begun / "predictions.jsonl").write_bytes(lines[0] + lines[3] + lines[1][:9])  # torn in the second turn
    predict(plan, plan.cells[0])
    for name in ("predictions.jsonl", "prompts.jsonl"):
        assert (begun / name).read_bytes() == (whole.cells[0].predictions / name).read_bytes()


def test_history_is_part_of_the_key_and_refused_where_there_is_no_place_for_it(suite: Path):
    shown = Plan(load(suite), Store(suite.parent / "runs")).cells[0].predict_key
    text = suite.read_text()
    suite.write_text(text.replace('"predicted"', '"questions"'))
    assert Plan(load(suite), Store(suite.parent / "runs")).cells[0].predict_key != shown
    suite.write_text(text + 'format = "dbgpthub"\n')
    with pytest.raises(ConfigError, match="no place for earlier turns"):
        load(suite)


def test_turns_that_are_not_there_leave_their_place_empty():
    turns = [
        Example("a", "x", "1?", ("g1",)),
        Example("b", "y", "1?", ("other",)),
        Example("c", "x", "3?", ("g3",), history=(Turn("1?"), Turn("2?"))),
    ]
    found = earlier(turns)
    assert found == {"a": (), "b": (), "c": ("a", "")}
    assert with_sql(turns[2], found["c"], {"a": "p1"}).history == (Turn("1?", "p1"), Turn("2?"))
