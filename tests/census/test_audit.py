"""An audit of a folder with planted faults finds each of them, and nothing else."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from bench.census.audit import audit
from bench.census.page import markdown, summary
from bench.errors import ConfigError
from bench.registry import names
from bench.sets import opened
from bench.sets.add import add
from bench.sets.notes import notes, notes_of
from tests.command import bench

QUESTION = "What are the names of all the items that cost more than two crowns in the shop"


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A folder in Spider's layout: each question but the first has a fault."""
    root = tmp_path / "faulty"
    (root / "database/shop").mkdir(parents=True)
    with sqlite3.connect(root / "database/shop/shop.sqlite") as database:
        database.executescript(
            "CREATE TABLE item(id INTEGER PRIMARY KEY, price REAL); CREATE TABLE extra(a);"
            "INSERT INTO item VALUES (1, 2.5), (2, 3.5), (3, 3.5)"
        )
    database.close()
    table = {
        "db_id": "shop",
        "table_names_original": ["item", "gone"],
        "table_names": ["item", "gone"],
        "column_names_original": [[-1, "*"], [0, "id"], [0, "cost"], [1, "x"]],
        "column_names": [[-1, "*"], [0, "id"], [0, "cost"], [1, "x"]],
        "column_types": ["text", "number", "number", "text"],
        "primary_keys": [1],
        "foreign_keys": [[1, 3]],
    }
    (root / "tables.json").write_text(json.dumps([table]))
    golds = [
        "SELECT count(*) FROM item",
        "SELECT nothing FROM item",
        "SELECT id FROM item WHERE price > 9",
        "SELECT id FROM item ORDER BY price DESC LIMIT 1",
        "SELECT max(price) FROM item",
    ]
    questions = ["How many?", "Nothing?", QUESTION, "The dearest?", QUESTION + "?"]
    items = [
        {"db_id": "shop", "question": question, "query": gold}
        for question, gold in zip(questions, golds, strict=True)
    ]
    (root / "dev.json").write_text(json.dumps(items))
    others = ["SELECT  COUNT(*) from item;", *golds[1:4], "SELECT min(price) FROM item"]
    (root / "dev_gold.sql").write_text("".join(f"{gold}\tshop\n" for gold in others))
    (root / "train_spider.json").write_text(json.dumps(items[:1]))
    (root / "train_others.json").write_text(json.dumps(items[3:4]))
    return root


def test_the_rule_that_cannot_read_a_gold_is_named(faulty: Path):
    asked = json.loads((faulty / "dev.json").read_text())[:1]
    (faulty / "dev.json").write_text(
        json.dumps([{**asked[0], "query": "WITH one AS (SELECT id FROM item) SELECT count(*) FROM one"}])
    )
    (faulty / "dev_gold.sql").unlink()
    found = audit(opened("spider", faulty), "dev", workers=1)
    (unread,) = [line for line in summary(found) if ": unread: " in line]
    assert unread.endswith("(em.spider: 1)")
    assert unread.strip() in markdown(found, "bench")


def test_every_planted_fault_is_found(faulty: Path, tmp_path: Path):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text(f"once\n{QUESTION} they said\n")
    found = audit(opened("spider", faulty), "dev", [str(corpus)], workers=1)
    kinds = {(one.kind, one.example_id[-1]) for one in found.golds}
    assert kinds == {("fails", "1"), ("empty", "2"), ("cut", "3")}
    assert [(one.example_id[-1], one.same_rows) for one in found.differing] == [("4", False)]
    assert [fault for _, fault in found.schemas] == [
        "table gone is described, but not in the database",
        "table extra is in the database, but not described",
        "column item.cost is described, but not in the database",
        "column item.price is in the database, but not described",
        "item.id refers to gone.x, which is not there",
    ]
    assert [(one.first[-1], one.second[-1]) for one in found.within] == [("2", "4")]
    train, text = found.overlaps
    assert {(one.first[-1], one.second[-1]) for one in train.pairs} == {("0", "0"), ("3", "1")}
    assert [key[-1] for key in text.seen] == ["2", "4"]
    assert len(found.dataset.examples) == 5
    page = markdown(found, "bench data check")
    assert "SELECT" not in page
    assert QUESTION not in page
    assert all(line.strip() in page for line in summary(found))


def test_what_is_named_twice_is_looked_at_once(faulty: Path):
    add("spider", faulty)
    found = audit(opened("spider"), "dev", ["spider:train", "spider", "mini"], workers=1)
    assert [one.other for one in found.overlaps] == ["spider train", "mini train"]
    for other, said in (("spider:dev", "is what is checked"), ("spidre", "did you mean 'spider'")):
        with pytest.raises(ConfigError, match=f"(?s)--against: .*{said}"):
            audit(opened("spider"), "dev", [other], workers=1)


def test_the_command_line_writes_the_report_it_names(faulty: Path, tmp_path: Path):
    words = ("--data", faulty, "--workers", 1, "--out", "found.md", "--json")
    done = bench("data", "check", "spider", *words, cwd=tmp_path)
    assert json.loads(done.stdout)["n"] == 5
    assert (
        "$ bench data check spider --data DIR --split dev --out found.md"
        in (tmp_path / "found.md").read_text()
    )


def test_notes_are_read_and_name_questions_that_exist():
    every = {name: notes(name) for name in names("datasets")}
    assert {name for name, found in every.items() if found} >= {"spider", "bird"}
    for name, found in every.items():
        assert all(
            note.id.startswith((f"{name}/", "bird/")) and note.defect and note.source for note in found
        )
        assert len({note.id for note in found}) == len(found)


@pytest.mark.shared
def test_the_noted_defects_are_those_of_the_real_sets(shared: Path):
    bird = opened("bird", shared / "data/bird/bird_dev")
    dev = {one.id: one for one in bird.load("dev").examples}
    lite = {
        one.id: one for one in opened("bird", shared / "data/bird/bird_minidev").load("mini-dev").examples
    }
    assert {note.id for note in notes("bird")} <= dev.keys() | lite.keys()
    assert notes_of(bird.load("dev")).keys() == {note.id for note in notes("bird")} & dev.keys()
    without = opened("bird-no-evidence", shared / "data/bird/bird_dev").load("dev")
    assert "bird-no-evidence/dev/0937" in notes_of(without)
    assert "AustChineseralian" in dev["bird/dev/0937"].question
    assert "AustChineseralian" in lite["bird/mini-dev/0937"].question
