"""The flat format of CodeS (arXiv 2402.16347), which KID is trained on (arXiv 2410.11371, figure 7).

Everything is in lower case: a line per table whose columns carry their type, whether they are a
primary key, a comment and sample values; then foreign keys, then the values that the question
mentions, then evidence and question on one line. The SQL begins on the next. As in the original, the
comment of a table is repeated before each of its columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bench.prompts.format import Contents, Format, Match, comment, line
from bench.types import Column, Example, Schema, Table

LONGEST = 25
"""Sample values longer than this are left out."""


def _schema(schema: Schema, shown: Contents) -> str:
    lines = ["database schema :"]
    lines += [_table(table, shown) for table in schema.tables]
    keys = [
        f"{_name(key.table)}.{_name(key.column)} = {_name(key.to_table)}.{_name(key.to_column)}"
        for key in schema.foreign_keys
    ]
    return "\n".join([*lines, *(["foreign keys :", *keys] if keys else ["foreign keys : None"])])


def _table(table: Table, shown: Contents) -> str:
    name = _name(table.name) + (
        f" ( comment : {about} )" if (about := comment(table.name, table.label).lower()) else ""
    )
    columns = " , ".join(
        _column(
            name,
            column,
            column.name in table.primary_key,
            shown.values.get((table.name, column.name), ()),
        )
        for column in table.columns
    )
    return f"table {name} , columns = [ {columns} ]"


@lru_cache(maxsize=65_536)
def _column(table: str, column: Column, key: bool, values: tuple[str, ...]) -> str:
    """Write a column; filters show the same ones again and again."""
    parts = [column.type.lower() or "text"]
    if key:
        parts.append("primary key")
    if about := comment(column.name, column.label).lower():
        parts.append(f"comment : {about}")
    shown = [value for text in values if 0 < len(value := line(text)) <= LONGEST]
    if shown:
        parts.append(f"values : {' , '.join(shown)}")
    return f"{table}.{_name(column.name)} ( {' | '.join(parts)} )"


def _matched(matches: Sequence[Match]) -> str:
    found: dict[str, list[str]] = {}
    for match in matches:
        found.setdefault(f"{_name(match.table)}.{_name(match.column)}", []).append(line(match.value))
    if not found:
        return "matched contents : None"
    return "\n".join(
        ["matched contents :", *(f"{name} ( {' , '.join(values)} )" for name, values in found.items())]
    )


def _ask(example: Example) -> str:
    lines = []
    for turn in example.history:
        lines += [line(turn.question), *([line(turn.sql)] if turn.sql is not None else [])]
    return "\n".join([*lines, line(f"{example.evidence} {example.question}")]) + "\n"


@lru_cache(maxsize=65_536)
def _name(name: str) -> str:
    low = name.lower()
    return f"`{low}`" if re.search(r"[()\-\s/]", low) else low


FORMAT = Format(
    version=1, schema=_schema, ask=_ask, matched=_matched, matches=10, values=2, descriptions=True
)
