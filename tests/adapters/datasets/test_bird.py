"""BIRD's folder: read as it is, and named where something is missing."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from adapters.datasets.bird import Bird
from bench.answers import read
from bench.errors import ConfigError, DataError
from bench.execute import Executor
from bench.judge.judge import judge
from bench.registry import find
from bench.types import ForeignKey, Prediction, Status

ITEMS = [
    {
        "question_id": 1471,
        "db_id": "shop",
        "question": "How many customers are there? ",
        "evidence": "a customer is a row of customer",
        "SQL": "SELECT count(*) FROM customer",
        "difficulty": "simple",
    },
    {
        "question_id": 3,
        "db_id": "gone",
        "question": "What was there?",
        "evidence": "",
        "SQL": "SELECT 1",
        "difficulty": "challenging",
    },
]
TABLES = [
    {
        "db_id": "shop",
        "table_names_original": ["customer", "sale"],
        "table_names": ["customer", "sale"],
        "column_names_original": [[-1, "*"], [0, "Id"], [1, "Customer Id"]],
        "column_names": [[-1, "*"], [0, "number"], [1, "customer"]],
        "column_types": ["text", "integer", "integer"],
        "primary_keys": [1],
        "foreign_keys": [[2, 1]],
    }
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two questions: one on a database that is there, one on a database that is not."""
    for name in ("dev.json", "mini_dev_sqlite.json"):
        (tmp_path / name).write_text(json.dumps(ITEMS))
    (tmp_path / "dev_tables.json").write_text(json.dumps(TABLES))
    folder = tmp_path / "dev_databases" / "shop"
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / "shop.sqlite")
    connection.executescript(
        "CREATE TABLE customer(Id INTEGER PRIMARY KEY); CREATE TABLE sale('Customer Id' INTEGER);"
        "INSERT INTO customer VALUES (1), (2)"
    )
    connection.close()
    return tmp_path


def test_a_question_with_evidence_and_difficulty(root: Path):
    dataset = Bird(root).load("mini-dev")
    first, second = dataset.examples
    assert (first.id, first.difficulty, first.gold) == ("bird/mini-dev/1471", "simple", (ITEMS[0]["SQL"],))
    assert (first.question, first.evidence) == (
        "How many customers are there?",
        "a customer is a row of customer",
    )
    assert (second.id, second.difficulty) == ("bird/mini-dev/0003", "challenging")
    assert dataset.rules == ("bird",)
    assert dataset.levels == ("simple", "moderate", "challenging")
    schema = dataset.schema(first)
    assert [table.name for table in schema.tables] == ["customer", "sale"]
    assert schema.foreign_keys == (ForeignKey("sale", "Customer Id", "customer", "Id"),)


def test_a_database_that_is_missing_is_named_and_the_others_are_judged(root: Path):
    dataset = Bird(root).load("dev")
    said = [
        Prediction(example.id, sql, sql)
        for example, sql in zip(dataset.examples, ["SELECT 2"] * 2, strict=True)
    ]
    with Executor(workers=1) as executor:
        first, second = judge(dataset, said, ["ex.bird"], executor)
    assert first.metrics["ex.bird"]
    assert second.gold.status is Status.DB_MISSING
    assert dataset.databases["gone"] == root / "dev_databases/gone/gone.sqlite"


def test_descriptions_of_columns_are_read_whatever_their_encoding(root: Path):
    folder = root / "dev_databases/shop/database_description"
    folder.mkdir()
    head = "original_column_name,column_name,column_description,data_format,value_description\n"
    (folder / "Customer.csv").write_bytes(
        (head + "Id,,the caf\u00e9's number,integer,from 1\n").encode("cp1252")
    )
    (folder / "sale.csv").write_bytes((head + "Customer Id,,who bought,integer,\n").encode("utf-8-sig"))
    tables = Bird(root).load("dev").schemas["shop"].tables
    assert [column.description for table in tables for column in table.columns] == [
        "the caf\u00e9's number; from 1",
        "who bought",
    ]


