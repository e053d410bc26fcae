"""Diagnose: what a predicted query does otherwise than gold."""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bench.sql.differences import Difference, Kind, differences
from bench.sql.plain import columns_of, plain, reads_one_table
from bench.sql.timed import TooHardError, timed
from bench.types import ABSTAIN, Schema

LONGEST = 20_000
GOLDS = 32
"""Golds that are kept as trees: many answers may be held against one after the other."""


class _NotAQueryError(Exception):
    """The text holds no query that can be compared."""


def diagnose(gold: str, pred: str, schema: Schema | None = None) -> tuple[Difference, ...]:
    """Return how ``pred`` differs from ``gold``, clause by clause; nothing where the trees agree.

    Nor is there anything to compare with where no SQL answers the question. Never raises, and gives up
    after two seconds. With a schema, columns without a table are known for what they are, and so are texts
    in double quotes.

    >>> diagnose("SELECT a FROM t WHERE b = 'France'", "SELECT a FROM t WHERE b = 'french'")[0].kind
    <Kind.VALUE: 'wrong value'>
    """
    if gold == ABSTAIN:
        return ()
    if max(len(gold), len(pred)) > LONGEST:
        return (_unreadable("is too long to be compared"),)
    try:
        return timed(f"{gold} {pred}", _diagnose, gold, pred, schema)
    except TooHardError as error:
        return (_unreadable(f"cannot be compared: {error}"),)
    except _NotAQueryError as error:
        return (_unreadable(str(error)),)
    except Exception as error:  # whatever a tree walk makes of hostile text, the page must go on
        return (_unreadable(f"cannot be compared: {str(error)[:90] or type(error).__name__}"),)


def _diagnose(gold: str, pred: str, schema: Schema | None) -> tuple[Difference, ...]:
    label, other = _parsed(gold), _tree(pred, "cannot be parsed")
    bare = reads_one_table(label) and reads_one_table(other)
    found = differences(_plain_gold(gold, schema, bare=bare), plain(other, columns_of(schema), bare=bare))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=GOLDS)
def _parsed(gold: str) -> exp.Query:
    return _tree(gold, "gold cannot be parsed")


@lru_cache(maxsize=GOLDS)
def _plain_gold(gold: str, schema: Schema | None, *, bare: bool) -> exp.Query:
    return plain(_parsed(gold).copy(), columns_of(schema), bare=bare)


def _tree(sql: str, otherwise: str) -> exp.Query:
    try:
        tree = sqlglot.parse_one(sql, dialect="sqlite")
    except SqlglotError as error:
        said = " ".join(str(error).splitlines()[0].split())
        raise _NotAQueryError(f"{otherwise}: {said[:90]}") from None
    if not isinstance(tree, exp.Query):
        raise _NotAQueryError(f"{otherwise}: it is not a query")
    return tree


def _unreadable(words: str) -> Difference:
    return Difference(Kind.UNREADABLE, words)
