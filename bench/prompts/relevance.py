"""Relevance: which tables and columns a question is about, by BM25 over their names and values.

The same ranking narrows schemas in training and in prediction; it never sees gold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from bench.prompts.format import Match
from bench.prompts.words import STOP, name_words, words
from bench.types import Column, Schema, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
"""Raised by hand when the ranking changes; it enters the keys of prompts that use it."""
NEIGHBOUR = 0.3
"""A table takes this share of the score of the best table that it can be joined with."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The tables and columns of a schema by how much a question is about them."""

    tables: Mapping[str, float]
    columns: Mapping[tuple[str, str], float]


class Relevance:
    """Ranks the tables and columns of one schema."""

    def __init__(self, schema: Schema, texts: Iterable[Match]) -> None:
        """Index names, labels, descriptions and ``texts``, the values of the database."""
        import bm25s  # takes a second, and few prompts need it

        self._columns = [(table.name, column.name) for table in schema.tables for column in table.columns]
        self._tables = [table.name for table in schema.tables]
        self._ends = list(accumulate(len(table.columns) for table in schema.tables))
        self._neighbours = _neighbours(schema)
        documents = [_column_words(table, column) for table in schema.tables for column in table.columns]
        documents += [_telling(name_words(f"{table.name} {table.label}")) for table in schema.tables]
        begins: dict[int, int] = {}  # column → its first text; the texts of a column stand together
        place = {column: number for number, column in enumerate(self._columns)}
        for match in texts:
            begins.setdefault(place[match.table, match.column], len(documents))
            documents.append(_telling(words(match.value)))
        self._told, self._begins = [*begins], [*begins.values()]
        self._size = len(documents)
        self._index = bm25s.BM25(method="lucene")
        self._index.index([document or ["\0"] for document in documents], show_progress=False)

    def rank(self, text: str) -> Ranking:
        """Score everything for a question; a column is worth its name and its best value."""
        scores = self._scores(_telling(words(text)))
        total = scores[: len(self._columns)].copy()
        if self._begins:
            total[self._told] += np.maximum.reduceat(scores, self._begins)
        columns = total.tolist()
        names = scores[len(columns) : len(columns) + len(self._tables)].tolist()
        own = {
            table: name + max(columns[begin:end], default=0.0)
            for table, name, begin, end in zip(
                self._tables, names, [0, *self._ends], self._ends, strict=False
            )
        }
        return Ranking(
            {
                table: score + NEIGHBOUR * max((own[other] for other in self._neighbours[table]), default=0.0)
                for table, score in own.items()
            },
            dict(zip(self._columns, columns, strict=True)),
        )

    def _scores(self, asked: Sequence[str]) -> NDArray[np.float64]:
        if not asked:
            return np.zeros(self._size)
        return np.asarray(self._index.get_scores(list(asked)), dtype=np.float64)


def _neighbours(schema: Schema) -> dict[str, set[str]]:
    """List the tables that each table can be joined with."""
    found: dict[str, set[str]] = {table.name: set() for table in schema.tables}
    for key in schema.foreign_keys:
        if key.table in found and key.to_table in found:
            found[key.table].add(key.to_table)
            found[key.to_table].add(key.table)
    return found


def narrowed(schema: Schema, ranking: Ranking, tables: int, columns: int) -> Schema:
    """Keep the best tables and columns, in the order of the schema; the schema itself if all are kept.

    Primary keys stay, and columns that join two tables that stay. Of equals the earlier one is kept.
    """
    if tables >= len(schema.tables) and all(len(table.columns) <= columns for table in schema.tables):
        return schema
    kept = _best([table.name for table in schema.tables], ranking.tables, tables)
    keys = tuple(key for key in schema.foreign_keys if key.table in kept and key.to_table in kept)
    joins = {(key.table, key.column) for key in keys} | {(key.to_table, key.to_column) for key in keys}
    return Schema(
        schema.db_id,
        tuple(_narrow(table, ranking, columns, joins) for table in schema.tables if table.name in kept),
        keys,
    )


def _narrow(table: Table, ranking: Ranking, columns: int, joins: set[tuple[str, str]]) -> Table:
    if columns >= len(table.columns):
        return table
    scores = {column.name: ranking.columns[table.name, column.name] for column in table.columns}
    kept = _best([column.name for column in table.columns], scores, columns)
    return replace(
        table,
        columns=tuple(
            column
            for column in table.columns
            if column.name in kept or column.name in table.primary_key or (table.name, column.name) in joins
        ),
    )


def _best(names: Sequence[str], scores: Mapping[str, float], number: int) -> set[str]:
    return set(sorted(names, key=lambda name: -scores[name])[:number])


def _column_words(table: Table, column: Column) -> list[str]:
    return _telling(name_words(f"{table.name} {column.name} {column.label}") + words(column.description))


def _telling(found: Iterable[str]) -> list[str]:
    return [word for word in found if word not in STOP]
