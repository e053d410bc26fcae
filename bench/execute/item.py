"""Item: what is asked of the executor and what comes back, and the state of one item between."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from bench.execute.policy import Policy
from bench.types import Outcome, Row, Scalar, Status

NO_STATEMENT = "there is no statement"
"""What is said of a text with nothing but space and comments."""

Told: TypeAlias = list[object]
"""An outcome as a worker tells it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A prediction to compare with its gold; ``ordered`` where the order of rows matters.

    A comparison is a name that ``bench.execute.compare`` knows, some with an argument behind a colon.
    """

    key: str
    database: Path
    gold: str
    prediction: str
    comparisons: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """How a pair ended, under each comparison; none holds unless both outcomes are ``OK``."""

    key: str
    gold: Outcome
    prediction: Outcome
    equal: Mapping[str, bool | float]


@dataclass(frozen=True, slots=True)
class Query:
    """One SQL to run on its own."""

    database: Path
    sql: str


@dataclass(slots=True, eq=False)
class Task:
    """An item on its way; a text that need not run (any more) is ``None``."""

    number: int
    database: str
    gold: str | None
    prediction: str | None
    comparisons: tuple[str, ...] = ()
    ordered: bool = False
    gold_outcome: Outcome | None = None
    outcome: Outcome | None = None
    equal: dict[str, bool | float] = field(default_factory=dict)
    attempts: int = 0
    queued: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing is left to run."""
        return self.gold is None and self.prediction is None

    @property
    def folder(self) -> str:
        """The folder that a worker must be allowed to read."""
        return os.path.dirname(self.database)  # noqa: PTH120 - on the hot path

    def request(self) -> dict[str, object]:
        """Give the JSON value that a worker reads."""
        return {
            "n": self.number,
            "d": self.database,
            "g": self.gold,
            "p": self.prediction,
            "c": self.comparisons,
            "o": self.ordered,
        }


def screen(sql: object, policy: Policy) -> Outcome | None:
    """Judge a text that no worker needs to see; ``None`` means that it must run."""
    if not isinstance(sql, str):
        return Outcome(Status.NOT_A_QUERY, f"not text but {type(sql).__name__}")
    if not sql or sql.isspace():
        return Outcome(Status.NOT_A_QUERY, NO_STATEMENT)
    if len(sql) > policy.sql_bytes:
        return Outcome(Status.ERROR_LIMIT, f"longer than {policy.sql_bytes} bytes")
    if "\0" in sql:
        return Outcome(Status.ERROR_SYNTAX, "a NUL character")
    if not sql.isascii():
        try:
            size = len(sql.encode())
        except UnicodeEncodeError:
            return Outcome(Status.ERROR_SYNTAX, "half a surrogate pair")
        if size > policy.sql_bytes:
            return Outcome(Status.ERROR_LIMIT, f"longer than {policy.sql_bytes} bytes")
    return None


def outcome(told: Told) -> Outcome:
    """Read an outcome off the wire.

    Raises:
        ValueError, TypeError: it is not one; a worker that says so is not to be trusted.
    """
    status, detail, steps, rows, columns, preview, notes = told
    return Outcome(
        Status(str(status)),
        str(detail),
        int(steps),  # type: ignore[call-overload]
        int(rows),  # type: ignore[call-overload]
        tuple(columns),  # type: ignore[arg-type]
        tuple([_row(row) for row in preview]),  # type: ignore[attr-defined]
        tuple(notes),  # type: ignore[arg-type]
    )


def _row(cells: list[Scalar | dict[str, str]]) -> Row:
    return tuple([bytes.fromhex(cell["blob"]) if isinstance(cell, dict) else cell for cell in cells])
