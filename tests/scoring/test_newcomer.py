"""What somebody stumbles over on the first day: one message that says what, where and what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.execute.policy import POLICIES
from tests.scoring.said import GIVEN


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--gold", "gold.sql", "-p", "said/gold.sql"], "--gold: a gold file goes with"),
        (["--db", "db", "-p", "said/gold.sql"], "--db: goes with --gold FILE"),
        (["--gold", "gold.sql", "--db", "none", "-p", "said/gold.sql"], "none: there is no such folder"),
        (["--gold", "gold.sql", "--db", "gold.sql", "-p", "x"], "gold.sql: is a file: give the folder"),
        (
            ["--gold", "none.sql", "--db", "db", "-p", "said/gold.sql"],
            "none.sql: the gold file cannot be read (No such file or directory)",
        ),
        (["--gold", "said", "--db", "db", "-p", "said/gold.sql"], "said: is a folder"),
        (["--gold", "said/gold.sql", "--db", "db", "-p", "x"], "said/gold.sql: line 1: names no database"),
        ([*GIVEN], "there is nothing to score"),
        ([*GIVEN, "--dataset", "bird", "-p", "x"], "--dataset: does not go with --gold FILE"),
        ([*GIVEN, "-p", "said/gold.sql", "--against", "said"], "said: is a folder"),
        ([*GIVEN, "-p", "db"], "a folder's files are read if they end in .sql, .txt, .json"),
        ([*GIVEN, "-p", "none/*.sql"], "none/*.sql: no prediction file is there"),
        ([*GIVEN, "-p", "none.sql"], "none.sql: cannot be read"),
        ([*GIVEN, "-p", "said/gold.sql", "--etype", "exce"], "did you mean 'exec'?"),
        (
            [*GIVEN, "-p", "said/gold.sql", "--etype", "all", "--rules", "bird"],
            "stand for rules of their own",
        ),
        ([*GIVEN, "-p", "said/gold.sql", "--plug_value", "--rules", "bird"], "--rules: do not go with"),
        ([*GIVEN, "-p", "said/gold.sql", "--rules", "brid"], "did you mean 'ex.bird'?"),
        ([*GIVEN, "-p", "said/gold.sql", "--policy", "fsat"], "did you mean 'fast'?"),
        ([*GIVEN, "-p", "said/gold.sql", "--gold-check"], "--gold-check: looks at gold alone"),
        ([*GIVEN, "-p", "said/gold.sql", "--split", "dev"], "--split: goes with a data set"),
        ([*GIVEN, "-p", "said/gold.sql", "--mode_predict", "gtp"], "--mode_predict: unknown value 'gtp'"),
        ([*GIVEN, "-p", "said", "--data_mode", "dev"], "said/predict_dev.json: cannot be read"),
        ([*GIVEN, "--against", "said/gold.sql", "--gold-check"], "--gold-check: looks at gold alone"),
    ],
)
def test_a_mistake_is_one_message(home: Path, bench, words: list[str], said: str):
    code, out, error = bench(*words)
    assert (code, out, said in error) == (2, "", True), error
    assert len(error.splitlines()) <= 2


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "holds no gold query"), (b"SELECT '\xff'\tpets\n", "is not UTF-8 (byte 8)")]
)
def test_a_gold_file_must_hold_queries(home: Path, bench, content: bytes, said: str):
    (home / "bad.sql").write_bytes(content)
    code, _, error = bench("--gold", "bad.sql", "--db", "db", "-p", "said/gold.sql")
    assert (code, said in error) == (2, True), error


@pytest.mark.parametrize("content", ["[" * 100_000, "no JSON"])
def test_tables_that_cannot_be_read_are_one_message(home: Path, bench, content: str):
    (home / "tables.json").write_text(content)
    code, _, error = bench(*GIVEN, "-p", "said/gold.sql", "--table", "tables.json")
    assert (code, "tables.json: cannot be read" in error, "give a JSON file" in error) == (2, True, True)


def test_a_file_in_another_order_is_asked_about(home: Path, bench):
    answers = ["SELECT title FROM film"] * 4 + ["SELECT 1"] * 2
    for number, warned in ((4, True), (3, False)):
        (home / "turned.sql").write_text("\n".join(["SELECT 1"] * (4 - number) + answers[4 - number :]))
        _, _, error = bench(*GIVEN, "-p", "turned.sql")
        assert ("4 of 6 answers name tables" in error and "in the order of" in error) == warned, error


def test_a_folder_without_any_database_is_one_message(home: Path, bench):
    for path in (home / "db").rglob("*.sqlite"):
        path.unlink()
    for words in (["-p", "said/gold.sql"], ["--gold-check"]):
        code, out, error = bench(*GIVEN, *words)
        assert (code, out) == (2, "")
        assert "db: holds none of the databases that the questions ask (2 wanted)" in error
        assert "db/films/films.sqlite" in error


def test_questions_must_belong_to_the_gold_queries(home: Path, bench):
    asked = [{"db_id": "films", "question": "?", "difficulty": "simple"}] * 6
    (home / "dev.json").write_text(json.dumps(asked))
    error = bench(*GIVEN, "-p", "said/gold.sql", "--diff_json", "dev.json")[2]
    assert "dev.json: question 0 asks 'films', but its gold query 'pets'" in error
    (home / "dev.json").write_text(json.dumps(asked[:5]))
    error = bench(*GIVEN, "-p", "said/gold.sql", "--diff_json", "dev.json")[2]
    assert "holds 5 questions, but gold.sql has 6 gold queries" in error


def test_a_gold_check_ends_with_a_summary(home: Path, bench):
    code, out, _ = bench(*GIVEN, "--gold-check")
    assert code == 0
    assert out.splitlines()[-1] == "6 golds, 5 sound; 1 empty"


def test_help_names_every_policy(bench):
    out = bench("--help")[1]
    for name in POLICIES:
        assert name in out.partition("--policy")[2].partition("--now")[0]


@pytest.mark.parametrize("page", ["README.md", "docs/official.md", "docs/scoring.md"])
def test_every_option_that_the_docs_give_exists(bench, page: str):
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8").replace("\\\n", " ")
    commands = [line.partition("#")[0] for line in text.splitlines() if line.startswith("$ bench score")]
    assert commands
    known = set(re.findall(r"--?[a-z][a-z_-]*", bench("--help")[1]))
    assert {word for line in commands for word in line.split() if word.startswith("-")} <= known
