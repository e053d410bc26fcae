"""Item: what is asked of the executor and what comes back, and the state of one item between.

These are msgspec's structs, and not dataclasses, because a million of them are made in a run: a frozen
dataclass takes ten times as long to make.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bench.types import Outcome, Status

NO_STATEMENT = "there is no statement"
"""What is said of a text with nothing but space and comments."""

PRAGMA_FINDS_NOTHING = "PRAGMA is not a query; it finds nothing"
"""What is said of a PRAGMA that may be read and gave no row: official scripts take that for an answer."""


class Pair(msgspec.Struct, frozen=True, gc=False):
    """A prediction to compare with its gold; ``ordered`` where the order of rows matters.

    A comparison is a name that ``bench.execute.compare`` knows, some with an argument behind a colon.
    Those in ``everywhere`` have to hold on every other database too; all lie in one folder.
    """

    key: str
    database: Path
    gold: str
    prediction: str
    comparisons: tuple[str, ...]
    ordered: bool = False
    others: tuple[Path, ...] = ()
    everywhere: tuple[str, ...] = ()


class Judged(msgspec.Struct, frozen=True, gc=False):
    """How a pair ended, under each comparison; none holds unless both outcomes are ``OK``.

    The outcomes are those on the first database; ``failed_on`` names the first of the others on
    which a comparison did not hold. If gold itself fails on one of the others, its outcome is the one
    there; what need not hold everywhere is as on the first, unless that other is damaged.
    """

    key: str
    gold: Outcome
    prediction: Outcome
    equal: Mapping[str, bool | float]
    failed_on: str = ""


class Query(msgspec.Struct, frozen=True, gc=False):
    """One SQL to run on its own."""

    database: Path
    sql: str


class Task(msgspec.Struct, eq=False, gc=False):
    """An item on its way; a text that need not run (any more) is ``None``."""

    number: int
    database: str
    gold: str | None
    prediction: str | None
    comparisons: tuple[str, ...] = ()
    ordered: bool = False
    others: tuple[str, ...] = ()
    everywhere: tuple[str, ...] = ()
    gold_outcome: Outcome | None = None
    outcome: Outcome | None = None
    equal: tuple[bool | float, ...] = ()
    failed_on: str = ""
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

    def request(self) -> tuple[object, ...]:
        """Give what a worker reads."""
        return (
            self.number,
            self.gold,
            self.prediction,
            self.comparisons,
            self.ordered,
            self.others,
            self.everywhere,
        )


def screen(sql: object, most_bytes: int) -> Outcome | None:
    """Judge a text that no worker needs to see; ``None`` means that it must run."""
    if not isinstance(sql, str):
        return Outcome(Status.NOT_A_QUERY, f"not text but {type(sql).__name__}")
    if not sql or sql.isspace():
        return Outcome(Status.NOT_A_QUERY, NO_STATEMENT)
    if len(sql) > most_bytes:
        return Outcome(Status.ERROR_LIMIT, f"longer than {most_bytes} bytes")
    if "\0" in sql:
        return Outcome(Status.ERROR_SYNTAX, "a NUL character")
    if not sql.isascii():
        try:
            size = len(sql.encode())
        except UnicodeEncodeError:
            return Outcome(Status.ERROR_SYNTAX, "half a surrogate pair")
        if size > most_bytes:
            return Outcome(Status.ERROR_LIMIT, f"longer than {most_bytes} bytes")
    return None


def plain(sql: str) -> str:
    """Give the text itself where it is of a type of its own, as NumPy's is: a worker knows one only."""
    return sql if type(sql) is str else str.__str__(sql)
