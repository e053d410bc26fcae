"""Prediction files against a gold file and bare SQLite files: alone, many at once, and in pairs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scipy.stats import binomtest

from tests.scoring.said import ANSWERS, GIVEN, IDS, RIGHT


def test_a_folder_of_nothing_but_sqlite_files_is_enough(home: Path, bench):
    code, out, _ = bench(*GIVEN, "-p", "said/some.sql", "--json")
    card = json.loads(out)
    assert code == 0
    assert (card["dataset"], card["split"], card["n"]) == ("gold", "gold.sql", 6)
    assert card["metrics"]["ex.test-suite"]["overall"]["k"] == len(RIGHT["some.sql"])
    assert card["outcomes"] == {"correct": 3, "error_schema": 1, "error_syntax": 1, "wrong_result": 1}


@pytest.mark.parametrize("name", ["pets.sqlite", "pets.db"])
def test_databases_may_lie_side_by_side(home: Path, bench, name: str):
    (home / "db" / "pets" / "pets.sqlite").rename(home / "db" / name)
    card = json.loads(bench(*GIVEN, "-p", "said/gold.sql", "--json")[1])
    assert card["metrics"]["ex.test-suite"]["overall"]["k"] == 6


@pytest.mark.parametrize(
    "given",
    [
        ["-p", "said"],
        ["-p", "said/*.sql"],
        ["-p", "said/gold.sql", "said/other.sql", "said/some.sql"],
        ["--pred", "said/gold.sql", "-p", "said/other.sql", "--predictions", "said/some.sql"],
    ],
)
def test_many_files_in_one_call_score_as_each_alone(home: Path, bench, given: list[str]):
    rules = ["--rules", "test-suite,strict,soft-f1"]
    together = json.loads(bench(*GIVEN, *given, *rules, "--json")[1])["files"]
    assert [card["predictions"] for card in together] == list(ANSWERS)
    for card in together:
        alone = json.loads(bench(*GIVEN, "-p", f"said/{card['predictions']}", *rules, "--json")[1])
        assert {key: alone[key] for key in card} == card


def test_a_folder_gives_only_files_that_may_be_predictions(home: Path, bench):
    (home / "said" / "README.md").write_text("Answers of three systems.\n")
    files = json.loads(bench(*GIVEN, "-p", "said", "--json")[1])["files"]
    assert [card["predictions"] for card in files] == list(ANSWERS)


def test_one_row_for_each_file_and_rule(home: Path, bench):
    out = bench(*GIVEN, "-p", "said", "--rules", "bird,strict")[1]
    rows = [line.split()[:2] for line in out.splitlines()[3:9]]
    assert rows == [[name, rule] for name in ANSWERS for rule in ("ex.bird", "ex.strict")]


def test_files_of_one_name_are_told_apart(home: Path, bench):
    (home / "more").mkdir()
    (home / "more" / "some.sql").write_bytes((home / "said" / "some.sql").read_bytes())
    out = bench(*GIVEN, "-p", "said/some.sql", "-p", "more/some.sql", "--json")[1]
    assert [card["predictions"] for card in json.loads(out)["files"]] == ["said/some.sql", "more/some.sql"]


def test_two_files_are_paired_question_by_question(home: Path, bench):
    card = json.loads(bench(*GIVEN, "-p", "said/some.sql", "--against", "said/other.sql", "--json")[1])
    contrast = card["against"][0]
    mine, theirs = set(RIGHT["some.sql"]), set(RIGHT["other.sql"])
    assert contrast["metric"] == "ex.test-suite"
    assert contrast["won"] == [IDS[place] for place in sorted(mine - theirs)]
    assert contrast["lost"] == [IDS[place] for place in sorted(theirs - mine)]
    whole = contrast["whole"]
    assert (whole["only_first"], whole["only_second"], whole["value"]) == (3, 3, 0.0)
    assert whole["p"] == pytest.approx(binomtest(3, 6).pvalue)
    by_database = contrast["parts"]["database"]
    assert by_database["films"]["value"] == -1.0
    assert by_database["pets"]["value"] == pytest.approx(2 / 4)
    assert sum(part["n"] for part in contrast["parts"]["difficulty"].values()) == 6


def test_a_pair_on_the_screen_names_both_and_the_flips(home: Path, bench):
    out = bench(*GIVEN, "-p", "said/some.sql", "--against", "said/other.sql")[1]
    assert "some.sql against other.sql" in out
    assert "lost by ex.test-suite: gold/0001, gold/0004, gold/0005" in out
    assert "won by ex.test-suite: gold/0000, gold/0002, gold/0003" in out
    assert "ex.test-suite by difficulty" in out


def test_a_file_against_itself_differs_in_nothing(home: Path, bench):
    out = bench(*GIVEN, "-p", "said/some.sql", "--against", "said/some.sql", "--json")[1]
    for contrast in json.loads(out)["against"]:
        assert (contrast["won"], contrast["lost"], contrast["whole"]["p"]) == ([], [], 1.0)


def test_the_screen_names_the_rule_of_correct_and_shows_what_a_quirk_earned(home: Path, bench):
    out = bench(*GIVEN, "-p", "said/some.sql")[1]
    assert (
        "6 questions by ex.test-suite: 3 correct, 1 unknown table or column, 1 syntax error, 1 wrong result"
        in out
    )
    assert "1 answer right under ex.test-suite only by a quirk of its script: two empty results" in out
    assert "(gold/0003)" in out


def test_rules_side_by_side_count_and_name_the_questions_they_disagree_on(home: Path, bench):
    out = bench(*GIVEN, "-p", "said/some.sql", "--rules", "ex.bird,strict")[1]
    assert "the rules disagree on 1 question\n" in out
    assert [line.split() for line in out.splitlines() if line.startswith("ex.bird   ")][-1] == [
        *("ex.bird", "ex.strict", "1", "gold/0003")
    ]


def test_a_cache_changes_nothing_but_what_is_run(home: Path, bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    plain = bench(*GIVEN, "-p", "said", "--json")
    assert not (home / "cache").exists()
    first = bench(*GIVEN, "-p", "said", "--json", "--cache")
    kept = list((home / "cache").rglob("*.sqlite"))
    assert kept
    assert all(path.stat().st_size > 0 for path in kept)
    assert plain == first == bench(*GIVEN, "-p", "said", "--json", "--cache")


def test_a_profile_counts_what_wrong_answers_do_otherwise(home: Path, bench):
    card = json.loads(bench(*GIVEN, "-p", "said/some.sql", "--profile", "--json")[1])
    wrong = {answer["id"]: answer["kinds"] for answer in card["profile"]["answers"]}
    assert sorted(wrong) == [IDS[1], IDS[4], IDS[5]]
    assert wrong[IDS[1]] == ["missing condition"]
    assert "wrong table" in wrong[IDS[5]]
    assert sum(card["profile"]["wrong"].values()) == 3
    out = bench(*GIVEN, "-p", "said/some.sql", "--profile")[1]
    assert "some.sql: what wrong answers do otherwise than gold" in out
    assert [line.split()[-1] for line in out.splitlines() if line.startswith("missing condition")] == ["1"]
