"""Format: how a schema and a question are written; each module of this package with a FORMAT is one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from bench.types import Example, Row, Scalar, Schema

CELL = 40
"""Characters shown of one cell of a sample row."""


@dataclass(frozen=True, slots=True)
class Match:
    """A value of the database that the question mentions."""

    table: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What is shown of the rows of a database.

    Attributes:
        rows: table → its first rows.
        values: table and column → its first different values, as text.
    """

    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    values: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)


NOTHING = Contents()


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a prompt.

    Attributes:
        version: raised by hand whenever the text changes; it enters the keys.
        schema: writes the tables.
        ask: writes the question, with evidence and earlier turns, up to where the SQL begins.
        gap: stands between the parts.
        matched: writes the values that the question mentions; ``None``: the format has no place for them.
        matches: how many of them it shows unless told otherwise.
        values: how many sample values it shows unless told otherwise; ``None``: it has no place for them.
        rows: whether it has a place for sample rows.
        descriptions: whether it has a place for what columns mean.
        turns: whether it has a place for the earlier turns of a conversation.
        evidence: whether it shows evidence unless told otherwise.
        wrapper: what stands around it unless told otherwise.
    """

    version: int
    schema: Callable[[Schema, Contents], str]
    ask: Callable[[Example], str]
    gap: str = "\n"
    matched: Callable[[Sequence[Match]], str] | None = None
    matches: int = 0
    values: int | None = None
    rows: bool = False
    descriptions: bool = False
    turns: bool = True
    evidence: bool = True
    wrapper: Literal["bare", "dbgpthub"] = "bare"


@lru_cache(maxsize=65_536)
def line(text: str) -> str:
    """Put ``text`` on one line, where a format gives a meaning to each line."""
    return " ".join(text.split())


def cells(row: Row) -> str:
    r"""Write a sample row on one line.

    >>> cells((1, None, "a long one " * 5, b"\x00"))
    "1 | NULL | a long one a long one a long one a lo... | x'00'"
    """
    return " | ".join(_cell(value) for value in row)


@lru_cache(maxsize=65_536)
def comment(name: str, label: str) -> str:
    """Return a label on one line if it says more than the name does.

    >>> comment("singer_id", "Singer ID"), comment("hs", "high school")
    ('', 'high school')
    """
    plain, said = (re.sub(r"[_\s]", "", text.lower()) for text in (name, label))
    return "" if plain == said else line(label)


def _cell(value: Scalar) -> str:
    if value is None:
        return "NULL"
    text = f"x'{value[:CELL].hex()}'" if isinstance(value, bytes) else line(str(value))
    return text if len(text) <= CELL else text[: CELL - 3] + "..."


def quoted(name: str, mark: str = '"') -> str:
    """Quote a name that is not a plain identifier."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else mark + name.replace(mark, mark * 2) + mark


def answer(prompt: str, sql: str) -> str:
    """Return ``sql`` as it continues ``prompt``: after one space, unless the prompt ends in one.

    >>> answer("SQL:", "SELECT 1"), answer("SQL: ", "SELECT 1")
    (' SELECT 1', 'SELECT 1')
    """
    return sql if prompt[-1:].isspace() else f" {sql}"
