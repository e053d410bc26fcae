"""The schema as CREATE TABLE statements, with types and keys, then the question in comments.

Sample rows follow their table in a comment, as in "Evaluating the Text-to-SQL Capabilities of Large
Language Models" (arXiv 2204.00498). In DB-GPT-Hub's wrapper this is that project's variant of its
own prompt.
"""

from __future__ import annotations

from bench.prompts.format import Contents, Format, cells, line, quoted
from bench.types import Example, Row, Schema, Table


def _schema(schema: Schema, shown: Contents) -> str:
    return "\n\n".join(
        _create(table, schema) + _rows(table, shown.rows.get(table.name, ())) for table in schema.tables
    )


def _create(table: Table, schema: Schema) -> str:
    lines = [f"{quoted(column.name)} {column.type}".rstrip() for column in table.columns]
    if table.primary_key:
        lines.append(f"PRIMARY KEY ({', '.join(map(quoted, table.primary_key))})")
    lines += [
        f"FOREIGN KEY ({quoted(key.column)}) REFERENCES {quoted(key.to_table)}({quoted(key.to_column)})"
        for key in schema.foreign_keys
        if key.table == table.name
    ]
    body = ",\n".join(f"  {text}" for text in lines)
    return f"CREATE TABLE {quoted(table.name)} (\n{body}\n);"


def _rows(table: Table, rows: tuple[Row, ...]) -> str:
    if not rows:
        return ""
    names = " | ".join(column.name for column in table.columns)
    listed = "\n".join(cells(row) for row in rows).replace("*/", "* /")
    return f"\n/* {len(rows)} rows:\n{names}\n{listed}\n*/"


def _ask(example: Example) -> str:
    """Write the question; the SQL begins on the line after it."""
    notes = [f"-- Evidence: {line(example.evidence)}"] if example.evidence else []
    for turn in example.history:
        notes.append(f"-- Question: {line(turn.question)}")
        if turn.sql is not None:
            notes.append(line(turn.sql))
    notes.append(f"-- Question: {line(example.question)}")
    return "\n".join(notes) + "\n"


FORMAT = Format(version=1, schema=_schema, ask=_ask, gap="\n\n", rows=True)
