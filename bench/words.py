"""Words: numbers with their nouns, and keys as prose."""

from __future__ import annotations

from collections.abc import Sequence


def count(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    >>> count(1, "question"), count(1034, "question")
    ('1 question', '1,034 questions')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def some(names: Sequence[str], most: int = 8) -> str:
    """Name the first of several, and say that there are more.

    >>> some(["a", "b"]), some(["a", "b", "c"], 2)
    ('a, b', 'a, b, …')
    """
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def number(value: int | None) -> str:
    """Write a number, or nothing where there is none.

    >>> number(4330), number(None)
    ('4,330', '')
    """
    return "" if value is None else f"{value:,}"


def size(value: int | None) -> str:
    """Write bytes in a unit that people use, or nothing where there are none.

    >>> size(3_600_000), size(15_200_000_000), size(None)
    ('3.6 MB', '15.2 GB', '')
    """
    if value is None:
        return ""
    return f"{value / 1e6:.1f} MB" if value < 1e9 else f"{value / 1e9:.1f} GB"


def duration(seconds: float) -> str:
    """Write seconds in a unit that people use.

    >>> duration(41.2), duration(300.0), duration(90000.0)
    ('41 s', '5 min', '25.0 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def noun(key: str) -> str:
    """Write what one entry of a group is called.

    >>> noun("datasets"), noun("models")
    ('data set', 'model')
    """
    return key.removesuffix("s").replace("dataset", "data set")
