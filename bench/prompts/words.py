"""Words: how questions, names and values are cut up to be compared with each other."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_STOP = """
a all an and are as at be by did do does each every for from give had has have how i in is it its list
many me more most much no not of on or our s show some t that the their them there these they this to us
was we were what when where which who whose will with you your
"""
STOP = frozenset(_STOP.split())
"""Words that say nothing about which table or value is meant."""


def words(text: str) -> list[str]:
    """Cut ``text`` into words in lower case without the s of a plural; each CJK character is a word.

    >>> words("The Singers' name_ids, 歌手!")
    ['the', 'singer', 'name', 'id', '歌', '手']
    """
    return [_singular(word) for word in _WORD.findall(text.casefold())]


def name_words(name: str) -> list[str]:
    """Cut the name of a table or column into words.

    >>> name_words("songReleaseYear")
    ['song', 'release', 'year']
    """
    return words(_HUMP.sub(" ", name))


@lru_cache(maxsize=65_536)
def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
