"""M-Schema, the format of XiYan-SQL (arXiv 2411.08599): a block per table, a tuple per column.

Of the sample values, dates show one, long ones (over 20 characters) show one, and where one has over
50 none are shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.prompts.format import Contents, Format, comment, line
from bench.types import Column, Example, Schema, Table

LONG, TOO_LONG = 20, 50
DATES = ("DATE", "TIME", "DATETIME", "TIMESTAMP")


def _schema(schema: Schema, shown: Contents) -> str:
    lines = [f"【DB_ID】 {schema.db_id}", "【Schema】"]
    lines += [_table(table, shown) for table in schema.tables]
    if schema.foreign_keys:
        lines.append("【Foreign keys】")
    lines += [f"{key.table}.{key.column}={key.to_table}.{key.to_column}" for key in schema.foreign_keys]
    return "\n".join(lines)


def _table(table: Table, shown: Contents) -> str:
    about = comment(table.name, table.label)
    heading = f"{table.name}, {about}" if about else table.name
    columns = ",\n".join(_column(table, column, shown) for column in table.columns)
    return f"# Table: {heading}\n[\n{columns}\n]"


def _column(table: Table, column: Column, shown: Contents) -> str:
    kind = column.type.partition("(")[0].strip().upper() or "TEXT"
    parts = [f"{column.name}:{kind}"]
    if about := comment(column.name, column.label):
        parts.append(about)
    if column.name in table.primary_key:
        parts.append("Primary Key")
    if examples := _examples(kind, shown.values.get((table.name, column.name), ())):
        parts.append(f"Examples: [{', '.join(examples)}]")
    return f"({', '.join(parts)})"


def _examples(kind: str, values: Sequence[str]) -> list[str]:
    texts = [text for value in values if (text := line(value))]
    longest = max(map(len, texts), default=0)
    if longest > TOO_LONG:
        return []
    return texts[:1] if longest > LONG or kind in DATES else texts


def _ask(example: Example) -> str:
    """Write the question; the SQL begins on the line after it."""
    lines = []
    for turn in example.history:
        lines += ["【Question】", line(turn.question), *([line(turn.sql)] if turn.sql is not None else [])]
    if example.evidence:
        lines += ["【Evidence】", line(example.evidence)]
    return "\n".join([*lines, "【Question】", line(example.question)]) + "\n"


FORMAT = Format(version=1, schema=_schema, ask=_ask, values=3, descriptions=True)
