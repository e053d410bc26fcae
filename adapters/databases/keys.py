"""Keys: which of the keys that a SQLite database declares hold there as other engines keep them.

SQLite enforces foreign keys only where it is told to, compares values of any kind, and lets a primary key
be NULL. Each key that another engine would refuse is named with the reason, and left out of the copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import apsw

from adapters.databases.build import Key, quoted
from adapters.databases.shape import Shape

LONGEST = 255
"""Characters of a text in a key."""

_REFERENCES = 'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq'
_UNIQUE = """
SELECT name FROM pragma_index_list(?) WHERE "unique" AND origin <> 'pk' AND NOT partial ORDER BY seq DESC
"""


def unique_keys(database: apsw.Connection, shape: Shape) -> list[Key]:
    """List the primary key of a table, if it has one, and what else is declared unique."""
    table = shape.table
    found = [Key("PRIMARY KEY", table.name, table.primary_key)] if table.primary_key else []
    for (index,) in database.execute(_UNIQUE, (table.name,)).fetchall():
        query = "SELECT name FROM pragma_index_info(?) ORDER BY seqno"
        columns = tuple([name for (name,) in database.execute(query, (str(index),))])
        if None not in columns:  # which stands for an expression
            found.append(Key("UNIQUE", table.name, tuple(map(str, columns))))
    return [replace(key, left=_unfit(database, shape, key)) for key in dict.fromkeys(found)]


def foreign_keys(
    database: apsw.Connection, shape: Shape, shapes: Mapping[str, Shape], unique: Mapping[str, Sequence[Key]]
) -> list[Key]:
    """List the foreign keys of a table.

    Args:
        database: where it lies.
        shape: of the table.
        shapes: of all tables, by their names in small letters.
        unique: their unique keys, by the same names.
    """
    rows = database.execute(_REFERENCES, (shape.table.name,)).fetchall()
    found = [
        _foreign_key(database, shape, list(parts), shapes, unique)
        for _, parts in groupby(rows, key=lambda row: row[0])
    ]
    return list(dict.fromkeys(found))


def unique_first(keys: Iterable[Key]) -> list[Key]:
    """Put foreign keys behind what they reference."""
    return sorted(keys, key=lambda key: bool(key.to))


def add(
    keys: Iterable[Key],
    execute: Callable[[str], object],
    quote: Callable[[str], str],
    refusal: type[Exception],
) -> Iterator[Key]:
    """Add keys to tables that are filled; one that the engine refuses is left out, in its words."""
    for key in keys:
        if key.left:
            yield key
            continue
        try:
            execute(f"ALTER TABLE {quote(key.table)} ADD {key.ddl(quote)}")
        except refusal as error:
            yield replace(key, left=str(error.args[-1]).partition("\n")[0])
        else:
            yield key


def _unfit(database: apsw.Connection, shape: Shape, key: Key) -> str:
    """Say why other engines would not take columns for a unique key; empty where they would."""
    for column in key.columns:
        name, kind = quoted(column), shape.kinds[column]
        if kind == "blob":
            return f"{column} holds blobs"
        if key.kind == "PRIMARY KEY" and column not in shape.full:
            return f"{column} is NULL in a row"
        query = f"SELECT 1 FROM {quoted(key.table)} WHERE length({name}) > {LONGEST} LIMIT 1"
        if kind == "text" and database.execute(query).fetchall():
            return f"{column} holds a text of more than {LONGEST} characters"
    return ""


def _foreign_key(
    database: apsw.Connection,
    shape: Shape,
    parts: Sequence[tuple[object, ...]],
    shapes: Mapping[str, Shape],
    unique: Mapping[str, Sequence[Key]],
) -> Key:
    """Read one foreign key, its columns in the order in which the other table's key has them."""
    columns, name = tuple(str(part[2]) for part in parts), str(parts[0][1])
    named = tuple(str(part[3]) for part in parts if part[3] is not None)
    key = Key("FOREIGN KEY", shape.table.name, columns, name, named)
    other = shapes.get(name.lower())
    if other is None:
        return replace(key, left="there is no such table")
    key = replace(key, to=other.table.name, to_columns=named or other.table.primary_key)
    own = {target.lower(): column for column, target in zip(columns, key.to_columns, strict=False)}
    target = next((one for one in unique[name.lower()] if {*map(str.lower, one.columns)} == own.keys()), None)
    if target is None or len(key.to_columns) != len(columns):
        return replace(key, left="what it references is not declared unique")
    if target.left:
        return replace(key, left=f"what it references is no key: {target.left}")
    key = replace(key, columns=tuple(own[one.lower()] for one in target.columns), to_columns=target.columns)
    return replace(key, left=_broken(database, key, shape, other))


def _broken(database: apsw.Connection, key: Key, shape: Shape, other: Shape) -> str:
    """Say why a foreign key does not hold; empty where it does."""
    for column, target in zip(key.columns, key.to_columns, strict=True):
        kind, wanted = shape.kinds[column], other.kinds[target]
        if kind != wanted:
            return f"{column} is {kind}, and {target} is {wanted}"
    own, theirs = list(map(quoted, key.columns)), list(map(quoted, key.to_columns))
    compared = ", ".join(f"{name} COLLATE BINARY" for name in own)
    query = f"""
        SELECT count(*) FROM {quoted(key.table)}
        WHERE {" AND ".join(f"{name} IS NOT NULL" for name in own)} AND ({compared}) NOT IN (
            SELECT {", ".join(theirs)} FROM {quoted(key.to)}
            WHERE {" AND ".join(f"{name} IS NOT NULL" for name in theirs)})"""
    ((rows,),) = database.execute(query).fetchall()
    return f"{rows} {'row references' if rows == 1 else 'rows reference'} nothing" if rows else ""
