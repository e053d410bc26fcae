"""Where the gold or its database is at fault, the screen says so, and no prediction is blamed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bench.store import read_lines
from bench.types import Verdict
from tests.scoring.said import GIVEN


def asks(home: Path, *golds: str) -> None:
    """Let the gold file ask these of ``pets``, and be answered with the same."""
    (home / "gold.sql").write_text("".join(f"{sql}\tpets\n" for sql in golds))
    (home / "same.sql").write_text("".join(f"{sql}\n" for sql in golds))


@pytest.mark.parametrize("damage", ["empty", "truncated", "foreign"])
def test_a_damaged_file_of_a_test_suite_is_named_and_nothing_is_published(home: Path, bench, damage: str):
    whole, other = home / "db/pets/pets.sqlite", home / "db/pets/pets_2.sqlite"
    other.write_bytes({"empty": b"", "truncated": whole.read_bytes()[:3000], "foreign": b""}[damage])
    if damage == "foreign":
        with closing(sqlite3.connect(other)) as database:
            database.execute("CREATE TABLE plant (name TEXT)")
    code, out, said = bench(*GIVEN, "-p", "said/gold.sql", "--rules", "bird,test-suite", "--junit", "x.xml")
    assert code == 1
    assert "6 questions by ex.bird: 4 database corrupt (infrastructure), 2 correct" in out
    assert "warning: database corrupt (infrastructure): pets/pets_2.sqlite\n" in said
    assert "4 questions could not be judged" in said
    assert 'failures="0" errors="4"' in (home / "x.xml").read_text()
    code, out, _ = bench(*GIVEN, "--gold-check", "--rules", "test-suite")
    assert (code, "  pets: 4 golds [db_corrupt: pets_2.sqlite: " in out) == (1, True)


def test_damage_that_only_a_prediction_meets_is_named_too(home: Path, bench):
    asks(home, "SELECT name FROM pet", "SELECT count(*) FROM pet")
    path = home / "db/pets/pets.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript("CREATE TABLE vet (name TEXT); INSERT INTO vet VALUES ('Rex'), ('Tom')")
        ((size,),) = database.execute("PRAGMA page_size")
        ((page,),) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'vet'")
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)
    (home / "vets.sql").write_text("SELECT name FROM vet\nSELECT count(*) FROM pet\n")
    rules = ("--rules", "test-suite,em.modern")
    code, out, said = bench(*GIVEN, "-p", "same.sql", "-p", "vets.sql", *rules, "--junit", "x.xml")
    assert code == 1
    assert "vets.sql: 2 questions by ex.test-suite: 1 correct, 1 database corrupt (infrastructure)" in out
    assert "warning: database corrupt (infrastructure): pets\n" in said
    assert "1 question could not be judged" in said
    assert 'vets.sql by ex.test-suite" tests="2" failures="0" errors="1"' in (home / "x.xml").read_text()
    code, out, _ = bench(*GIVEN, "-p", "vets.sql", *rules, "--json")
    assert (code, json.loads(out)["spoiled"]) == (1, {"pets: db_corrupt": 1})
    assert bench(*GIVEN, "-p", "same.sql", *rules)[0] == 0


def test_a_gold_that_fails_is_named_and_its_answer_is_not_blamed(home: Path, bench):
    asks(home, "SELECT nme FROM pet", "SELECT count(*) FROM pet")
    (home / "same.sql").write_text("SELECT name FROM pet\nSELECT 6\n")
    code, out, said = bench(*GIVEN, "-p", "same.sql", "--rules", "ex.test-suite,ex.bird")
    assert code == 0
    assert "2 questions by ex.test-suite: 1 gold failed, 1 wrong result" in out
    assert "gold of 1 question failed, which counts as a wrong answer (gold/0000)" in said
    card = json.loads(bench(*GIVEN, "-p", "same.sql", "--json")[1])
    assert (card["gold_failed"], card["outcomes"]) == (["gold/0000"], {"gold_failed": 1, "wrong_result": 1})


def test_a_gold_outside_the_grammar_is_said_wherever_it_costs_a_point(home: Path, bench):
    unread = "SELECT name FROM pet WHERE age IS NULL"
    asks(home, unread, "SELECT count(*) FROM pet")
    for rule in ("em.spider", "ex.spider"):
        out = bench(*GIVEN, "-p", "same.sql", "--rules", rule, "--out", "x.jsonl")[1]
        assert f"{rule}: the official grammar cannot read the gold of 1 question" in out
        first, second = read_lines(home / "x.jsonl", Verdict)
        assert (first.metrics, second.metrics) == ({rule: False}, {rule: True})
        assert first.reason.startswith("the official grammar cannot read the gold")
        assert f"{rule}: {first.reason}" in first.notes
    out = bench(*GIVEN, "--gold-check")[1]
    assert f"[ex.spider, em.spider, em.test-suite] {unread}" in out.partition("1 unread: ")[2]
    assert "0 refused: " in out
    assert out.splitlines()[-1] == "2 golds, 1 sound; 1 unread, 1 empty"


def test_spiders_own_rule_says_why_it_runs_nothing(home: Path, bench):
    asks(home, *["SELECT name FROM pet"] * 3)
    said = (
        "SELECT name AS n FROM pet AS p WHERE age IS NOT NULL",
        "SELECT age FROM pet",
        "SELECT name FROM pet",
    )
    (home / "p.sql").write_text("\n".join(said) + "\n")
    out = bench(*GIVEN, "-p", "p.sql", "--rules", "ex.spider,ex.bird", "--out", "x.jsonl")[1]
    assert "ex.spider: the official grammar cannot read 1 prediction (gold/0000)" in out
    assert [verdict.reason for verdict in read_lines(home / "x.jsonl", Verdict)] == [
        "the official grammar cannot read the prediction",
        "it shows other columns than gold",
        "",
    ]
