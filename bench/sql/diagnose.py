"""Diagnose: what a predicted query does otherwise than gold."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bench.sql.differences import Difference, Kind, differences
from bench.sql.plain import Columns, columns_of
from bench.sql.timed import TooHardError, timed
from bench.types import Schema

LONGEST = 20_000


class _NotAQueryError(Exception):
    """The text holds no query that can be compared."""


def diagnose(gold: str, pred: str, schema: Schema | None = None) -> tuple[Difference, ...]:
    """Return how ``pred`` differs from ``gold``, clause by clause; nothing where the trees agree.

    Never raises, and gives up after two seconds. With a schema, columns without a table are known for
    what they are, and so are texts in double quotes.

    >>> diagnose("SELECT a FROM t WHERE b = 'France'", "SELECT a FROM t WHERE b = 'french'")[0].kind
    <Kind.VALUE: 'wrong value'>
    """
    if max(len(gold), len(pred)) > LONGEST:
        return (_unreadable("is too long to be compared"),)
    try:
        return timed(f"{gold} {pred}", _diagnose, gold, pred, columns_of(schema))
    except TooHardError as error:
        return (_unreadable(f"cannot be compared: {error}"),)
    except _NotAQueryError as error:
        return (_unreadable(str(error)),)
    except Exception as error:  # whatever a tree walk makes of hostile text, the page must go on
        return (_unreadable(f"cannot be compared: {str(error)[:90] or type(error).__name__}"),)


def _diagnose(gold: str, pred: str, columns: Columns) -> tuple[Difference, ...]:
    label, other = _tree(gold, "gold cannot be parsed"), _tree(pred, "cannot be parsed")
    return tuple(dict.fromkeys(differences(label, other, columns)))


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
