"""The schema as CREATE TABLE statements, with types and keys, then the question in comments."""

from __future__ import annotations

import re

from bench.types import Example, Schema, Table

VERSION = 1


def render(example: Example, schema: Schema) -> str:
    """Write the prompt; the SQL begins on the line after its last one."""
    parts = [_create(table, schema) for table in schema.tables]
    notes = [f"-- Evidence: {_line(example.evidence)}"] if example.evidence else []
    for turn in example.history:
        notes.append(f"-- Question: {_line(turn.question)}")
        if turn.sql is not None:
            notes.append(_line(turn.sql))
    notes.append(f"-- Question: {_line(example.question)}")
    return "\n\n".join([*parts, "\n".join(notes)]) + "\n"


def _create(table: Table, schema: Schema) -> str:
    lines = [f"{_name(column.name)} {column.type}".rstrip() for column in table.columns]
    if table.primary_key:
        lines.append(f"PRIMARY KEY ({', '.join(map(_name, table.primary_key))})")
    lines += [
        f"FOREIGN KEY ({_name(key.column)}) REFERENCES {_name(key.to_table)}({_name(key.to_column)})"
        for key in schema.foreign_keys
        if key.table == table.name
    ]
    body = ",\n".join(f"  {line}" for line in lines)
    return f"CREATE TABLE {_name(table.name)} (\n{body}\n);"


def _name(name: str) -> str:
    """Quote a name that is not a plain identifier."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else '"' + name.replace('"', '""') + '"'


def _line(text: str) -> str:
    return " ".join(text.split())
