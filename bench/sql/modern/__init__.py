"""Exact set match for all of SQL: Spider's comparison of clauses, on sqlglot's tree.

CTEs, CASE, window functions, aliases, quoted names and modern joins are compared, where Spider's own
grammar gives up. Names are resolved in their scopes, so that no alias matters at any depth.
"""

from __future__ import annotations

from functools import lru_cache

from bench.sql.modern.hardness import hardness
from bench.sql.modern.match import partials
from bench.sql.modern.normal import normalize
from bench.sql.modern.read import LONGEST, read
from bench.sql.modern.tree import EMPTY, Query
from bench.sql.spider import Match
from bench.sql.spider.names import Names, names_of
from bench.sql.spider.tree import Unparsed
from bench.sql.timed import TooHardError, timed
from bench.types import Schema

__all__ = ["Query", "Unparsed", "exact_match", "hardness", "parse"]


def parse(sql: str, schema: Schema) -> Query | Unparsed:
    """Bring ``sql`` into its normal form; never raises, whatever the text, and gives up after two seconds."""
    if len(sql) > LONGEST:
        return Unparsed(f"longer than {LONGEST:,} characters")
    return _parse(sql, names_of(schema))


def exact_match(gold: str, pred: str, schema: Schema) -> Match:
    """Compare ``pred`` with ``gold``; never raises, whatever the texts.

    They match if their normal forms are equal. As Spider's own match, this one looks past literals in
    conditions, DISTINCT, join conditions, the numbers of LIMIT, and which end of a foreign key is named.
    A prediction that cannot be read scores as an empty query.
    """
    label, other = parse(gold, schema), parse(pred, schema)
    if isinstance(label, Unparsed):
        return Match(False, gold_unparsed=label.reason)
    unparsed = other.reason if isinstance(other, Unparsed) else ""
    form = EMPTY if isinstance(other, Unparsed) else other
    return Match(label == form, partials(label, form), unparsed)


@lru_cache(maxsize=4096)
def _parse(sql: str, names: Names) -> Query | Unparsed:
    try:
        return timed(sql, _read, sql, names)
    except TooHardError as error:
        return Unparsed(str(error))
    except Exception as error:  # of hostile text sqlglot makes trees that no query has
        return Unparsed(f"it makes no tree that can be walked ({type(error).__name__})")


def _read(sql: str, names: Names) -> Query | Unparsed:
    tree = read(sql)
    return tree if isinstance(tree, Unparsed) else normalize(tree, names)
