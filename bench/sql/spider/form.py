"""A text as Spider's official script understands it, worked out once for all texts of the same words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bench.sql.spider.grammar import Variant, parse_words
from bench.sql.spider.match import Clauses, clauses
from bench.sql.spider.names import Names
from bench.sql.spider.normal import MalformedError, normalize
from bench.sql.spider.tokens import tokenize
from bench.sql.spider.tree import Query, Selected, Unparsed
from bench.sql.timed import TooHardError, bounded

_LONGEST_KEPT = 4096


class Form:
    """A parsed text, and what of it is compared.

    Attributes:
        query: the query, or why the grammar cannot read it.
    """

    __slots__ = ("_clauses", "_names", "_selected", "query")

    def __init__(self, query: Query | Unparsed, names: Names) -> None:
        self.query = query
        self._names = names
        self._clauses: Clauses | Unparsed | str | None = None
        self._selected: Selected | None = None

    @property
    def clauses(self) -> Clauses | Unparsed | str:
        """The normalized query in clauses, or in a string why the official script ends in an exception."""
        if self._clauses is None:
            self._clauses = _clauses(self.query, self._names)
        return self._clauses

    @property
    def selected(self) -> Selected | None:
        """What names the columns of its result, from left to right; ``None`` where it is no query."""
        if self._selected is None and isinstance(self.clauses, Clauses):
            found = self.clauses.query.select
            self._selected = tuple([unit[1] if unit[2] is None else unit for _, unit in found])
        return self._selected


def _clauses(query: Query | Unparsed, names: Names) -> Clauses | Unparsed | str:
    if isinstance(query, Unparsed):
        return query
    try:
        return clauses(normalize(query, names))
    except MalformedError as crash:
        return str(crash)


def form_of(sql: str, names: Names, variant: Variant) -> Form:
    """Read ``sql``; never raises, whatever the text, and gives a long one up after two seconds."""
    if len(sql) <= _LONGEST_KEPT:
        return _kept(sql, names, variant)
    try:
        return bounded(_read, sql, names, variant)
    except TooHardError as error:
        return Form(Unparsed(str(error)), names)


def _read(sql: str, names: Names, variant: Variant) -> Form:
    words = tokenize(sql)
    if words is None:
        return Form(Unparsed("odd number of quotation marks"), names)
    if len(sql) > _LONGEST_KEPT:
        return _read_words(words, names, variant)
    return _kept_words(tuple(words), names, variant)


def _read_words(words: Sequence[str], names: Names, variant: Variant) -> Form:
    return Form(parse_words(words, names, variant), names)


@lru_cache(maxsize=16384)
def _kept(sql: str, names: Names, variant: Variant) -> Form:
    if variant != "spider" and "limit" not in sql.lower():
        return _kept(sql, names, "spider")  # they differ in LIMIT only
    return _read(sql, names, variant)


_kept_words = lru_cache(maxsize=8192)(_read_words)
