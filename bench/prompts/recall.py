"""Recall: how much of what gold needs the prompts of a data set show, and how often they were cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bench.methods import PromptSpec
from bench.prompts.prompter import Prompt
from bench.types import Example, Schema

Items = frozenset[tuple[str, str]]
"""Tables (with an empty column) and columns, in lower case."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the prompts of a data set.

    Attributes:
        prompts: how many there are.
        dropped: how many lost tables to fit the budget.
        truncated: how many were cut off to fit the budget.
        longest: tokens of the longest one, where there is a budget.
        tables: mean share of the gold's tables that a prompt shows.
        columns: mean share of the gold's columns that a prompt shows.
        unread: how many golds could not be parsed, and are in neither mean.
    """

    prompts: int
    dropped: int = 0
    truncated: int = 0
    longest: int | None = None
    tables: float | None = None
    columns: float | None = None
    unread: int = 0


def watched(spec: PromptSpec) -> bool:
    """Say whether prompts may show less than the whole schema, so that a summary tells something."""
    return spec.filter is not None or spec.budget is not None


def summarize(examples: Sequence[Example], schemas: Sequence[Schema], prompts: Sequence[Prompt]) -> Summary:
    """Sum up prompts; a truncated one counts as if it still showed its whole schema.

    Args:
        examples: with their gold, of which the first is taken.
        schemas: the whole schema of each example.
        prompts: what was written for each.
    """
    shares = [
        _shares(needs, shown(prompt.schema))
        for example, schema, prompt in zip(examples, schemas, prompts, strict=True)
        if example.answerable and (needs := needed(example.gold[0], schema)) is not None
    ]
    return Summary(
        prompts=len(prompts),
        dropped=sum(prompt.cut == "dropped" for prompt in prompts),
        truncated=sum(prompt.cut == "truncated" for prompt in prompts),
        longest=max((prompt.tokens for prompt in prompts if prompt.tokens is not None), default=None),
        tables=_mean(tables for tables, _ in shares),
        columns=_mean(columns for _, columns in shares),
        unread=sum(example.answerable for example in examples) - len(shares),
    )


def shown(schema: Schema) -> Items:
    """List what a schema holds."""
    return frozenset(
        (table.name.lower(), name.lower())
        for table in schema.tables
        for name in ("", *(column.name for column in table.columns))
    )


def needed(sql: str, schema: Schema) -> Items | None:
    """List the tables and columns of ``schema`` that a query names; ``None`` if it cannot be parsed.

    A column that several of the query's tables have is needed in each of them.

    >>> sorted(needed("SELECT T1.name FROM singer AS T1", Schema("x", (Table("singer", (Column("Name"),)),))))
    [('singer', ''), ('singer', 'name')]
    """
    try:
        tree = sqlglot.parse_one(sql, dialect="sqlite")
    except (SqlglotError, RecursionError):
        return None
    tables = {table.name.lower() for table in tree.find_all(exp.Table)}
    columns = {column.name.lower() for column in tree.find_all(exp.Column)}
    return frozenset(
        (table, column) for table, column in shown(schema) if table in tables and column in columns | {""}
    )


def _shares(needs: Items, has: Items) -> tuple[float, float]:
    tables = {item for item in needs if not item[1]}
    columns = needs - tables
    return (
        len(tables & has) / len(tables) if tables else 1.0,
        len(columns & has) / len(columns) if columns else 1.0,
    )


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None
