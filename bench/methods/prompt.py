"""Prompt: which text a model meets, as a value whose id enters the keys."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from bench.methods.record import Record


class Shots(Record):
    """Solved examples shown before the question, taken from the split that is trained on."""

    number: int = Field(4, ge=1)
    choose: Literal["similar", "random", "fixed"] = "similar"
    """``similar``: questions that are most alike once the words of their schemas are masked
    (DAIL-SQL, arXiv 2308.15363); ``random``: drawn by the cell's seed, anew for each question;
    ``fixed``: those of ``ids``, or else the first ones."""
    ids: tuple[str, ...] = ()
    show: Literal["pairs", "full"] = "pairs"
    """Question and SQL only, or each with its schema."""

    @model_validator(mode="after")
    def _ids_are_fixed(self) -> Shots:
        if self.ids and (self.choose != "fixed" or len(self.ids) != self.number):
            raise ValueError("'ids' names the examples of choose = 'fixed', as many as 'number'")
        return self


class Filter(Record):
    """Keep only the most relevant tables and columns; keys that join them stay."""

    tables: int = Field(6, ge=1)
    columns: int = Field(10, ge=1)


class PromptSpec(Record):
    """The text a model meets, in training and prediction alike; its id enters the keys."""

    format: str = "compact"
    rows: int = Field(0, ge=0)
    """Sample rows shown per table."""
    values: int | None = Field(None, ge=0)
    """Sample values shown per column; ``None`` leaves it to the format."""
    matches: int | None = Field(None, ge=0)
    """How many values that the question mentions are shown; ``None`` leaves it to the format."""
    descriptions: bool = False
    """Show what the documentation says of a column instead of its label."""
    evidence: bool | None = None
    """Whether BIRD's evidence is shown; ``None`` leaves it to the format."""
    history: Literal["questions", "predicted"] = "questions"
    """What is shown of earlier turns: their questions, or also the SQL that was predicted for them."""
    wrapper: Literal["bare", "dbgpthub"] | None = None
    """What stands around schema and question; ``None`` leaves it to the format."""
    chat: bool = False
    """Make it the user's message in the chat template of the tokenizer."""
    system: str = ""
    """The system message of a chat."""
    shots: Shots | None = None
    filter: Filter | None = None
    budget: int | None = Field(None, ge=1)
    """Most tokens a prompt may have, by the tokenizer of the model."""
    overflow: Literal["error", "drop", "truncate"] = "error"
    """Over the budget: stop, drop the least relevant tables, or cut the end of the schema's text."""

    @model_validator(mode="after")
    def _says_something(self) -> PromptSpec:
        if self.overflow != "error" and self.budget is None:
            raise ValueError("'overflow' needs a 'budget' to flow over")
        if self.system and not self.chat:
            raise ValueError("'system' is a message of a chat: set chat = true")
        return self
