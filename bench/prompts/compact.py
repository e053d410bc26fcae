"""The default format: the whole schema in few tokens.

One line per table with its columns, one line per foreign key, BIRD's evidence where there is some,
the earlier turns of a conversation with the SQL that was predicted for them, and the question.
"""

from __future__ import annotations

from bench.prompts.format import Contents, Format, cells, line
from bench.types import Example, Schema


def _schema(schema: Schema, shown: Contents) -> str:
    lines = []
    for table in schema.tables:
        lines.append(f"{table.name}({', '.join(column.name for column in table.columns)})")
        lines += [f"  {cells(row)}" for row in shown.rows.get(table.name, ())]
    lines += [f"{key.table}.{key.column} = {key.to_table}.{key.to_column}" for key in schema.foreign_keys]
    return "\n".join(lines)


def _ask(example: Example) -> str:
    """Write the question; the last characters are ``SQL:``."""
    lines = [f"Evidence: {line(example.evidence)}"] if example.evidence else []
    for turn in example.history:
        lines.append(f"Question: {line(turn.question)}")
        if turn.sql is not None:
            lines.append(f"SQL: {line(turn.sql)}")
    return "\n".join([*lines, f"Question: {line(example.question)}", "SQL:"])


FORMAT = Format(version=1, schema=_schema, ask=_ask, rows=True)
