"""Prompts: the published text byte for byte, and each format by hand."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace

import pytest

from bench.errors import ConfigError
from bench.methods import PromptSpec
from bench.prompts import FORMATS, Prompter, answer
from bench.sets import opened
from bench.types import Example, Schema
from tests.prompts.samples import QUESTION, SCHEMA, SMALL, TALK, WORLD, text, world

ALONE = replace(TALK, history=())

DESCRIBED = replace(WORLD.tables[0].columns[2], description="ISO code of the country")
FOUNDED = WORLD.tables[0].columns[3]


def about(question: str, **more: str) -> Example:
    """Ask something of the small database."""
    return Example("x", "world", question, ("SELECT 1",), **more)


def test_dbgpthub_matches_the_published_text(design) -> None:
    blocks = re.findall(r"```\n(.*?)```", (design / "design" / "prompts.md").read_text(), re.DOTALL)
    wrapper, schema = blocks[0], blocks[1].rstrip("\n")
    published = wrapper.removesuffix("\n").format(instruction=schema, input=QUESTION.question)
    assert text(PromptSpec(format="dbgpthub"), QUESTION, SCHEMA) == published


def test_dbgpthub_keeps_braces_of_a_question() -> None:
    question = Example("x", "shop", "What is {this}?", ("SELECT 1",))
    assert "\n###Input:\nWhat is {this}?\n\n###Response: " in text(
        PromptSpec(format="dbgpthub"), question, SMALL
    )


def test_compact() -> None:
    assert text(PromptSpec(), TALK, SMALL) == (
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
    assert text(PromptSpec(format="ddl"), TALK, SMALL) == (
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


def test_compact_shows_rows_under_their_table(tmp_path) -> None:
    shown = text(PromptSpec(rows=2), about("?"), WORLD, world(tmp_path))
    assert shown == (
        "city(id, name, country, founded)\n"
        "  3 | York | GB | 0071-01-01\n"
        "  5 | New York | US | 1624-05-01\n"
        "land(code, Full Name)\n"
        "  DE | Germany\n"
        "  GB | Great Britain\n"
        "wine(grape, score)\n"
        "  Ri|\N{REPLACEMENT CHARACTER} | 91.5\n"
        "  a grape with a name of thirty characters | 3.0\n"
        "city.country = land.code\n"
        "Question: ?\n"
        "SQL:"
    )


def test_ddl_shows_rows_in_a_comment_they_cannot_end(tmp_path) -> None:
    path = world(tmp_path)
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM wine")
        database.execute("INSERT INTO wine VALUES ('red */ DROP', NULL)")
    database.close()
    shown = text(PromptSpec(format="ddl", rows=3), about("?"), WORLD, path)
    assert "\n);\n/* 1 rows:\ngrape | score\nred * / DROP | NULL\n*/\n\n-- Question: ?\n" in shown


def test_ddl_in_the_wrapper_of_dbgpthub() -> None:
    shown = text(PromptSpec(format="ddl", wrapper="dbgpthub", evidence=True), ALONE, SMALL)
    assert "\n\n###Instruction:\nCREATE TABLE item (\n" in shown
    assert shown.endswith(
        "(id)\n);\n\n###Input:\nexpensive means above 10\nOnly the\nexpensive ones.\n\n###Response: "
    )


@pytest.mark.parametrize("spec", [{"format": "dbgpthub", "wrapper": "bare"}, {"wrapper": "dbgpthub"}])
def test_earlier_turns_are_refused_where_they_have_no_place(spec: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="no place for earlier turns"):
        text(PromptSpec(**spec), TALK, SMALL)


def test_dbgpthub_without_its_wrapper() -> None:
    assert text(PromptSpec(format="dbgpthub", wrapper="bare"), ALONE, SMALL) == (
        "shop contains tables such as item, sale. Table item has columns such as id, unit price. "
        "id is the primary key. Table sale has columns such as item. "
        "The item of sale is the foreign key of id of item.\nOnly the\nexpensive ones.\n"
    )


def test_codes(tmp_path) -> None:
    asked = about("How many cities of new york or great britain?", evidence="old means\nbefore 1700")
    assert text(PromptSpec(format="codes"), asked, WORLD, world(tmp_path)) == (
        "database schema :\n"
        "table city , columns = [ city.id ( integer | primary key | values : 3 , 5 ) , "
        "city.name ( text | values : York , New York ) , "
        "city.country ( text | comment : country of the city | values : GB , US ) , "
        "city.founded ( date | values : 0071-01-01 , 1624-05-01 ) ]\n"
        "table land ( comment : nation ) , columns = [ "
        "land ( comment : nation ).code ( text | primary key | values : DE , GB ) , "
        "land ( comment : nation ).`full name` ( text | values : Germany , Great Britain ) ]\n"
        "table wine , columns = [ wine.grape ( text | values : Ri|\N{REPLACEMENT CHARACTER} ) , "
        "wine.score ( real | values : 91.5 , 3.0 ) ]\n"
        "foreign keys :\n"
        "city.country = land.code\n"
        "matched contents :\n"
        "city.name ( New York )\n"
        "land.`full name` ( Great Britain )\n"
        "old means before 1700 How many cities of new york or great britain?\n"
    )


def test_codes_says_none_where_nothing_matches_or_joins(tmp_path) -> None:
    alone = Schema("world", WORLD.tables[2:])
    shown = text(PromptSpec(format="codes"), about("How many?"), alone, world(tmp_path))
    assert shown.endswith(" ]\nforeign keys : None\nmatched contents : None\nHow many?\n")


def test_m_schema(tmp_path) -> None:
    spec = PromptSpec(format="m-schema", descriptions=True)
    tables = (replace(WORLD.tables[0], columns=(*WORLD.tables[0].columns[:2], DESCRIBED, FOUNDED)),)
    schema = Schema("world", (*tables, *WORLD.tables[1:]), WORLD.foreign_keys)
    assert text(spec, about("How many?", evidence="a hint"), schema, world(tmp_path)) == (
        "【DB_ID】 world\n"
        "【Schema】\n"
        "# Table: city\n"
        "[\n"
        "(id:INTEGER, Primary Key, Examples: [3, 5, 9]),\n"
        "(name:TEXT, Examples: [York, New York, Aachen]),\n"
        "(country:TEXT, ISO code of the country, Examples: [GB, US, DE]),\n"
        "(founded:DATE, Examples: [0071-01-01])\n"
        "]\n"
        "# Table: land, nation\n"
        "[\n"
        "(code:TEXT, Primary Key, Examples: [DE, GB, US]),\n"
        "(Full Name:TEXT, Examples: [Germany, Great Britain, United States])\n"
        "]\n"
        "# Table: wine\n"
        "[\n"
        "(grape:TEXT, Examples: [Ri|\N{REPLACEMENT CHARACTER}]),\n"
        "(score:REAL, Examples: [91.5, 3.0])\n"
        "]\n"
        "【Foreign keys】\n"
        "city.country=land.code\n"
        "【Evidence】\n"
        "a hint\n"
        "【Question】\n"
        "How many?\n"
    )


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_evidence_is_shown_when_told_to_and_only_then(name: str, tmp_path) -> None:
    asked = about("How many?", evidence="a planted hint")
    path = world(tmp_path)
    on, off = (text(PromptSpec(format=name, evidence=wanted), asked, WORLD, path) for wanted in (True, False))
    assert "a planted hint" in on
    assert off == text(PromptSpec(format=name), about("How many?"), WORLD, path)


@pytest.mark.parametrize("wrapper", ["bare", "dbgpthub"])
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_gold_never_shows(name: str, wrapper, tmp_path) -> None:
    example = Example("x", "world", "What?", ("SELECT planted FROM gold",))
    assert "planted" not in text(PromptSpec(format=name, wrapper=wrapper), example, WORLD, world(tmp_path))


@pytest.mark.parametrize("wrapper", ["bare", "dbgpthub"])
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_answers_are_parted_from_prompts_by_white_space(name: str, wrapper, tmp_path) -> None:
    prompt = text(PromptSpec(format=name, wrapper=wrapper), about("How many?"), WORLD, world(tmp_path))
    whole = prompt + answer(prompt, "SELECT 1")
    assert re.search(r"\sSELECT 1$", whole)
    assert not re.search(r"[ ]{2}SELECT 1$", whole)


@pytest.mark.parametrize("dialect", ["postgres", "tsql"])
def test_values_of_databases_that_prompts_cannot_read_are_refused(dialect: str) -> None:
    dataset = replace(opened("mini").load("dev"), dialect=dialect)
    with pytest.raises(ConfigError, match=f"prompts cannot show what {dialect} databases hold"):
        Prompter(PromptSpec(format="codes"), dataset)(dataset.examples[0])
