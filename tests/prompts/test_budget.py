"""Prompts fit their budget, in the way that was chosen, or are refused by name."""

from __future__ import annotations

import pytest

from bench.errors import ConfigError, DataError
from bench.methods import Filter, PromptSpec
from bench.prompts import Prompter
from bench.prompts.recall import summarize
from bench.types import Example
from tests.prompts.samples import QUESTION, SCHEMA, SMALL, TALK, WORLD, dataset, world


class Words:
    """A tokenizer whose tokens are words, after one that opens every text."""

    bos_token = "<s>"
    bos_token_id = 0
    chat_template = "there is one"

    def __call__(self, text: str) -> dict[str, list[int]]:
        return {"input_ids": [0, *range(1, len(text.split()) + 1)]}

    def apply_chat_template(self, conversation, *, tokenize: bool, add_generation_prompt: bool) -> str:
        assert not tokenize
        assert add_generation_prompt
        turns = "".join(f"<{turn['role']}> {turn['content']} </>" for turn in conversation)
        return f"<s>{turns}<assistant> "


def prompt(question: str, path, budget: int, **spec):
    example = Example("x/1", "world", question, ("SELECT 1",))
    prompter = Prompter(PromptSpec(budget=budget, **spec), dataset([example], WORLD, path), tokenizer=Words())
    return prompter.prompt(example)


def length(text: str) -> int:
    return len(Words()(text)["input_ids"])


def test_what_fits_is_left_alone(tmp_path) -> None:
    whole = prompt("Which grapes?", None, 1000)
    assert (whole.cut, whole.tokens, whole.schema) == ("", length(whole.text), WORLD)
    exactly = prompt("Which grapes?", None, length(whole.text))
    assert exactly == whole


def test_over_the_budget_is_an_error_that_names_question_and_key() -> None:
    with pytest.raises(
        DataError, match=r"x/1, prompt\.budget: its prompt has 17 tokens, and the budget is 9"
    ):
        prompt("Which grapes?", None, 9)


def test_the_least_relevant_tables_are_dropped_first(tmp_path) -> None:
    path = world(tmp_path)
    whole = prompt("Which grapes score best?", path, 1000)
    shorter = prompt("Which grapes score best?", path, length(whole.text) - 1, overflow="drop")
    assert shorter.cut == "dropped"
    assert shorter.tokens == length(shorter.text) < length(whole.text)
    assert "wine" in [table.name for table in shorter.schema.tables]
    least = prompt(
        "Which grapes score best?",
        path,
        length("wine(grape, score)\nQuestion: a b c d?\nSQL:"),
        overflow="drop",
    )
    assert least.text == "wine(grape, score)\nQuestion: Which grapes score best?\nSQL:"


def test_one_table_that_is_too_long_is_an_error(tmp_path) -> None:
    with pytest.raises(DataError, match=r"x/1, prompt\.budget: even with one table"):
        prompt("Which grapes score best?", world(tmp_path), 7, overflow="drop")


@pytest.mark.parametrize("budget", range(8, 17))
def test_truncation_cuts_as_little_as_will_do_and_keeps_the_question(budget: int) -> None:
    short = prompt("Which grapes?", None, budget, overflow="truncate")
    assert short.cut == "truncated"
    assert short.tokens == length(short.text) <= budget
    assert short.text.endswith("\nQuestion: Which grapes?\nSQL:")
    whole = prompt("Which grapes?", None, 1000).text
    kept = short.text.removesuffix("\nQuestion: Which grapes?\nSQL:")
    assert whole.startswith(kept)
    assert length(f"{whole[: len(kept) + 1]}\nQuestion: Which grapes?\nSQL:") > budget


def test_a_budget_smaller_than_the_question_is_an_error() -> None:
    with pytest.raises(DataError, match=r"x/1, prompt\.budget: without any schema .* budget of 4 tokens"):
        prompt("Which grapes?", None, 4, overflow="truncate")


def test_filter_and_budget_together(tmp_path) -> None:
    narrow = prompt("Which grapes?", world(tmp_path), 30, filter=Filter(tables=1, columns=1), overflow="drop")
    assert narrow.text == "wine(grape)\nQuestion: Which grapes?\nSQL:"
    assert narrow.cut == ""


def test_what_was_cut_is_counted(tmp_path) -> None:
    path = world(tmp_path)
    prompts = [
        prompt("Which grapes?", path, 1000),
        prompt("Which grapes?", path, 12, overflow="drop"),
        prompt("Which grapes?", path, 9, overflow="truncate"),
    ]
    examples = [Example("x", "world", "?", ("SELECT grape FROM wine",))] * 3
    summary = summarize(examples, [WORLD] * 3, prompts)
    assert (summary.prompts, summary.dropped, summary.truncated, summary.longest) == (3, 1, 1, 17)
    assert summary.tables == summary.columns == 1


def test_chat_wraps_the_text_once_and_leaves_the_opening_token_to_the_tokenizer() -> None:
    bare = Prompter(PromptSpec(), dataset([TALK], SMALL))(TALK)
    spec = PromptSpec(chat=True, system="Answer in SQL.")
    said = Prompter(spec, dataset([TALK], SMALL), tokenizer=Words())(TALK)
    assert said == f"<system> Answer in SQL. </><user> {bare} </><assistant> "
    around = PromptSpec(format="dbgpthub", chat=True)
    both = Prompter(around, dataset([QUESTION], SCHEMA), tokenizer=Words())(QUESTION)
    plain = Prompter(PromptSpec(format="dbgpthub"), dataset([QUESTION], SCHEMA))(QUESTION)
    assert both == f"<user> {plain} </><assistant> "


def test_the_budget_holds_for_what_the_template_adds_too(tmp_path) -> None:
    bare = prompt("Which grapes?", None, 1000).tokens
    assert bare is not None
    assert prompt("Which grapes?", None, 1000, chat=True).tokens == bare + 2
    assert prompt("Which grapes?", None, bare, chat=True, overflow="truncate").cut == "truncated"


def test_without_a_tokenizer_there_is_neither_template_nor_budget() -> None:
    spec = PromptSpec(chat=True, budget=1)
    assert Prompter(spec, dataset([TALK], SMALL))(TALK) == Prompter(PromptSpec(), dataset([TALK], SMALL))(
        TALK
    )


def test_a_tokenizer_without_a_template_is_named() -> None:
    class Plain(Words):
        chat_template = None

    with pytest.raises(ConfigError, match=r"prompt\.chat: the tokenizer has no chat template"):
        Prompter(PromptSpec(chat=True), dataset([TALK], SMALL), tokenizer=Plain())(TALK)
