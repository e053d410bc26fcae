"""Match: which values of a database a question mentions."""

from __future__ import annotations

from collections.abc import Iterable

from bench.prompts.format import Match
from bench.prompts.words import STOP, words

LONGEST = 8
"""Values of more words than this are not looked for."""


class Values:
    """The texts of one database, to be found by their words."""

    def __init__(self, texts: Iterable[Match]) -> None:
        """Index ``texts``; those without a telling word are left out."""
        self._known: dict[tuple[str, ...], list[Match]] = {}
        longest: dict[str, int] = {}
        for match in texts:
            key = tuple(words(match.value))
            if len(key) <= LONGEST and any(map(_telling, key)):
                self._known.setdefault(key, []).append(match)
                longest[key[0]] = max(longest.get(key[0], 0), len(key))
        self._longest = longest

    def mentioned(self, text: str, limit: int) -> tuple[Match, ...]:
        """Find values whose words stand in ``text`` one after the other, in the order of ``text``.

        Case and plural do not matter. Where one value lies within another, the longer one counts.

        >>> values = Values([Match("city", "name", "New York"), Match("shop", "town", "York")])
        >>> [match.value for match in values.mentioned("Shops in new york?", 5)]
        ['New York']
        """
        asked = words(text)
        found: dict[Match, None] = {}
        begin = 0
        while begin < len(asked) and len(found) < limit:
            most = self._longest.get(asked[begin], 0)
            for end in range(min(begin + most, len(asked)), begin, -1):
                here = self._known.get(tuple(asked[begin:end]))
                if here is not None:
                    found |= dict.fromkeys(here)
                    begin = end - 1
                    break
            begin += 1
        return tuple(found)[:limit]


def _telling(word: str) -> bool:
    """Pass over small words and single letters; a single CJK character is a word."""
    return word not in STOP and (len(word) > 1 or not word.isascii())
