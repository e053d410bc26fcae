"""Sets whose files are not at hand, on small folders in their published layout; and own JSONL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.execute import Executor
from bench.execute.item import Query
from bench.sets import opened
from bench.types import Dataset, Row, Turn
from tests.shop import database


def rows(dataset: Dataset) -> list[tuple[Row, ...]]:
    """Run the first gold of every example."""
    queries = [Query(dataset.databases[one.db_id], one.gold[0]) for one in dataset.examples]
    with Executor(workers=1) as executor:
        return [outcome.preview for outcome in executor.run_all(queries)]


def lines(path: Path, items: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "home"))


def test_wikisql_from_logical_forms(tmp_path: Path):
    lines(
        tmp_path / "dev.tables.jsonl",
        [
            {
                "id": "1-10-3",
                "header": ["Order Year", "Manufacturer's name", "order year"],
                "types": ["real", "text", "text"],
                "rows": [["1,998", "Gillig", "a"], [1999, "O'Hare", "b"], ["unknown", "Gillig", "c"]],
            }
        ],
    )
    forms = [
        {"sel": 1, "agg": 0, "conds": [[0, 0, "1998"]]},
        {"sel": 0, "agg": 3, "conds": [[1, 0, "GILLIG"]]},
        {"sel": 2, "agg": 0, "conds": [[1, 0, "o'hare"], [0, 1, 1998.5]]},
    ]
    lines(
        tmp_path / "dev.jsonl",
        [{"phase": 1, "question": "q", "sql": form, "table_id": "1-10-3"} for form in forms],
    )
    dataset = opened("wikisql", tmp_path).load("dev")
    assert dataset.examples[0].gold == (
        'SELECT "Manufacturer\'s name" FROM "table_1_10_3" WHERE "Order Year" = 1998.0',
    )
    assert rows(dataset) == [(("Gillig",),), ((2,),), (("b",),)]
    (table,) = dataset.schemas["1-10-3"].tables
    assert [column.name for column in table.columns] == ["Order Year", "Manufacturer's name", "order year 2"]
    assert opened("wikisql", tmp_path).load("dev").fingerprint == dataset.fingerprint


def test_dusql_from_its_content(tmp_path: Path):
    (tmp_path / "dev.json").write_text(
        json.dumps(
            [
                {
                    "question_id": "q1",
                    "db_id": "运动员",
                    "question": "谁最高？",
                    "query": "select 姓名 from 球员 order by 身高 desc limit 1",
                }
            ]
        )
    )
    (tmp_path / "db_schema.json").write_text(
        json.dumps(
            [
                {
                    "db_id": "运动员",
                    "table_names": ["球员"],
                    "column_names": [[-1, "*"], [0, "姓名"], [0, "身高"]],
                    "column_types": ["text", "text", "number"],
                    "foreign_keys": [],
                    "primary_keys": [1],
                }
            ]
        )
    )
    table = {
        "header": ["姓名", "身高"],
        "type": ["text", "number"],
        "cell": [["甲", "9.5"], ["乙", "10"], ["丙", "None"]],
    }
    (tmp_path / "db_content.json").write_text(json.dumps([{"db_id": "运动员", "tables": {"球员": table}}]))
    dataset = opened("dusql", tmp_path).load("dev")
    assert rows(dataset) == [(("乙",),)]
    assert dataset.schemas["运动员"].tables[0].primary_key == ("姓名",)


def test_dr_spider_looks_into_the_folder_of_the_perturbation_first(tmp_path: Path):
    described = {
        "table_names": ["t"],
        "column_names": [[-1, "*"], [0, "a"]],
        "column_types": ["text", "number"],
        "primary_keys": [],
        "foreign_keys": [],
    }
    spider = tmp_path / "spider"
    data = tmp_path / "dr-spider"
    for folder, name, when in ((data / "DB_schema_synonym", "sum", "post"), (spider, "total", "")):
        tail = f"_{when}_perturbation" if when else ""
        place = folder / f"database{tail}" / "x"
        place.mkdir(parents=True)
        with sqlite3.connect(place / "x.sqlite") as database:
            database.execute(f"CREATE TABLE t({name})")
        database.close()
        table = {
            **described,
            "db_id": "x",
            "table_names_original": ["t"],
            "column_names_original": [[-1, "*"], [0, name]],
        }
        (folder / f"tables{tail}.json").write_text(json.dumps([table]))
    for when, name in (("post", "sum"), ("pre", "total")):
        question = {"db_id": "x", "question": "q", "query": f"SELECT {name} FROM t"}
        (data / f"DB_schema_synonym/questions_{when}_perturbation.json").write_text(json.dumps([question]))
    for split, name in (("DB_schema_synonym", "sum"), ("DB_schema_synonym-pre", "total")):
        dataset = opened("dr-spider", data).load(split)
        assert [column.name for column in dataset.schemas["x"].tables[0].columns] == [name]
        assert dataset.examples[0].gold == (f"SELECT {name} FROM t",)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    database(root / "database/shop.sqlite")
    lines(
        root / "dev.jsonl",
        [
            {"question": "How many?", "sql": ["SELECT count(*) FROM item", "SELECT count(id) FROM item"]},
            {"question": "And the dearest?", "sql": "SELECT max(price) FROM item", "history": ["How many?"]},
        ],
    )
    return root


def test_own_questions(shop: Path):
    dataset = opened("jsonl", shop).load("dev")
    first, second = dataset.examples
    assert (first.id, first.db_id, len(first.gold)) == ("shop/dev/0000", "shop", 2)
    assert second.history == (Turn("How many?"),)
    assert rows(dataset) == [((2,),), ((3.5,),)]
    (shop / "set.toml").write_text('title = "Our shop"\nrules = ["strict"]\n')
    told = opened("jsonl", shop).load("dev")
    assert (told.title, told.rules, told.fingerprint) == ("Our shop", ("strict",), dataset.fingerprint)


def test_one_file_with_its_databases_beside_it(shop: Path):
    lines(
        shop / "all.jsonl",
        [
            {"question": "a", "sql": "SELECT 1", "split": "train"},
            {"question": "b", "sql": "SELECT 2", "split": "dev"},
            {"question": "c", "sql": "SELECT 3"},
        ],
    )
    own = opened("jsonl", shop / "all.jsonl")
    assert [one.question for one in own.load("dev").examples] == ["b", "c"]
    assert [one.question for one in own.load("train").examples] == ["a"]
    with pytest.raises(BenchError, match=r"no question of the split 'test'\n.*\"split\": \"test\""):
        own.load("test")


@pytest.mark.parametrize("name, split", [("all", "dev"), ("train", "train"), ("test", "test")])
def test_a_file_that_names_no_split_is_one_split(shop: Path, name: str, split: str):
    (shop / "dev.jsonl").rename(shop / f"{name}.jsonl")
    own = opened("jsonl", shop / f"{name}.jsonl")
    assert [one.id for one in own.load(split).examples] == [f"{name}/{split}/0000", f"{name}/{split}/0001"]
    for other in {"train", "dev", "test"} - {split}:
        with pytest.raises(BenchError, match="has no question of the split"):
            own.load(other)


def append(text: str) -> Callable[[Path], object]:
    def spoil(root: Path) -> None:
        path = root / "dev.jsonl"
        path.write_text(f"{path.read_text()}{text}\n")

    return spoil


@pytest.mark.parametrize(
    "spoil, said",
    [
        (append("{"), r"dev\.jsonl, line 3: is not JSON"),
        (append("[1]"), "line 3: is not a JSON object"),
        (append('{"question": "q"}'), "line 3: has no 'sql'"),
        (append('{"question": " ", "sql": "SELECT 1"}'), "line 3: has no 'question'"),
        (append('{"question": "q", "sql": "SELECT 1", "evidnce": ""}'), "did you mean 'evidence'"),
        (
            append('{"question": "q", "sql": "SELECT 1", "db_id": "shp"}'),
            "no database 'shp'\n.*did you mean 'shop'",
        ),
        (
            append('{"question": "q", "sql": "SELECT 1", "history": [{"question": "p", "sql": "SELECT 2"}]}'),
            "line 3: 'history' is not a list of questions\n.*as texts",
        ),
        (append('{"question": "q", "sql": "SELECT 1", "history": "p"}'), "'history' is not a list"),
        (append('{"question": "q", "sql": "SELECT 1", "id": "shop/dev/0000"}'), "2 questions have the id"),
        (append('{"question": "q", "sql": "SELECT 1", "split": "tset"}'), "split 'tset'\n.*mean 'test'"),
        (lambda root: (root / "dev.jsonl").write_bytes(b'{"question": "caf\xe9"}'), "is not UTF-8"),
        (lambda root: (root / "dev.jsonl").unlink(), "has no dev.jsonl"),
        (lambda root: (root / "dev.jsonl").write_text(""), "has no question of the split 'dev'"),
        (lambda root: (root / "set.toml").write_text("titel = 'x'"), "did you mean 'title'"),
        (lambda root: (root / "set.toml").write_text("title ="), "is not valid TOML"),
        (lambda root: (root / "database/shop.sqlite").unlink(), "does not say which database"),
    ],
)
def test_bad_lines_are_named(shop: Path, spoil: Callable[[Path], object], said: str):
    spoil(shop)
    with pytest.raises(BenchError, match=f"(?s){said}"):
        opened("jsonl", shop).load("dev")


@pytest.mark.parametrize(
    "content, said",
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "Git LFS pointer"),
        ('[{"question": "caf\u00e9"}]'.encode("latin-1"), "is not UTF-8"),
        (b"[{", "cannot be read"),
    ],
)
def test_bad_files_of_questions_are_named(tmp_path: Path, content: bytes, said: str):
    (tmp_path / "tables.json").write_text("[{}]")
    (tmp_path / "dev.json").write_bytes(content)
    with pytest.raises(BenchError, match=said):
        opened("spider", tmp_path).load("dev")
