"""Prompts: the published text byte for byte, and each format by hand."""

from __future__ import annotations

import re

import pytest

from bench.errors import ConfigError
from bench.methods import PromptSpec
from bench.prompts import FORMATS, answer, prompt_id, render
from bench.types import Column, Example, ForeignKey, Schema, Table, Turn

SCHEMA = Schema(
    "concert_singer",
    (
        Table(
            "stadium",
            tuple(
                Column(name)
                for name in ("Stadium_ID", "Location", "Name", "Capacity", "Highest", "Lowest", "Average")
            ),
            ("Stadium_ID",),
        ),
        Table(
            "singer",
            tuple(
                Column(name)
                for name in (
                    "Singer_ID",
                    "Name",
                    "Country",
                    "Song_Name",
                    "Song_release_year",
                    "Age",
                    "Is_male",
                )
            ),
            ("Singer_ID",),
        ),
        Table(
            "concert",
            tuple(Column(name) for name in ("concert_ID", "concert_Name", "Theme", "Stadium_ID", "Year")),
            ("concert_ID",),
        ),
        Table("singer_in_concert", (Column("concert_ID"), Column("Singer_ID")), ("concert_ID", "Singer_ID")),
    ),
    (
        ForeignKey("concert", "Stadium_ID", "stadium", "Stadium_ID"),
        ForeignKey("singer_in_concert", "Singer_ID", "singer", "Singer_ID"),
        ForeignKey("singer_in_concert", "concert_ID", "concert", "concert_ID"),
    ),
)
QUESTION = Example(
    "dev/0", "concert_singer", "How many singers do we have?", ("SELECT count(*) FROM singer",)
)
SMALL = Schema(
    "shop",
    (
        Table("item", (Column("id", "INTEGER"), Column("unit price", "REAL")), ("id",)),
        Table("sale", (Column("item", "INTEGER"),)),
    ),
    (ForeignKey("sale", "item", "item", "id"),),
)
TALK = Example(
    "t/1",
    "shop",
    "Only the\nexpensive ones.",
    ("SELECT 1",),
    evidence="expensive means above 10",
    history=(Turn("List the items.", "SELECT * FROM item"), Turn("Sorted.")),
)


def test_dbgpthub_matches_the_published_text(design) -> None:
    blocks = re.findall(r"```\n(.*?)```", (design / "design" / "prompts.md").read_text(), re.DOTALL)
    wrapper, schema = blocks[0], blocks[1].rstrip("\n")
    published = wrapper.removesuffix("\n").format(instruction=schema, input=QUESTION.question)
    assert render(PromptSpec(format="dbgpthub"), QUESTION, SCHEMA) == published


def test_dbgpthub_keeps_braces_of_a_question() -> None:
    question = Example("x", "shop", "What is {this}?", ("SELECT 1",))
    assert "\n###Input:\nWhat is {this}?\n\n###Response: " in render(
        PromptSpec(format="dbgpthub"), question, SMALL
    )


def test_compact() -> None:
    assert render(PromptSpec(), TALK, SMALL) == (
        "item(id, unit price)\n"
        "sale(item)\n"
        "sale.item = item.id\n"
        "Evidence: expensive means above 10\n"
        "Question: List the items.\n"
        "SQL: SELECT * FROM item\n"
        "Question: Sorted.\n"
        "Question: Only the expensive ones.\n"
        "SQL:"
    )


def test_ddl() -> None:
    assert render(PromptSpec(format="ddl"), TALK, SMALL) == (
        "CREATE TABLE item (\n"
        "  id INTEGER,\n"
        '  "unit price" REAL,\n'
        "  PRIMARY KEY (id)\n"
        ");\n\n"
        "CREATE TABLE sale (\n"
        "  item INTEGER,\n"
        "  FOREIGN KEY (item) REFERENCES item(id)\n"
        ");\n\n"
        "-- Evidence: expensive means above 10\n"
        "-- Question: List the items.\n"
        "SELECT * FROM item\n"
        "-- Question: Sorted.\n"
        "-- Question: Only the expensive ones.\n"
    )


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_gold_never_shows(name: str) -> None:
    example = Example("x", "shop", "What?", ("SELECT planted FROM gold",))
    assert "planted" not in render(PromptSpec(format=name), example, SMALL)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_answers_are_parted_from_prompts_by_white_space(name: str) -> None:
    prompt = render(PromptSpec(format=name), QUESTION, SCHEMA)
    whole = prompt + answer(prompt, "SELECT 1")
    assert re.search(r"\sSELECT 1$", whole)
    assert not re.search(r"[ ]{2}SELECT 1$", whole)


def test_ids_differ_by_format() -> None:
    assert len({prompt_id(PromptSpec(format=name)) for name in FORMATS}) == len(FORMATS)


def test_unknown_format_is_named_with_near_misses() -> None:
    with pytest.raises(ConfigError, match="did you mean 'compact'"):
        prompt_id(PromptSpec(format="compct"))


def test_sample_rows_are_refused_rather_than_ignored() -> None:
    with pytest.raises(ConfigError, match="rows"):
        render(PromptSpec(rows=2), QUESTION, SCHEMA)
