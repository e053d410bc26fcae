"""Read a query with sqlglot, whatever the text: a tree, or the reason why there is none."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bench.sql.dialects import readable
from bench.sql.spider.tree import Unparsed

LONGEST = 20_000
"""Characters of the longest text that is read."""

_CLAUSES = ("where", "group", "having", "order")


def read(sql: str, dialect: str = "sqlite") -> exp.Query | Unparsed:
    """Parse one statement; a dialect that sqlglot does not know is read as plain SQL.

    Raises:
        RecursionError: the text is nested too deeply.
    """
    if len(sql) > LONGEST:
        return Unparsed(f"longer than {LONGEST:,} characters")
    try:
        trees = sqlglot.parse(sql, dialect=readable(dialect))
    except SqlglotError as error:
        return Unparsed(" ".join(str(error).splitlines()[0].split())[:120])
    statements = [tree for tree in trees if tree is not None and not isinstance(tree, exp.Semicolon)]
    if len(statements) != 1:
        return Unparsed("several statements" if statements else "no statement")
    (tree,) = statements
    if not isinstance(tree, exp.Query):
        return Unparsed("not a query")
    return (
        Unparsed("its clauses are out of order") if any(map(_disordered, tree.find_all(exp.Select))) else tree
    )


def _disordered(select: exp.Select) -> bool:
    """Tell whether clauses stand in an order that SQL does not have; sqlglot reads them in any order."""
    found = [_CLAUSES.index(clause) for clause in select.args if clause in _CLAUSES and select.args[clause]]
    return found != sorted(found)
