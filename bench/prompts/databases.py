"""Databases: what prompts may show of the databases of a data set, always the same.

Databases are read through the adapter of their dialect, never here. What was read is kept as long as
the prompts are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

from bench.errors import ConfigError, DataError
from bench.prompts.format import NOTHING, Contents, Match
from bench.prompts.match import Values
from bench.prompts.relevance import Relevance
from bench.registry import find, names
from bench.types import Column, Dataset, Row, Scalar, Schema

HEAD = 500
"""Sample values are looked for in this many rows from the top of a table."""
TEXTS = 20_000
"""At most so many different texts of a column can be found in a question."""
LONGEST = 60
"""Texts with more characters than this are not looked for."""


@runtime_checkable
class Reader(Protocol):
    """What the adapter of a dialect offers prompts. Both answers are in the order of the table itself."""

    def head(self, path: Path, table: str, columns: Sequence[str], limit: int) -> list[Row]:
        """Return the first rows of a table."""
        ...

    def texts(self, path: Path, table: str, column: str, limit: int, longest: int) -> list[str]:
        """Return the first different texts of a column with at most ``longest`` characters."""
        ...


class Databases:
    """Reads the databases of one data set when a prompt needs them, each once."""

    def __init__(self, dataset: Dataset, *, rows: int, values: int, descriptions: bool) -> None:
        """Take a data set; nothing is opened yet.

        Args:
            dataset: whose databases are shown.
            rows: sample rows of each table.
            values: sample values of each column.
            descriptions: whether the description of a column stands in for its label.
        """
        self._paths, self._dialect = dataset.databases, dataset.dialect
        schemas = dataset.schemas
        self.schema = cache(lambda db_id: _described(schemas[db_id]) if descriptions else schemas[db_id])
        self.contents = cache(lambda db_id: self._contents(db_id, rows, values))
        self.values = cache(lambda db_id: Values(self._texts(db_id)))
        self.relevance = cache(lambda db_id: Relevance(self.schema(db_id), self._texts(db_id)))
        self._texts = cache(self._read_texts)

    def _contents(self, db_id: str, rows: int, values: int) -> Contents:
        if not rows and not values:
            return NOTHING
        shown_rows: dict[str, tuple[Row, ...]] = {}
        shown_values: dict[tuple[str, str], tuple[str, ...]] = {}
        for table in self.schema(db_id).tables:
            columns = [column.name for column in table.columns]
            head = self._reader().head(self._path(db_id), table.name, columns, HEAD if values else rows)
            shown_rows[table.name] = tuple(head[:rows])
            for place, column in enumerate(columns if values else ()):
                shown_values[table.name, column] = _first([row[place] for row in head], values)
        return Contents(shown_rows, shown_values)

    def _read_texts(self, db_id: str) -> list[Match]:
        """List every short text that stands in a database."""
        read, path = self._reader().texts, self._path(db_id)
        return [
            Match(table.name, column.name, text)
            for table in self.schema(db_id).tables
            for column in table.columns
            for text in read(path, table.name, column.name, TEXTS, LONGEST)
        ]

    def _path(self, db_id: str) -> Path:
        if db_id not in self._paths:
            raise DataError(
                "the prompt shows what databases hold, and the data set has no such database",
                where=db_id,
                todo="set prompt.rows, prompt.values and prompt.matches to 0",
            )
        return self._paths[db_id]

    def _reader(self) -> Reader:
        known = self._dialect in names("databases")
        reader = cast("Any", find("databases", self._dialect))() if known else None
        if not isinstance(reader, Reader):
            raise ConfigError(
                f"prompts cannot show what {self._dialect} databases hold",
                where="prompt.rows, prompt.values, prompt.matches",
                todo="set them to 0, and leave out prompt.filter",
            )
        return reader


def _described(schema: Schema) -> Schema:
    def told(column: Column) -> Column:
        return replace(column, label=column.description) if column.description else column

    return replace(
        schema,
        tables=tuple(
            replace(table, columns=tuple(told(column) for column in table.columns)) for table in schema.tables
        ),
    )


def _first(column: Sequence[Scalar], number: int) -> tuple[str, ...]:
    """Return the first different values, without blobs and what is empty."""
    found: dict[str, None] = {}
    for value in column:
        text = "" if value is None or isinstance(value, bytes) else str(value).strip()
        if text:
            found[text] = None
        if len(found) == number:
            break
    return tuple(found)
