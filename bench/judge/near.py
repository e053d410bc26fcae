"""Near misses: literals that no row has, but that nearly match a value the column does have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rapidfuzz import fuzz, process, utils

from bench.execute import Executor
from bench.execute.item import Query
from bench.execute.policy import STANDARD
from bench.sql.literals import Compared, compared_texts
from bench.types import Dataset, Example, Status

READING = replace(STANDARD, name="reading", steps=100_000_000, preview_rows=20_000)
"""The policy under which the values of columns are read: this many of each at most."""

NEAR = 80.0
"""From how many percent of equal characters, case and punctuation aside, a text counts as near."""

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A query asks ``table.column`` for ``text``, which it never is; ``stored`` is the nearest that it is."""

    table: str
    column: str
    text: str
    stored: str


def near_misses(
    dataset: Dataset, asked: Iterable[tuple[Example, str]], executor: Executor
) -> dict[str, tuple[NearMiss, ...]]:
    """Look up the literals of queries in the databases.

    Args:
        dataset: brings schemas and databases.
        asked: examples, each with a query that answers it wrongly.
        executor: reads the columns, each once; its policy is :data:`READING`.

    Returns:
        The near misses by the example's id, for those that have any.
    """
    texts = {
        example.id: (dataset.databases[example.db_id], compared_texts(sql, dataset.schema(example)))
        for example, sql in asked
    }
    columns = {(path, *one[:2]): None for path, found in texts.values() for one in found}
    outcomes = executor.run_all(Query(path, _values(table, column)) for path, table, column in columns)
    stored = {
        where: {str(row[0]) for row in outcome.preview} if outcome.status is Status.OK else set()
        for where, outcome in zip(columns, outcomes, strict=True)
    }
    misses = {name: tuple(_misses(path, found, stored)) for name, (path, found) in texts.items()}
    return {name: found for name, found in misses.items() if found}


def _values(table: str, column: str) -> str:
    table, column = (f'"{name.replace(chr(34), chr(34) * 2)}"' for name in (table, column))
    return (
        f"SELECT DISTINCT {column} FROM {table} WHERE typeof({column}) = 'text' "
        f"AND length({column}) <= {_LONGEST} LIMIT {READING.preview_rows}"
    )


def _misses(
    path: Path, found: Iterable[Compared], stored: Mapping[tuple[Path, str, str], set[str]]
) -> Iterable[NearMiss]:
    for table, column, text in found:
        values = stored[path, table, column]
        if text in values:
            continue
        near = process.extractOne(
            text, sorted(values), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=NEAR
        )
        if near is not None:
            yield NearMiss(table, column, text, near[0])
