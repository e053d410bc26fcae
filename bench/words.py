"""Words: numbers with their nouns."""

from __future__ import annotations


def count(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    >>> count(1, "question"), count(1034, "question")
    ('1 question', '1,034 questions')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
