"""A text as Spider's official script understands it, worked out once for all texts of the same words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bench.sql.spider.grammar import Variant, parse_words
from bench.sql.spider.match import Clauses, clauses
from bench.sql.spider.names import Names
from bench.sql.spider.normal import MalformedError, normalize
from bench.sql.spider.tokens import tokenize
from bench.sql.spider.tree import Query, Unparsed
from bench.sql.timed import TooHardError, bounded

_LONGEST_KEPT = 4096


class Form:
    """A parsed text, and what of it is compared.

    Attributes:
        query: the query, or why the grammar cannot read it.
    """

    __slots__ = ("_clauses", "_names", "query")

    def __init__(self, query: Query | Unparsed, names: Names) -> None:
        self.query = query
        self._names = names
        self._clauses: Clauses | Unparsed | str | None = None

    @property
    def clauses(self) -> Clauses | Unparsed | str:
        """The normalized query in clauses, or in a string why the official script ends in an exception."""
        if self._clauses is None:
            self._clauses = _clauses(self.query, self._names)
        return self._clauses


def _clauses(query: Query | Unparsed, names: Names) -> Clauses | Unparsed | str:
    if isinstance(query, Unparsed):
        return query
    try:
        return clauses(normalize(query, names))
    except MalformedError as crash:
        return str(crash)


def form_of(sql: str, names: Names, variant: Variant) -> Form:
    """Read ``sql``; never raises, whatever the text, and gives a long one up after two seconds."""
    if variant != "spider" and "limit" not in sql.lower():
        variant = "spider"  # they differ in LIMIT only
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


_kept = lru_cache(maxsize=8192)(_read)
_kept_words = lru_cache(maxsize=8192)(_read_words)
