"""Turns see the questions before them, and never the gold of their own or of a later turn."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bench.methods import PromptSpec
from bench.prompts import FORMATS, Prompter
from bench.sets import opened
from bench.types import Dataset, Turn

TALKS = [
    {
        "database_id": "shop",
        "final": {"utterance": "Who paid most?", "query": "SELECT 'final'"},
        "interaction": [
            {"utterance": " List all sales. ", "query": "SELECT * FROM sale"},
            {"utterance": "Only the large ones.", "query": "SELECT * FROM sale WHERE price > 100"},
        ],
    },
    {
        "database_id": "shop",
        "interaction": [{"utterance": "你好，多少销售？", "query": "SELECT count(*) FROM sale"}],
    },
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("dev.json", "chase_dev.json", "tables.json"):
        (tmp_path / name).write_text(json.dumps(TALKS if name != "tables.json" else [{"db_id": "none"}]))
    (tmp_path / "tables.json").unlink()
    (tmp_path / "chase_tables.json").write_text(
        json.dumps(
            [
                {
                    "db_id": "shop",
                    "table_names_original": ["sale"],
                    "table_names": ["sale"],
                    "column_names_original": [[-1, "*"], [0, "price"]],
                    "column_names": [[-1, "*"], [0, "price"]],
                    "column_types": ["text", "number"],
                    "primary_keys": [],
                    "foreign_keys": [],
                }
            ]
        )
    )
    return tmp_path


@pytest.mark.parametrize("name", ["sparc", "cosql", "chase"])
def test_a_conversation_becomes_turns(root: Path, name: str):
    first, second, third = opened(name, root).load("dev").examples
    assert [one.id for one in (first, second, third)] == [
        f"{name}/dev/0000-0",
        f"{name}/dev/0000-1",
        f"{name}/dev/0001-0",
    ]
    assert (first.question, first.history) == ("List all sales.", ())
    assert second.history == (Turn("List all sales."),)
    assert second.gold == ("SELECT * FROM sale WHERE price > 100",)
    assert third.history == ()


def leaks(dataset: Dataset) -> list[str]:
    """Name the turns that say the gold of any turn of their conversation anywhere but in their gold."""
    talks: dict[str, list[str]] = {}
    for one in dataset.examples:
        talks.setdefault(one.id.rpartition("-")[0], []).extend(one.gold)
    found = []
    for one in dataset.examples:
        seen = repr(replace(one, gold=())) + repr(dataset.schema(one))
        if any(gold in seen for gold in talks[one.id.rpartition("-")[0]]):
            found.append(one.id)
    return found


def test_the_search_for_leaks_finds_one(root: Path):
    dataset = opened("sparc", root).load("dev")
    first, *rest = dataset.examples
    leaky = replace(first, history=(Turn("x", rest[0].gold[0]),))
    assert leaks(dataset) == []
    assert leaks(replace(dataset, examples=(leaky, *rest))) == [first.id]


@pytest.mark.shared
@pytest.mark.parametrize("name", ["sparc", "cosql"])
def test_no_real_turn_sees_gold(shared: Path, name: str):
    dataset = opened(name, shared / "data/spider_variants" / name).load("dev")
    assert sum(bool(one.history) for one in dataset.examples) > 700
    assert leaks(dataset) == []
    assert all(turn.sql is None for one in dataset.examples for turn in one.history)


@pytest.mark.parametrize("name", [name for name, known in FORMATS.items() if known.turns])
def test_no_prompt_of_any_format_says_gold(root: Path, name: str):
    place = root / "database/shop"
    place.mkdir(parents=True)
    with sqlite3.connect(place / "shop.sqlite") as database:
        database.execute("CREATE TABLE sale(price REAL)")
    database.close()
    dataset = opened("chase", root).load("dev")
    prompts = [Prompter(PromptSpec(format=name), dataset)(example) for example in dataset.examples]
    golds = [gold for example in dataset.examples for gold in example.gold]
    assert not [text for text in prompts if any(gold in text for gold in golds)]
    assert "Only the large ones." in prompts[1]
