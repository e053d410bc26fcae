"""Literals: the texts that a query compares columns with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from bench.sql.plain import Columns, columns_of, plain
from bench.sql.timed import timed
from bench.types import Schema

LONGEST = 20_000


class Compared(NamedTuple):
    """``table.column`` is asked to equal ``text``."""

    table: str
    column: str
    text: str


def compared_texts(sql: str, schema: Schema) -> tuple[Compared, ...]:
    """Return the texts that columns of the schema are compared with by ``=``, ``!=`` or IN.

    None where the query cannot be read; never raises.

    >>> from bench.types import Column, Table
    >>> schema = Schema("s", (Table("city", (Column("name"), Column("state"))),))
    >>> compared_texts("SELECT name FROM city AS c WHERE c.state = 'Ohio'", schema)
    (Compared(table='city', column='state', text='Ohio'),)
    """
    if len(sql) > LONGEST:
        return ()
    columns = columns_of(schema)
    try:
        return timed(sql, lambda: tuple(dict.fromkeys(_compared(sql, columns))))
    except Exception:  # a text that is no query compares nothing
        return ()


def _compared(sql: str, columns: Columns) -> Iterator[Compared]:
    tree = sqlglot.parse_one(sql, dialect="sqlite")
    if not isinstance(tree, exp.Query):
        return
    for node in plain(tree, columns, bare=False).find_all(exp.EQ, exp.NEQ, exp.In):
        sides = [node.this, *(node.expressions if isinstance(node, exp.In) else [node.expression])]
        for column in (side for side in sides if isinstance(side, exp.Column)):
            if column.name in columns.get(column.table, ()):
                texts = (side for side in sides if isinstance(side, exp.Literal) and side.is_string)
                yield from (Compared(column.table, column.name, text.this) for text in texts)
