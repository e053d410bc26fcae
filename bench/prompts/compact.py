"""The default format: the whole schema in few tokens.

One line per table with its columns, one line per foreign key, BIRD's evidence where there is some,
the earlier turns of a conversation with the SQL that was predicted for them, and the question.
"""

from __future__ import annotations

from bench.types import Example, Schema

VERSION = 1


def render(example: Example, schema: Schema) -> str:
    """Write the prompt; its last characters are ``SQL:``."""
    lines = [f"{table.name}({', '.join(column.name for column in table.columns)})" for table in schema.tables]
    lines += [f"{key.table}.{key.column} = {key.to_table}.{key.to_column}" for key in schema.foreign_keys]
    if example.evidence:
        lines.append(f"Evidence: {_line(example.evidence)}")
    for turn in example.history:
        lines.append(f"Question: {_line(turn.question)}")
        if turn.sql is not None:
            lines.append(f"SQL: {_line(turn.sql)}")
    lines += [f"Question: {_line(example.question)}", "SQL:"]
    return "\n".join(lines)


def _line(text: str) -> str:
    """Put ``text`` on one line, for the format gives a meaning to each line."""
    return " ".join(text.split())
