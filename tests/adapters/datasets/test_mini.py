"""The embedded set: its promises, checked with the standard library's SQLite and Spider's own grammar."""

from __future__ import annotations

import hashlib
import random
import re
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from adapters.datasets.mini import Mini
from bench.errors import ConfigError, DataError
from bench.registry import find
from bench.sql import spider
from bench.types import Dataset, Example
from tests.adapters.datasets.content import content

CONTENT = {
    ("train", "dev", "test", "dev-seen"): "8dc513ac831361cc4c126ba55d86079ff1eba0a2abfe9b28c703e3f5fd831631",
    ("train-5000",): "47634c4e7d248f92505d8ddd5e3710f68562c54d7e0cd68cb6729ce5cda67a30",
}
"""What is built, by the splits that were drawn together."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def mini(cache: Path) -> dict[str, Dataset]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(cache))
        return {split: Mini().load(split) for split in Mini.splits}


def every(mini: dict[str, Dataset]) -> list[tuple[Dataset, Example]]:
    return [(dataset, example) for dataset in mini.values() for example in dataset.examples]


def opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def digests(mini: dict[str, Dataset]) -> dict[tuple[str, ...], str]:
    return {splits: digest({split: mini[split] for split in splits}) for splits in CONTENT}


def digest(mini: dict[str, Dataset]) -> str:
    """Hash all that was built: examples, and the rows of every database."""
    lines = [content(dataset.schema(example), example) for dataset, example in every(mini)]
    paths = {name: path for dataset in mini.values() for name, path in dataset.databases.items()}
    for name in sorted(paths):
        connection = opened(paths[name])
        for table, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE sql > ''").fetchall():
            lines += [sql, repr(connection.execute(f"SELECT * FROM {table}").fetchall())]
        connection.close()
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_it_is_found_by_name() -> None:
    assert find("datasets", "mini") is Mini


def test_splits_have_the_promised_sizes_and_databases(mini: dict[str, Dataset]) -> None:
    assert {split: len(dataset.examples) for split, dataset in mini.items()} == {
        "train": 2700, "dev": 240, "test": 240, "dev-seen": 240, "train-5000": 5000
    }  # fmt: skip
    used = {split: {example.db_id for example in dataset.examples} for split, dataset in mini.items()}
    assert {split: len(names) for split, names in used.items()} == {
        "train": 18, "dev": 5, "test": 4, "dev-seen": 18, "train-5000": 18
    }  # fmt: skip
    assert all(used[split] == set(mini[split].databases) == set(mini[split].schemas) for split in used)
    assert used["train"] == used["dev-seen"] == used["train-5000"]
    assert not used["dev"] & used["train"]
    assert not used["test"] & (used["train"] | used["dev"])


@pytest.mark.parametrize("split", Mini.splits)
def test_every_level_is_well_represented(mini: dict[str, Dataset], split: str) -> None:
    counts = Counter(example.difficulty for example in mini[split].examples)
    assert set(counts) == set(Mini.levels)
    assert min(counts.values()) >= 0.12 * len(mini[split].examples)


def test_no_gold_fails_and_results_are_not_empty(mini: dict[str, Dataset]) -> None:
    empty = 0
    for dataset, example in every(mini):
        connection = opened(dataset.databases[example.db_id])
        empty += not connection.execute(example.gold[0]).fetchall()
        connection.close()
    assert empty <= 0.1 * len(every(mini))


def test_gold_has_one_answer_however_the_rows_lie(mini: dict[str, Dataset]) -> None:
    copies: dict[str, sqlite3.Connection] = {}
    for dataset, example in every(mini):
        source = opened(dataset.databases[example.db_id])
        if example.db_id not in copies:
            copies[example.db_id] = shuffled(source)
        rows = source.execute(example.gold[0]).fetchall()
        source.close()
        again = [rounded(row) for row in copies[example.db_id].execute(example.gold[0])]
        rows = [rounded(row) for row in rows]
        outer = re.sub(r"\([^()]*\)", "", example.gold[0])
        assert (rows == again) if "ORDER BY" in outer else (Counter(rows) == Counter(again)), example
    for copy in copies.values():
        copy.close()


def shuffled(source: sqlite3.Connection) -> sqlite3.Connection:
    """Copy all tables into memory without their keys, the rows in another order."""
    copy = sqlite3.connect(":memory:")
    for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = [f"{row[1]} {row[2]}" for row in source.execute(f"PRAGMA table_info({name})")]
        rows = source.execute(f"SELECT * FROM {name}").fetchall()
        random.Random(name).shuffle(rows)
        copy.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
        copy.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)
    return copy


def rounded(row: tuple[object, ...]) -> tuple[object, ...]:
    """The bundled engine adds floats in the order of the rows: forgive the last digits."""
    return tuple(round(value, 9) if isinstance(value, float) else value for value in row)


def test_no_question_is_in_two_splits_or_has_two_answers(mini: dict[str, Dataset]) -> None:
    pairs = [(example.question, example.gold[0]) for _, example in every(mini)]
    assert len(set(pairs)) == len(pairs)
    asked = [(example.db_id, example.question) for _, example in every(mini)]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("split", ["train", "train-5000"])
def test_queries_of_the_seen_dev_split_are_never_trained_on(mini: dict[str, Dataset], split: str) -> None:
    trained = {(example.db_id, example.gold[0]) for example in mini[split].examples}
    assert not trained & {(example.db_id, example.gold[0]) for example in mini["dev-seen"].examples}


def test_spiders_grammar_reads_every_gold_and_counts_the_same_level(mini: dict[str, Dataset]) -> None:
    for dataset, example in every(mini):
        query = spider.parse(example.gold[0], dataset.schema(example))
        assert isinstance(query, spider.Query), (example, query)
        assert spider.hardness(query) == example.difficulty, example


def test_literals_are_values_of_the_rows(mini: dict[str, Dataset]) -> None:
    held: dict[str, set[object]] = {}
    for dataset, example in every(mini):
        if example.db_id not in held:
            connection = opened(dataset.databases[example.db_id])
            held[example.db_id] = {
                value
                for table in dataset.schema(example).tables
                for row in connection.execute(f"SELECT * FROM {table.name}")
                for value in row
            }
            connection.close()
        for literal in re.findall(r" !?= '([^']*)'", example.gold[0]):
            assert literal in held[example.db_id]
            assert literal in example.question


def test_schemas_say_what_the_databases_hold(mini: dict[str, Dataset]) -> None:
    for dataset in mini.values():
        for name, schema in dataset.schemas.items():
            connection = opened(dataset.databases[name])
            assert not connection.execute("PRAGMA foreign_key_check").fetchall()
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            keys = set()
            for table in schema.tables:
                found = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
                assert [(row[1], row[2].lower()) for row in found] == [
                    (column.name, column.type) for column in table.columns
                ]
                assert (
                    tuple(row[1] for row in sorted(found, key=lambda row: row[5]) if row[5])
                    == table.primary_key
                )
                count = connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
                assert 15 <= count <= 60
                keys |= {
                    (table.name, row[3], row[2], row[4])
                    for row in connection.execute(f"PRAGMA foreign_key_list({table.name})")
                }
            assert keys == {
                (key.table, key.column, key.to_table, key.to_column) for key in schema.foreign_keys
            }
            assert 2 <= len(schema.tables) <= 8
            connection.close()


def test_rows_are_as_awkward_as_real_ones(mini: dict[str, Dataset]) -> None:
    values: list[object] = []
    for name, path in (mini["train"].databases | mini["dev"].databases | mini["test"].databases).items():
        connection = opened(path)
        here = [
            value
            for (table,) in connection.execute("SELECT name FROM sqlite_master").fetchall()
            if not table.startswith("sqlite_")
            for row in connection.execute(f"SELECT * FROM {table}")
            for value in row
        ]
        connection.close()
        assert None in here, name
        values += here
    texts = [value for value in values if isinstance(value, str)]
    assert any("'" in text for text in texts)
    assert any("%" in text for text in texts)
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d", text) for text in texts)
    assert max(Counter(texts).values()) > 5
    assert {type(value) for value in values} == {int, float, str, type(None)}


def test_two_builds_are_equal_and_as_ever(mini: dict[str, Dataset], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    again = {split: Mini().load(split) for split in Mini.splits}
    assert digests(again) == digests(mini) == CONTENT, (
        "raise build.VERSION when what is built changes on purpose"
    )
    assert {split: dataset.fingerprint for split, dataset in again.items()} == {
        split: dataset.fingerprint for split, dataset in mini.items()
    }
    assert len({dataset.fingerprint for dataset in again.values()}) == len(again)


def test_ids_are_stable(mini: dict[str, Dataset]) -> None:
    assert [example.id for example in mini["dev"].examples[:2]] == ["mini/dev/0000", "mini/dev/0001"]
    assert mini["train"].examples[-1].id == "mini/train/2699"


def test_an_unknown_split_names_the_near_one() -> None:
    with pytest.raises(ConfigError, match="no split 'devv'") as caught:
        Mini().load("devv")
    assert "did you mean 'dev'" in caught.value.todo


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="embedded"):
        Mini(tmp_path)


def test_a_damaged_cache_is_named(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    Mini().load("dev").databases["zoo"].unlink()
    with pytest.raises(DataError, match=r"lacks zoo\.sqlite"):
        Mini().load("dev")


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match="cannot be written") as caught:
        Mini().load("dev")
    assert "BENCH_CACHE" in caught.value.todo
