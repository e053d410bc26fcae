"""Relevance: which tables and columns a question is about, by BM25 over their names and values.

The same ranking narrows schemas in training and in prediction; it never sees gold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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

        self._schema = schema
        self._items = [(table.name, column.name) for table in schema.tables for column in table.columns]
        self._items += [(table.name, "") for table in schema.tables]
        place = {item: number for number, item in enumerate(self._items)}
        documents = [_column_words(table, column) for table in schema.tables for column in table.columns]
        documents += [_telling(name_words(f"{table.name} {table.label}")) for table in schema.tables]
        owners = list(range(len(self._items)))
        for match in texts:
            documents.append(_telling(words(match.value)))
            owners.append(place[match.table, match.column])
        self._owners = np.array(owners)
        self._index = bm25s.BM25(method="lucene")
        self._index.index([document or ["\0"] for document in documents], show_progress=False)

    def rank(self, text: str) -> Ranking:
        """Score everything for a question; a column is worth its name and its best value."""
        scores = self._scores(_telling(words(text)))
        count = len(self._items)
        best = np.zeros(count)
        np.maximum.at(best, self._owners[count:], scores[count:])
        total = dict(zip(self._items, (scores[:count] + best).tolist(), strict=True))
        own = {
            table.name: total[table.name, ""]
            + max((total[table.name, column.name] for column in table.columns), default=0.0)
            for table in self._schema.tables
        }
        joined = {name: max((own[other] for other in self._neighbours(name)), default=0.0) for name in own}
        return Ranking(
            {name: score + NEIGHBOUR * joined[name] for name, score in own.items()},
            {item: score for item, score in total.items() if item[1]},
        )

    def _scores(self, asked: Sequence[str]) -> NDArray[np.float64]:
        if not asked:
            return np.zeros(len(self._owners))
        return np.asarray(self._index.get_scores(list(asked)), dtype=np.float64)

    def _neighbours(self, name: str) -> set[str]:
        pairs = {(key.table, key.to_table) for key in self._schema.foreign_keys}
        return {b for a, b in pairs if a == name} | {a for a, b in pairs if b == name}


def narrowed(schema: Schema, ranking: Ranking, tables: int, columns: int) -> Schema:
    """Keep the best tables and columns, in the order of the schema.

    Primary keys stay, and columns that join two tables that stay. Of equals the earlier one is kept.
    """
    kept = _best([table.name for table in schema.tables], ranking.tables, tables)
    keys = tuple(key for key in schema.foreign_keys if key.table in kept and key.to_table in kept)
    joins = {(key.table, key.column) for key in keys} | {(key.to_table, key.to_column) for key in keys}
    return Schema(
        schema.db_id,
        tuple(_narrow(table, ranking, columns, joins) for table in schema.tables if table.name in kept),
        keys,
    )


def _narrow(table: Table, ranking: Ranking, columns: int, joins: set[tuple[str, str]]) -> Table:
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
