"""Ties: write a query so that its result shows by what it is ordered, and is not cut by its LIMIT.

Rows of equal rank may come in any order, and a LIMIT that cuts through them may keep any of them.
Who compares with such a result has to see the ranks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from bench.sql.lexemes import outermost

_DIRECTION = re.compile(r"(?:\s+(?:asc|desc|nulls\s+(?:first|last)|collate\s+\w+))+\s*$", re.IGNORECASE)
_LIMIT = re.compile(r"limit\s+(\d+)\s*(?:(offset|,)\s*(\d+))?\s*", re.IGNORECASE)
_ALIAS = re.compile(r".*?(?:\bas\s+|[\w)\"'`\]]\s+)([a-z_]\w*)\s*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A query with its sort keys among its columns.

    Attributes:
        sql: the query, keys appended to its columns, without its LIMIT.
        appended: how many columns were appended.
        keys: where the sort keys stand, counted from 0; from the end if negative.
        offset: rows that the original leaves out at the front.
        limit: rows that it keeps at most, or ``None``.
    """

    sql: str
    appended: int
    keys: tuple[int, ...]
    offset: int
    limit: int | None


def ranked(sql: str) -> Ranked | None:
    """Write a query with its sort keys; ``None`` where it has none, or they cannot be told from the text.

    >>> ranked("SELECT a AS x, b FROM t ORDER BY c DESC, x LIMIT 3")
    Ranked(sql='SELECT a AS x, b , c FROM t ORDER BY c DESC, x', appended=1, keys=(-1, 0), offset=0, limit=3)
    """
    lexemes = list(outermost(sql))
    words = [lexeme[0].lower() for lexeme in lexemes]
    places = {word: words.index(word) for word in ("from", "order", "limit", ";") if word in words}
    if not words or words[0] != "select" or "distinct" in words[1:2] or "from" not in places:
        return None
    if places.get("order", 0) < places["from"] or {"union", "intersect", "except"} & set(words):
        return None
    start, order = lexemes[places["from"]].start(), lexemes[places["order"] + 1].end()
    end = lexemes[places[";"]].start() if ";" in places else len(sql)
    limit = lexemes[places["limit"]].start() if "limit" in places else end
    window = _window(sql[limit:end])
    commas = [lexeme.start() for lexeme in lexemes if lexeme[0] == ","]
    columns = _split(sql, lexemes[0].end(), start, commas)
    if window is None or not all(column.strip() for column in columns):
        return None
    keys = [_DIRECTION.sub("", key).strip() for key in _split(sql, order, limit, commas)]
    found = [_place(key, columns) for key in keys]
    if any("*" in column and "(" not in column for column in columns) and any(
        place is not None for place in found
    ):
        return None
    extra = [key for key, place in zip(keys, found, strict=True) if place is None]
    at = iter(range(-len(extra), 0))
    places_of = tuple(next(at) if place is None else place for place in found)
    appended = "".join(f", {key}" for key in extra)
    text = f"{sql[:start]}{appended} {sql[start:limit].rstrip()}" if extra else sql[:limit].rstrip()
    return Ranked(text, len(extra), places_of, *window)


def _split(sql: str, start: int, end: int, commas: list[int]) -> list[str]:
    bounds = [start, *(at for at in commas if start < at < end), end]
    return [sql[left:right].lstrip(",") for left, right in pairwise(bounds)]


def _window(text: str) -> tuple[int, int | None] | None:
    """Read ``LIMIT n``, ``LIMIT n OFFSET m`` or ``LIMIT m, n`` as (offset, limit)."""
    if not text.strip():
        return 0, None
    match = _LIMIT.fullmatch(text.strip() + " ")
    if match is None:
        return None
    first, sign, second = match.groups()
    if sign == ",":
        return int(first), int(second)
    return int(second or 0), int(first)


def _place(key: str, columns: list[str]) -> int | None:
    """Find the column that a sort key names by number or alias."""
    if key.isdigit():
        return int(key) - 1
    for at, column in enumerate(columns):
        alias = _ALIAS.fullmatch(column)
        if alias and alias[1].lower() == key.lower():
            return at
    return None
