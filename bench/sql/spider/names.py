"""A schema as the official script holds it: lower-cased names, and which columns are one key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.types import Schema

EVERYTHING = "*"


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The words that may stand for a table or a column.

    Attributes:
        tables: every table's name, mapped to itself.
        ids: ``table``, ``table.column`` and ``*``, each mapped to the one string that stands for it.
        keys: by table, its columns that belong to a foreign key, each mapped to the column that
            represents its group.
    """

    tables: dict[str, str]
    ids: dict[str, str]
    keys: dict[str, dict[str, str]]


_known: dict[int, tuple[Schema, Names]] = {}
_MOST = 1024


def names_of(schema: Schema) -> Names:
    """Return the names of ``schema``, worked out once for each schema object."""
    known = _known.get(id(schema))
    if known is not None:
        return known[1]
    if len(_known) >= _MOST:
        _known.clear()
    names = _read(schema)
    _known[id(schema)] = (schema, names)
    return names


def _read(schema: Schema) -> Names:
    tables = {name: name for name in (table.name.lower() for table in schema.tables)}
    columns = {name: name for name in _columns(schema)}
    ids = {EVERYTHING: EVERYTHING, **columns, **tables}
    keys: dict[str, dict[str, str]] = {}
    for column, first in _keys(schema).items():
        if column in ids:
            keys.setdefault(column.partition(".")[0], {})[column] = first
    return Names(tables, ids, keys)


def _columns(schema: Schema) -> Iterator[str]:
    for table in schema.tables:
        for column in table.columns:
            yield f"{table.name}.{column.name}".lower()


def _keys(schema: Schema) -> dict[str, str]:
    """Group columns by foreign keys, in their listed order.

    A pair joins the first group that has either end. Groups are never merged, so a column may be in
    two of them, and the later one then speaks for it. The column that comes first in the schema
    represents its group.
    """
    groups: list[set[str]] = []
    for key in schema.foreign_keys:
        pair = {f"{key.table}.{key.column}".lower(), f"{key.to_table}.{key.to_column}".lower()}
        group = next((group for group in groups if group & pair), None)
        if group is None:
            groups.append(pair)
        else:
            group |= pair
    place = {name: at for at, name in enumerate(_columns(schema))}
    keys: dict[str, str] = {}
    for group in groups:
        first = min(group, key=lambda name: (place.get(name, len(place)), name))
        keys.update(dict.fromkeys(group, first))
    return keys
