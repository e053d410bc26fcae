"""Bound the time that Python work on hostile text may take."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from func_timeout import FunctionTimedOut, func_timeout

P = ParamSpec("P")
R = TypeVar("R")

SECONDS = 2.0
SHORT, JOINS, BRACKETS = 2_000, 4, 10
"""Up to how many characters, JOINs and brackets a text is done in milliseconds, however odd it is."""

_TOO_DEEP = "nested too deeply"


class TooHardError(Exception):
    """The text takes too long, or is nested too deeply."""


def timed(text: str, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Do ``work`` on a ``text`` that sqlglot has to parse, for two seconds at most.

    The time that the parser takes can double with every JOIN that has no condition and every bracket
    that it cannot make sense of; otherwise it grows with the length. A short text with few of them is
    spared the thread that a limit costs, which is half as dear as parsing.

    Raises:
        TooHardError: the limit was reached.
    """
    if not _is_easy(text):
        return bounded(work, *args, **kwargs)
    try:
        return work(*args, **kwargs)
    except RecursionError:
        raise TooHardError(_TOO_DEEP) from None


def bounded(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Do ``work`` for two seconds at most, in a thread of its own.

    Raises:
        TooHardError: the limit was reached.
    """
    try:
        done: R = func_timeout(SECONDS, work, args=args, kwargs=kwargs)
    except FunctionTimedOut:
        raise TooHardError(f"takes longer than {SECONDS:g} seconds") from None
    except RecursionError:
        raise TooHardError(_TOO_DEEP) from None
    return done


def _is_easy(text: str) -> bool:
    brackets = text.count("(") + text.count("[")
    return len(text) <= SHORT and brackets <= BRACKETS and text.lower().count("join") <= JOINS
