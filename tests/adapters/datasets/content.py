"""What a data set says, as text that stays the same when its records grow fields."""

from __future__ import annotations

from bench.types import Example, Schema


def content(schema: Schema, example: Example) -> str:
    """Write down a question, its gold and its schema."""
    tables = [
        (table.name, table.label, table.primary_key, [(c.name, c.type, c.label) for c in table.columns])
        for table in schema.tables
    ]
    keys = [(key.table, key.column, key.to_table, key.to_column) for key in schema.foreign_keys]
    asked = (example.id, example.db_id, example.question, example.gold, example.difficulty)
    return repr((*asked, tables, keys))
