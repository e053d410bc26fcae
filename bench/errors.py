"""Errors a user can act on: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import partial

DONE, FAILED, USAGE, UNMET, UNSCORED, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""Exit codes: all is well; a cell failed; a mistake in what was asked for; an expectation not met; no scores
to publish; Ctrl-C."""


class BenchError(Exception):
    """Something the user can put right; shown as one message, never as a traceback."""

    exit_code = USAGE

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        """Compose the message.

        Args:
            what: what is wrong, in one sentence without a final period.
            where: the file, key or line it was found at.
            todo: what to do about it.
        """
        self.what, self.where, self.todo = what, where, todo
        super().__init__(f"{where}: {what}" if where else what)

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Let an error pass from one process to another whole."""
        return partial(type(self), where=self.where, todo=self.todo), (self.what,)

    def __str__(self) -> str:
        """Give the message on one line, or two when there is advice."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  → {self.todo}" if self.todo else head


class ConfigError(BenchError):
    """A suite, an option or an argument is wrong."""


class DataError(BenchError):
    """A data set, a database or a prediction file is missing or damaged."""


class UnscoredError(BenchError):
    """A board has nothing to show here: no score, or not the data that scores are of."""

    exit_code = UNSCORED


class StoreError(BenchError):
    """The result store cannot be used: locked, damaged, or written by a newer version."""

    exit_code = FAILED


class FitError(BenchError):
    """Training could not start or could not go on."""

    exit_code = FAILED


def at(file: object, *, line: int = 0, key: str = "") -> str:
    """Name a place in a file, the same way in every message.

    >>> at("mine.toml", line=3, key="judge.rules"), at("answers.csv", line=1)
    ('mine.toml: line 3: judge.rules', 'answers.csv: line 1')
    """
    return ": ".join([str(file), *([f"line {line}"] if line else []), *([key] if key else [])])


def near(name: str, known: Iterable[str]) -> str:
    """Say which known name was probably meant.

    >>> near("quora", ["lora", "qlora", "full"])
    "did you mean 'qlora'? known: full, lora, qlora"
    """
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    listed = f"known: {', '.join(names)}" if names else "none are known"
    return f"did you mean '{close[0]}'? {listed}" if close else listed
