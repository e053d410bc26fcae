"""Ids do not move, tell prompts apart, and what a format cannot do is refused by file and key."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bench.decode import load
from bench.errors import ConfigError, DataError
from bench.methods import Filter, PromptSpec, Shots
from bench.prompts import FORMATS, Prompter, prompt_id
from bench.types import Example
from tests.prompts.samples import QUESTION, SCHEMA, SMALL, TALK, WORLD, dataset, text, world

SUITE = """\
title = "t"
[models]
gold = { source = "oracle:gold" }
[datasets]
mini = { source = "mini" }
[methods.base]
tuning = "none"
[prompt]
"""


def test_golden_ids() -> None:
    """These change only together with the text, and then everybody's results are stale."""
    assert {name: prompt_id(PromptSpec(format=name)) for name in FORMATS} == {
        "codes": "codes-1",
        "compact": "compact-1",
        "dbgpthub": "dbgpthub-1",
        "ddl": "ddl-1",
        "m-schema": "m-schema-1",
    }
    assert prompt_id(PromptSpec(rows=3)) == "compact-1-2bafd4629cc04e70"
    assert prompt_id(PromptSpec(filter=Filter())) == "compact-1-b9d5af713e4fbc8d"
    assert prompt_id(PromptSpec(shots=Shots()), "pool") == "compact-1-bc4e2b94e9a4c98f"


CHANGES = [
    {"format": "m-schema"},
    {"rows": 1},
    {"values": 1, "format": "codes"},
    {"matches": 1, "format": "codes"},
    {"descriptions": True, "format": "codes"},
    {"evidence": False},
    {"evidence": True},
    {"wrapper": "dbgpthub"},
    {"chat": True},
    {"chat": True, "system": "Be brief."},
    {"shots": Shots()},
    {"shots": Shots(choose="random")},
    {"filter": Filter()},
    {"filter": Filter(tables=2)},
    {"budget": 100},
    {"budget": 100, "overflow": "drop"},
    {"budget": 100, "overflow": "truncate"},
]


def test_whatever_changes_the_text_changes_the_id() -> None:
    ids = {prompt_id(PromptSpec(**change)) for change in CHANGES}
    assert len(ids | {prompt_id(PromptSpec())}) == len(CHANGES) + 1


def read(tmp_path, prompt: str):
    path = tmp_path / "mine.toml"
    path.write_text(SUITE + prompt)
    return load(path)


@pytest.mark.parametrize(
    "prompt, message",
    [
        ('format = "compct"', r"mine\.toml: line 8: prompt\.format: unknown .*\n.*did you mean 'compact'"),
        ('format = "codes"\nrows = 2', r"line 8: prompt\.rows: .*no place for sample rows\n.*compact or ddl"),
        ("values = 2", r"line 8: prompt\.values: .*no place for sample values\n.*codes or m-schema"),
        ("matches = 2", r"prompt\.matches: .*no place for values of the question\n.*choose codes"),
        ("descriptions = true", r"prompt\.descriptions: .*no place for descriptions of columns"),
        ("rowz = 2", r"line 9: prompt\.rowz: unknown key \(did you mean 'rows'"),
        ('overflow = "drop"', r"line 8: prompt: 'overflow' needs a 'budget'"),
        ('system = "x"', r"line 8: prompt: 'system' is a message of a chat"),
        ("budget = 0", r"line 9: prompt\.budget: .*greater than or equal to 1"),
        ('wrapper = "alpaca"', r"line 9: prompt\.wrapper: .*'bare' or 'dbgpthub'"),
        ('shots = { choose = "best" }', r"line 9: prompt\.shots\.choose: .*'similar', 'random' or 'fixed'"),
        ('shots = { ids = ["a"] }', r"line 9: prompt\.shots: 'ids' names the examples of choose = 'fixed'"),
    ],
)
def test_a_mistake_is_one_message_with_file_and_key(tmp_path, prompt: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, prompt)


def test_nothing_is_no_option() -> None:
    with pytest.raises(ValidationError):
        PromptSpec(rows=-1)


def test_a_set_without_databases_is_told_what_to_leave_out() -> None:
    with pytest.raises(DataError, match=r"concert_singer: .*no such database\n.*prompt\.values"):
        text(PromptSpec(format="codes"), QUESTION, SCHEMA)
    assert text(PromptSpec(format="codes", values=0, matches=0), QUESTION, SCHEMA)


def test_a_missing_database_is_named(tmp_path) -> None:
    with pytest.raises(DataError, match=r"gone\.sqlite: the database is not there"):
        text(PromptSpec(rows=1), QUESTION, SCHEMA, tmp_path / "gone.sqlite")


def test_a_dialect_that_nothing_reads_is_named(tmp_path) -> None:
    asked = Example("x", "world", "?", ("SELECT 1",))
    data = dataset([asked], WORLD, world(tmp_path), dialect="cobol")
    with pytest.raises(ConfigError, match="prompts cannot show what cobol databases hold"):
        Prompter(PromptSpec(rows=1), data)(asked)


def test_no_database_is_opened_for_a_prompt_that_shows_nothing_of_it(tmp_path) -> None:
    assert text(PromptSpec(), TALK, SMALL, tmp_path / "gone.sqlite").endswith("SQL:")