def test_tables_json_serves_as_well(root: Path):
    (root / "dev_tables.json").rename(root / "tables.json")
    assert Bird(root).load("dev").schemas["shop"].tables[0].columns[0].label == "number"


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda root: (root / "dev_tables.json").unlink(), "has no dev_tables.json"),
        (lambda root: (root / "dev.json").unlink(), "has no dev.json"),
        (lambda root: (root / "dev.json").write_text("{}"), "is no list"),
        (lambda root: (root / "dev.json").write_text('[{"db_id": "shop"}]'), "question 0 has no usable"),
    ],
)
def test_what_is_missing_or_damaged_is_named(root: Path, spoil: Any, said: str):
    spoil(root)
    with pytest.raises(DataError, match=said):
        Bird(root).load("dev")


def test_no_folder_and_no_such_split(root: Path):
    with pytest.raises(DataError, match="not installed"):
        Bird(None)
    with pytest.raises(ConfigError, match="unknown split 'test'"):
        Bird(root).load("test")


def test_the_fingerprint_follows_the_rows(root: Path):
    before = Bird(root).load("dev").fingerprint
    assert Bird(root).load("dev").fingerprint == before
    connection = sqlite3.connect(root / "dev_databases/shop/shop.sqlite")
    connection.execute("INSERT INTO customer VALUES (3)")
    connection.commit()
    connection.close()
    assert Bird(root).load("dev").fingerprint != before


def test_the_fingerprint_follows_the_evidence(root: Path):
    before = Bird(root).load("dev").fingerprint
    (root / "dev.json").write_text(json.dumps([{**ITEMS[0], "evidence": "another"}, ITEMS[1]]))
    assert Bird(root).load("dev").fingerprint != before


def test_archives_that_were_unpacked_side_by_side(root: Path, tmp_path_factory: pytest.TempPathFactory):
    both = tmp_path_factory.mktemp("bird")
    (both / "dev_20240627").symlink_to(root)
    train = both / "train"
    (train / "train_databases").mkdir(parents=True)
    (train / "train_databases/shop").symlink_to(root / "dev_databases/shop")
    (train / "train.json").write_text(json.dumps([{**ITEMS[0], "question": "And in train?"}]))
    (train / "train_tables.json").write_text(json.dumps([{**TABLES[0], "table_names": ["buyer", "sale"]}]))
    for split, question, label in (
        ("dev", "How many customers are there?", "customer"),
        ("train", "And in train?", "buyer"),
    ):
        dataset = Bird(both).load(split)
        first = dataset.examples[0]
        assert (first.question, dataset.schema(first).tables[0].label) == (question, label)
        assert dataset.databases["shop"].is_file()


def test_predictions_by_position_and_by_the_number_of_a_question(root: Path):
    dataset = Bird(root).load("mini-dev")
    by_place = root / "answers.json"
    by_place.write_text(
        json.dumps({"0": "SELECT 1\t----- bird -----\tshop", "1": "SELECT 2\t----- bird -----\tgone"})
    )
    assert [line.sql for line in read(by_place, dataset)] == ["SELECT 1", "SELECT 2"]
    by_number = root / "answers.jsonl"
    by_number.write_text('{"question_id": 3, "sql": "SELECT 3"}\n{"question_id": 1471, "sql": "SELECT 4"}\n')
    found = {line.example_id: line.sql for line in read(by_number, dataset)}
    assert found == {"bird/mini-dev/0003": "SELECT 3", "bird/mini-dev/1471": "SELECT 4"}
    by_number.write_text('{"question_id": 0, "sql": "SELECT 3"}\n{"question_id": 1471, "sql": "SELECT 4"}\n')
    with pytest.raises(DataError, match="for question_id '0', which is no example"):
        read(by_number, dataset)


@pytest.mark.shared
def test_the_real_dev_set(shared: Path):
    dataset = find("datasets", "bird")(shared / "data/bird/bird_dev").load("dev")  # type: ignore[operator]
    counts = Counter(example.difficulty for example in dataset.examples)
    assert counts == {"simple": 925, "moderate": 464, "challenging": 145}
    assert len(dataset.databases) == 11
