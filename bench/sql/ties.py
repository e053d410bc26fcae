"""Ties: write a query so that its result shows by what it is ordered, and is not cut by its LIMIT.

Rows of equal rank may come in any order, and a LIMIT that cuts through them may keep any of them.
Who compares with such a result has to see the ranks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from bench.sql.lexemes import LEXEME, outermost

_DIRECTION = re.compile(r"(?:\s+(?:asc|desc|nulls\s+(?:first|last)|collate\s+\w+))+\s*$", re.IGNORECASE)
_LIMIT = re.compile(r"limit\s+(\d+)\s*(?:(offset|,)\s*(\d+))?\s*", re.IGNORECASE)
_ALIAS = re.compile(r"(.*?)(?:\bas\s+|(?<=[\w)\"'`\]])\s+)([a-z_]\w*)\s*", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(r"(?:(\w+) ?\. ?)?(\w+)")

# fmt: off
_OPERATORS = frozenset({
    "and", "between", "case", "collate", "else", "escape", "from", "glob", "in", "is", "like", "match", "not",
    "or", "regexp", "then", "when",
})
# fmt: on
"""Words that no expression ends with: what follows them is no alias."""

_SET_OPERATIONS = frozenset({"union", "intersect", "except"})


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
    first = words.index("select") if words[:1] in (["select"], ["with"]) and "select" in words else -1
    places = {
        word: words.index(word, first + 1)
        for word in ("from", "order", "limit", ";")
        if word in words[first + 1 :]
    }
    if first < 0 or not 0 < places.get("from", 0) < places.get("order", 0):
        return None
    listed = first + 1 if words[first + 1] in ("distinct", "all") else first
    start, order = lexemes[places["from"]].start(), lexemes[places["order"] + 1].end()
    end = lexemes[places[";"]].start() if ";" in places else len(sql)
    limit = lexemes[places["limit"]].start() if "limit" in places else end
    window = _window(sql[limit:end])
    commas = [lexeme.start() for lexeme in lexemes if lexeme[0] == ","]
    columns = _split(sql, lexemes[listed].end(), start, commas)
    if window is None or not all(column.strip() for column in columns):
        return None
    keys = [_DIRECTION.sub("", key).strip() for key in _split(sql, order, limit, commas)]
    found = [_place(key, columns) for key in keys]
    missing = [key for key, place in zip(keys, found, strict=True) if place is None]
    stars = any("*" in column and "(" not in column for column in columns)
    fixed = words[listed] == "distinct" or not _SET_OPERATIONS.isdisjoint(words)
    if (stars and len(missing) < len(keys)) or (fixed and missing):
        return None
    at = iter(range(-len(missing), 0))
    shown = tuple([next(at) if place is None else place for place in found])
    appended = "".join(f", {key}" for key in missing)
    text = f"{sql[:start]}{appended} {sql[start:limit].rstrip()}" if missing else sql[:limit].rstrip()
    return Ranked(text, len(missing), shown, *window)


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
    """Find the column that a sort key names: by number, alias, or as the same expression."""
    if key.isdigit():
        return int(key) - 1
    split = [_without_alias(column) for column in columns]
    for at, (_, alias) in enumerate(split):
        if alias == key.lower():
            return at
    wanted = _plain(key)
    for at, (expression, _) in enumerate(split):
        if _same(wanted, _plain(expression)):
            return at
    return None


def _without_alias(column: str) -> tuple[str, str]:
    """Split a result column into its expression and its alias, which may be empty."""
    match = _ALIAS.fullmatch(column)
    if match is None or match[1].split()[-1:] == [] or match[1].split()[-1].lower() in _OPERATORS:
        return column, ""
    return match[1], match[2].lower()


def _plain(text: str) -> str:
    """Write an expression in one way, whatever its spaces and the case of its words."""
    return " ".join([lexeme[0] if lexeme["text"] else lexeme[0].lower() for lexeme in LEXEME.finditer(text)])


def _same(key: str, column: str) -> bool:
    """Tell whether two plain expressions are the same, or the same column with and without its table.

    A query that runs has but one column of a name that it gives without a table.
    """
    if key == column:
        return True
    left, right = _COLUMN.fullmatch(key), _COLUMN.fullmatch(column)
    return bool(left and right and left[2] == right[2] and not (left[1] and right[1]))
