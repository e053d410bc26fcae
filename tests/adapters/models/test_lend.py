"""What the tiny models are trained on: answerable, and never mini's schemas or questions."""

from __future__ import annotations

import re
import sqlite3

import pytest

from adapters.datasets.mini import Mini, synth
from adapters.models.tiny import lend


@pytest.fixture(scope="module")
def sample():
    return list(lend.examples(1500, seed=17))


def test_it_repeats(sample) -> None:
    assert list(lend.examples(20, seed=17)) == sample[:20]


def test_gold_still_runs_on_the_renamed_schema(sample) -> None:
    for schema, example in sample[:500]:
        with sqlite3.connect(":memory:") as connection:
            for table in schema.tables:
                columns = ", ".join(column.name for column in table.columns)
                connection.execute(f"CREATE TABLE {table.name} ({columns})")
            connection.execute(example.gold[0]).fetchall()
        connection.close()
        for key in schema.foreign_keys:
            target = next(table for table in schema.tables if table.name == key.to_table)
            assert key.to_column in target.primary_key


def test_structure_and_level_are_those_of_the_invented_example(sample) -> None:
    for (_, example), (_, before) in zip(sample, synth.examples(1500, 17), strict=True):
        shape = [re.findall(r"\b[A-Z]{2,}\b|T\d|\d+", text) for text in (example.gold[0], before.gold[0])]
        assert shape[0] == shape[1]
        assert (example.id, example.difficulty) == (before.id, before.difficulty)


def test_words_of_mini_become_known_but_its_schemas_and_questions_do_not(sample) -> None:
    # ``train-5000`` was drawn after the models were made; "Count the meals." is plain enough to be in both.
    mini = [Mini().load(split) for split in Mini.splits if split != "train-5000"]
    schemas = {
        frozenset(table.name for table in schema.tables) for data in mini for schema in data.schemas.values()
    }
    questions = {example.question for data in mini for example in data.examples}
    own = {table.name for data in mini for schema in data.schemas.values() for table in schema.tables}
    met = set()
    for schema, example in sample:
        names = frozenset(table.name for table in schema.tables)
        assert names not in schemas
        assert example.question not in questions
        met |= names & own
    assert len(met) > 0.7 * len(own)
