"""Transpile: SQLite's SQL → that of another engine, by sqlglot, with what it cannot know of a database.

Quotes around what is no name make a text in SQLite; LIKE does not tell capitals apart there; names do not
either. That the result means the same is not promised: ``bench data port`` runs both and compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bench.sql.modern.read import LONGEST
from bench.sql.timed import TooHardError, timed
from bench.types import Schema


def transpile(sql: str, schema: Schema, dialect: str, *, folds: bool) -> str | None:
    r"""Write a query in another language; ``None`` where it cannot be read.

    Args:
        sql: a query for SQLite.
        schema: of the database that it asks.
        dialect: sqlglot's name of the other language.
        folds: whether the other database's names are all written small.

    >>> from bench.types import Column, Table
    >>> schema = Schema("s", (Table("City", (Column("Name"),)),))
    >>> transpile('SELECT Name FROM City WHERE name LIKE "a%"', schema, "postgres", folds=True)
    'SELECT "name" FROM "city" WHERE "name" ILIKE \'a%\''
    """
    if len(sql) > LONGEST:
        return None
    try:
        return timed(sql, lambda: _transpile(sql, schema, dialect, folds=folds))
    except (SqlglotError, TooHardError):
        return None


def _transpile(sql: str, schema: Schema, dialect: str, *, folds: bool) -> str:
    tree = sqlglot.parse_one(sql, dialect="sqlite")
    types = {column.name.lower(): column.type.upper() for table in schema.tables for column in table.columns}
    aliases = {alias.alias.lower() for alias in tree.find_all(exp.Alias)}
    for column in list(tree.find_all(exp.Column)):
        if _is_text(column, types.keys() | aliases):
            column.replace(exp.Literal.string(column.name))
    if folds:
        for identifier in tree.find_all(exp.Identifier):
            identifier.set("this", identifier.name.lower())
    for like in list(tree.find_all(exp.Like)):
        like.replace(exp.ILike(this=_as_text(like.this, types), expression=like.expression))
    return tree.sql(dialect=dialect, identify=True, comments=False)


def _is_text(column: exp.Column, known: AbstractSet[str]) -> bool:
    """Tell whether what stands in quotes names nothing, which SQLite then takes for a text."""
    name = column.this
    quoted = isinstance(name, exp.Identifier) and bool(name.quoted) and not column.table
    return quoted and column.name.lower() not in known


def _as_text(value: exp.Expression, types: Mapping[str, str]) -> exp.Expression:
    """Make text of a date or a number, which LIKE does by itself in SQLite."""
    type_ = types.get(value.name.lower(), "") if isinstance(value, exp.Column) else ""
    return value if not type_ or "CHAR" in type_ or "TEXT" in type_ else exp.cast(value, "text")
