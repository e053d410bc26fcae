"""Invented databases: new every time, never mini's, and always answerable."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from adapters.datasets.mini import Mini, synth
from bench.sql import spider
from bench.types import Example, Schema
from tests.adapters.datasets.content import content

CONTENT = "3effce473d245f1edc130a4420c611b955b2c06bc8199beb638c60c9b58a3933"


@pytest.fixture(scope="module")
def sample() -> list[tuple[Schema, Example]]:
    return list(synth.examples(1500, seed=7))


def database(schema: Schema) -> sqlite3.Connection:
    """Make an empty database of a schema."""
    connection = sqlite3.connect(":memory:")
    for table in schema.tables:
        columns = [f"{column.name} {column.type}" for column in table.columns]
        connection.execute(f"CREATE TABLE {table.name} ({', '.join(columns)})")
    return connection


def test_the_same_seed_gives_the_same_examples(sample) -> None:
    assert list(synth.examples(20, seed=7)) == sample[:20]
    assert list(synth.examples(20, seed=8)) != sample[:20]


def test_the_content_is_as_ever(sample) -> None:
    lines = [content(schema, example) for schema, example in sample[:300]]
    found = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert found == CONTENT, "the shipped bases are trained on these: a change needs new ones, or a note"


def test_gold_runs(sample) -> None:
    for schema, example in sample[:600]:
        connection = database(schema)
        connection.execute(example.gold[0]).fetchall()
        connection.close()


def test_levels_are_spiders_and_all_four_come(sample) -> None:
    for schema, example in sample:
        query = spider.parse(example.gold[0], schema)
        assert isinstance(query, spider.Query), (example, query)
        assert spider.hardness(query) == example.difficulty, example
    counts = Counter(example.difficulty for _, example in sample)
    assert min(counts.values()) > 0.1 * len(sample)
    assert len(counts) == 4


def test_schemas_vary(sample) -> None:
    names = Counter(table.name for schema, _ in sample for table in schema.tables)
    assert len(names) > 1000
    assert max(names.values()) < 0.02 * len(sample)
    assert {len(schema.tables) for schema, _ in sample} == {2, 3, 4, 5}
    whole = {tuple(sorted(table.name for table in schema.tables)) for schema, _ in sample}
    assert len(whole) > 0.98 * len(sample)


def test_nothing_of_mini_is_given_away(sample, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    mini = [Mini().load(split) for split in Mini.splits]
    schemas = {
        frozenset(table.name for table in schema.tables) for data in mini for schema in data.schemas.values()
    }
    pairs = {(example.question, example.gold[0]) for data in mini for example in data.examples}
    for schema, example in sample:
        assert frozenset(table.name for table in schema.tables) not in schemas
        assert (example.question, example.gold[0]) not in pairs
    tables = {table.name for data in mini for schema in data.schemas.values() for table in schema.tables}
    assert not tables & {table.name for schema, _ in sample for table in schema.tables}
