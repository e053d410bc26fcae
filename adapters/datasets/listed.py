"""Listed: schemas that a data set tells in a form of its own, as entries of ``tables.json``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

Key: TypeAlias = tuple[str, str, str, str]
"""A table and its column, and the table and column that they refer to."""

_TABLE = re.compile(r"CREATE\s+TABLE\s+(\S+)\s*\((.*?)\)\s*(?:;|\Z)", re.IGNORECASE | re.DOTALL)
_COMMA = re.compile(r",(?![^()]*\))")
_PRIMARY = re.compile(r"\s*PRIMARY\s+KEY\s*\(([^)]*)\)", re.IGNORECASE)
_REFERS = re.compile(
    r"ALTER\s+TABLE\s+(\w+)\s+ADD\s+[^;]*?FOREIGN\s+KEY\s*\((\w+)\)\s*REFERENCES\s+(\w+)\s*\((\w+)\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Field:
    """A column, its declared type, and whether it is of the primary key."""

    name: str
    type: str = "text"
    key: bool = False


def entry(db_id: str, tables: Mapping[str, Sequence[Field]], keys: Iterable[Key] = ()) -> dict[str, Any]:
    """Describe a schema as ``tables.json`` does; foreign keys of what is not there are left out."""
    names = [*tables]
    fields = [(number, field) for number, name in enumerate(names) for field in tables[name]]
    place = {(names[at].lower(), field.name.lower()): n for n, (at, field) in enumerate(fields, start=1)}
    pairs = [((a.lower(), b.lower()), (c.lower(), d.lower())) for a, b, c, d in keys]
    columns = [[-1, "*"], *([at, field.name] for at, field in fields)]
    return {
        "db_id": db_id,
        "table_names": names,
        "table_names_original": names,
        "column_names": columns,
        "column_names_original": columns,
        "column_types": ["text", *(field.type for _, field in fields)],
        "primary_keys": [number for number, (_, field) in enumerate(fields, start=1) if field.key],
        "foreign_keys": [[place[a], place[b]] for a, b in pairs if a in place and b in place],
    }


def declared(db_id: str, ddl: str) -> dict[str, Any]:
    """Describe the tables of ``CREATE TABLE`` statements, with the foreign keys that ``ALTER TABLE`` adds.

    A table that is made twice has the columns of both. What is no such statement is passed over.
    """
    tables: dict[str, dict[str, Field]] = {}
    names: dict[str, str] = {}
    for found in _TABLE.finditer(ddl):
        fields = tables.setdefault(names.setdefault(found[1].lower(), found[1]), {})
        for part in _COMMA.split(found[2]):
            primary = _PRIMARY.match(part)
            if primary:
                keys = [name.strip().lower() for name in primary[1].split(",")]
                fields |= {low: replace(field, key=True) for low, field in fields.items() if low in keys}
            elif part.strip():
                name, _, kind = part.strip().partition(" ")
                fields.setdefault(name.lower(), Field(name, kind.partition(" ")[0] or "text"))
    columns = {name: [*fields.values()] for name, fields in tables.items()}
    return entry(db_id, columns, ((key[1], key[2], key[3], key[4]) for key in _REFERS.finditer(ddl)))
