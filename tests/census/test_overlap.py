"""Duplicates and contamination, against definitions written out by hand."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import pytest

from bench.census.overlap import ALIKE, NEAR, RUN, alike, pairs, seen, words
from bench.sets import opened
from bench.types import Column, Dataset, Example, Schema, Table


def ask(number: int, question: str, gold: str = "SELECT 1", db_id: str = "a") -> Example:
    return Example(str(number), db_id, question, (gold,))


LONG = "What are the names and the ages of all the singers who sang in the stadium of Bergen in 2014"


def test_words_of_a_text_and_of_chinese():
    assert words("How many_Singers?") == ["how", "many", "singers"]
    assert words("我们有多少singer？") == ["我", "们", "有", "多", "少", "singer"]


def test_near_duplicates_within_a_split_are_named_once():
    asked = [
        ask(1, LONG),
        ask(2, LONG.lower() + "?"),
        ask(3, "How many singers?"),
        ask(4, LONG.replace("2014", "2015")),
    ]
    found = {(one.first, one.second): one for one in pairs(asked, asked)}
    assert found.keys() == {("1", "2"), ("1", "4"), ("2", "4")}
    assert found["1", "2"].similarity == 1
    assert NEAR <= found["1", "4"].similarity < 1


def test_pairs_with_another_split_tell_database_and_gold():
    (found,) = pairs([ask(1, LONG, "SELECT  A", "x")], [ask(2, LONG, "select a", "y"), ask(3, "no")])
    assert (found.second, found.same_database, found.same_gold) == ("2", False, True)


@pytest.mark.shared
def test_the_hashing_finds_what_every_comparison_finds(shared: Path):
    examples = opened("spider", shared / "data/spider_dev").load("dev").examples[:400]
    parts = [
        frozenset(said) | {f"{a} {b}" for a, b in pairwise(said)}
        for said in (words(one.question) for one in examples)
    ]
    wanted = {
        (examples[a].id, examples[b].id)
        for a, b in combinations(range(len(examples)), 2)
        if len(parts[a] & parts[b]) / len(parts[a] | parts[b]) >= NEAR
    }
    assert wanted
    assert {(one.first, one.second) for one in pairs(examples, examples)} == wanted


def test_a_run_of_words_in_a_corpus_is_found_and_nothing_shorter():
    eight = " ".join(LONG.split()[2 : 2 + RUN])
    seven = " ".join(LONG.split()[2 : 1 + RUN])
    assert seen({"q": LONG}, [f"x {eight.upper()} y"]) == {"q": eight.lower()}
    assert seen({"q": LONG}, [f"x {seven} y", "and", "others"]) == {}
    assert seen({"q": "How many singers?"}, ["Tell me: how many singers are there"]) == {
        "q": "how many singers"
    }
    assert seen({"q": ""}, ["anything"]) == {}


def schema(db_id: str, *names: str) -> Schema:
    return Schema(db_id, (Table("t", tuple(Column(name) for name in names)),))


def holding(*schemas: Schema) -> Dataset:
    return Dataset("d", "dev", "", "", (), (), False, (), {one.db_id: one for one in schemas}, {}, "")


def test_schemas_that_share_half_of_their_columns_are_alike():
    found = alike(holding(schema("x", "a", "b", "c")), holding(schema("y", "A", "b", "d"), schema("z", "a")))
    assert found == [("x", "y", 0.5)]
    assert ALIKE == 0.5
