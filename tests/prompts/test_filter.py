"""What a question is about is found without gold, and keys that join what is kept stay."""

from __future__ import annotations

import pytest

from adapters.datasets.spider import Spider
from bench.methods import Filter, PromptSpec
from bench.prompts import Prompter
from bench.prompts.format import Match
from bench.prompts.match import Values
from bench.prompts.recall import needed, shown, summarize
from bench.prompts.relevance import Ranking, Relevance, narrowed
from bench.types import Column, Example, ForeignKey, Schema, Table
from tests.prompts.samples import WORLD, dataset, text, world


def asked(question: str, gold: str = "SELECT 1") -> Example:
    return Example("x", "world", question, (gold,))


def kept(question: str, path, **sizes: int) -> Schema:
    spec = PromptSpec(filter=Filter(**sizes))
    return Prompter(spec, dataset([asked(question)], WORLD, path)).prompt(asked(question)).schema


@pytest.mark.parametrize(
    "question, table",
    [
        ("What is the score of each grape?", "wine"),  # by the names of columns
        ("Which nations are there?", "land"),  # by the label of the table
        ("When was Aachen made a town?", "city"),  # by a value
        ("Tell me about the united states", "land"),  # by a value of two words
    ],
)
def test_the_best_table_is_the_one_that_is_meant(question: str, table: str, tmp_path) -> None:
    assert kept(question, world(tmp_path), tables=1).tables[0].name == table


def test_keys_stay_whatever_the_question_says(tmp_path) -> None:
    schema = kept(
        "The founded date of cities with the full name of the country", world(tmp_path), tables=2, columns=1
    )
    assert [(table.name, [column.name for column in table.columns]) for table in schema.tables] == [
        ("city", ["id", "country", "founded"]),
        ("land", ["code", "Full Name"]),
    ]
    assert schema.foreign_keys == WORLD.foreign_keys


def test_a_key_to_a_table_that_goes_goes_too() -> None:
    ranking = Ranking(
        {"city": 2.0, "land": 0.0, "wine": 1.0},
        {(table.name, column.name): 0.0 for table in WORLD.tables for column in table.columns},
    )
    schema = narrowed(WORLD, ranking, 2, 2)
    assert [table.name for table in schema.tables] == ["city", "wine"]
    assert schema.foreign_keys == ()
    assert [column.name for column in schema.tables[0].columns] == ["id", "name"]


def test_a_table_between_two_that_are_meant_gains_by_them() -> None:
    tables = tuple(Table(name, (Column("id"),)) for name in ("pilot", "xyzzy", "unrelated", "plane"))
    joins = (ForeignKey("xyzzy", "id", "pilot", "id"), ForeignKey("xyzzy", "id", "plane", "id"))
    ranking = Relevance(Schema("air", tables, joins), []).rank("Which pilots flew which planes?")
    assert ranking.tables["pilot"] > ranking.tables["xyzzy"] > ranking.tables["unrelated"] == 0


def test_a_question_of_nothing_but_small_words_keeps_the_first_tables(tmp_path) -> None:
    assert kept("How many are there?", world(tmp_path), tables=1).tables[0].name == "city"


def test_values_are_found_by_whole_words() -> None:
    values = Values(
        [
            Match("t", "a", "New York"),
            Match("t", "b", "York"),
            Match("t", "a", "the"),
            Match("t", "a", "F"),
            Match("u", "c", "YORK"),
            Match("t", "a", "東京"),
        ]
    )

    def found(question: str, limit: int = 9) -> list[str]:
        return [match.value for match in values.mentioned(question, limit)]

    assert found("Shops in new york, or the f ones?") == ["New York"]
    assert found("Shops in York?") == ["York", "YORK"]
    assert found("Yorkshire") == []
    assert found("york york", 1) == ["York"]
    assert found("在東京有多少家商店?") == ["東京"]


def test_what_gold_needs() -> None:
    sql = "SELECT T1.NAME FROM City AS T1 JOIN land ON T1.country = land.code WHERE land.[full name] = 'x'"
    assert needed(sql, WORLD) == {
        ("city", ""),
        ("city", "name"),
        ("city", "country"),
        ("land", ""),
        ("land", "code"),
        ("land", "full name"),
    }
    assert needed("SELECT FROM WHERE (", WORLD) is None
    assert ("wine", "grape") in shown(WORLD)


def test_recall_by_hand(tmp_path) -> None:
    golds = ("SELECT grape FROM wine", "SELECT name, founded FROM city JOIN land", "SELECT ((", "SELECT 1")
    examples = [asked("Cities and when they were founded", gold) for gold in golds]
    data = dataset(examples, WORLD, world(tmp_path))
    prompter = Prompter(PromptSpec(filter=Filter(tables=1, columns=1)), data)
    prompts = [prompter.prompt(example) for example in examples]
    assert [column.name for column in prompts[0].schema.tables[0].columns] == ["id", "founded"]
    summary = summarize(examples, [WORLD] * 4, prompts)
    assert (summary.prompts, summary.unread, summary.dropped, summary.truncated) == (4, 1, 0, 0)
    assert summary.tables == pytest.approx((0 + 1 / 2 + 1) / 3)
    assert summary.columns == pytest.approx((0 + 1 / 2 + 1) / 3)


def test_the_same_prompt_every_time(tmp_path) -> None:
    spec = PromptSpec(format="codes", filter=Filter(tables=2, columns=2))
    path = world(tmp_path)
    question = asked("Is New York in Great Britain?")
    assert text(spec, question, WORLD, path) == text(spec, question, WORLD, path)


def test_recall_on_spider(shared) -> None:
    """Half of the columns hold 97 % of what the gold of Spider dev needs."""
    data = Spider(shared / "data" / "spider_dev").load("dev")
    prompter = Prompter(PromptSpec(filter=Filter(tables=3, columns=5)), data)
    prompts = [prompter.prompt(example) for example in data.examples]
    schemas = [data.schema(example) for example in data.examples]
    summary = summarize(data.examples, schemas, prompts)
    assert summary.unread == 0
    assert summary.tables == pytest.approx(0.9876, abs=0.003)
    assert summary.columns == pytest.approx(0.9690, abs=0.003)
    share = sum(len(shown(prompt.schema)) for prompt in prompts) / sum(
        len(shown(schema)) for schema in schemas
    )
    assert share < 0.6
