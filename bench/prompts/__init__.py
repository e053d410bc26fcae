"""The text that a model meets: one renderer for training, prediction and serving.

A format is a module of this package with a ``VERSION``, raised by hand whenever its text changes,
and a ``render`` function. The id of a prompt enters the keys of everything made with it.
"""

from __future__ import annotations

from typing import Protocol

from bench.errors import ConfigError, near
from bench.methods import PromptSpec
from bench.prompts import compact, dbgpthub, ddl
from bench.types import Example, Schema


class Format(Protocol):
    """Writes the prompt of one example."""

    VERSION: int

    def render(self, example: Example, schema: Schema) -> str:
        """Return the text up to where the SQL begins."""
        ...


FORMATS: dict[str, Format] = {"compact": compact, "dbgpthub": dbgpthub, "ddl": ddl}


def render(spec: PromptSpec, example: Example, schema: Schema) -> str:
    """Write the prompt of ``example``, a question about ``schema``, as ``spec`` says.

    Raises:
        ConfigError: the format is unknown, or cannot do what ``spec`` asks.
    """
    return _format(spec).render(example, schema)


def answer(prompt: str, sql: str) -> str:
    """Return ``sql`` as it continues ``prompt``: after one space, unless the prompt ends in one.

    >>> answer("SQL:", "SELECT 1"), answer("SQL: ", "SELECT 1")
    (' SELECT 1', 'SELECT 1')
    """
    return sql if prompt[-1:].isspace() else f" {sql}"


def prompt_id(spec: PromptSpec) -> str:
    """Name the text that ``spec`` gives, for keys: equal ids mean equal prompts.

    >>> prompt_id(PromptSpec())
    'compact-1'
    """
    return f"{spec.format}-{_format(spec).VERSION}"


def _format(spec: PromptSpec) -> Format:
    if spec.rows:
        raise ConfigError(
            f"sample rows are not part of the prompt format '{spec.format}'",
            where="prompt.rows",
            todo="leave 'rows' out",
        )
    if spec.format not in FORMATS:
        raise ConfigError(
            f"unknown prompt format '{spec.format}'", where="prompt.format", todo=near(spec.format, FORMATS)
        )
    return FORMATS[spec.format]
