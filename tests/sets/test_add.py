"""What a user brings is installed whole, found by name, or refused with the file and the cure."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.census.listing import print_added
from bench.errors import BenchError, ConfigError, DataError
from bench.sets import known, loaded, opened
from bench.sets.add import add
from bench.sets.shelf import installed, place
from tests.command import bench
from tests.sets.conftest import POINTER, left, packed


def test_new_content_replaces_the_old_and_the_old_is_removed(folder: Path, home: Path):
    first = add("spider", folder).entry
    (folder / "README.md").write_text("v2")
    second = add("spider", folder).entry
    assert first.content != second.content
    assert [path.name for path in place("spider").iterdir() if path.is_dir()] == [second.folder.name]


def second_split(folder: Path) -> Path:
    """Add a train split, one question of which asks another database."""
    shutil.copytree(folder / "database/shop", folder / "database/store")
    (folder / "database/store/shop.sqlite").rename(folder / "database/store/store.sqlite")
    rewrite(folder, "tables.json", lambda tables: tables.append({**tables[0], "db_id": "store"}))
    asked = json.loads((folder / "dev.json").read_text())
    for name, db_id in (("train_spider.json", "shop"), ("train_others.json", "store")):
        (folder / name).write_text(json.dumps([{**item, "db_id": db_id} for item in asked]))
    return folder


@pytest.mark.parametrize(
    "lose, said",
    [
        (lambda folder: (folder / "train_others.json").unlink(), "no train, no train-others, no database st"),
        (lambda folder: rewrite(folder, "dev.json", list.pop), "1 of 2 questions of dev"),
        (lambda folder: shutil.rmtree(folder / "database/store"), "no database store"),
    ],
)
def test_less_takes_the_place_of_more_only_where_that_is_said(
    folder: Path, lose: Callable[[Path], object], said: str
):
    whole = add("spider", second_split(folder)).entry
    lose(folder)
    with pytest.raises(DataError, match=rf"(?s)holds less than what is installed: .*{said}.*--replace"):
        add("spider", folder, partial=True)
    assert installed("spider") == whole
    assert opened("spider").load("train").examples
    part = add("spider", folder, partial=True, replace=True).entry
    assert installed("spider") == part
    assert [path.name for path in place("spider").iterdir() if path.is_dir()] == [part.folder.name]


def test_what_is_damaged_may_be_replaced_by_less(folder: Path):
    entry = add("spider", second_split(folder)).entry
    (entry.folder / "train_others.json").write_text("[{")
    (folder / "train_others.json").unlink()
    assert add("spider", folder).splits == {"dev": 2, "train-spider": 2}


def test_own_questions_under_a_name_of_ones_own(folder: Path, tmp_path: Path):
    own = tmp_path / "own"
    own.mkdir()
    shutil.copy(folder / "database/shop/shop.sqlite", own)
    (own / "dev.jsonl").write_text('{"question": "How many?", "sql": "SELECT count(*) FROM item"}\n')
    added = add("shop", own)
    assert added.entry.adapter == "jsonl"
    assert "shop" in known()
    dataset = opened("shop").load("dev")
    assert (dataset.name, dataset.title, dataset.examples[0].id) == ("shop", "shop", "shop/dev/0000")
    renamed = add("pets", folder)
    assert renamed.entry.adapter == "spider"
    assert opened("pets").load("dev").examples[0].id == "pets/dev/0000"


def test_one_file_brings_the_databases_beside_it(folder: Path):
    line = {"question": "How many?", "sql": "SELECT count(*) FROM item"}
    path = folder / "all.jsonl"
    path.write_text("".join(json.dumps({**line, "split": split}) + "\n" for split in ("dev", "test", "test")))
    assert add("shop", path).splits == {"dev": 1, "test": 2}
    assert opened("shop").load("test").examples[1].id == "shop/test/0002"
    path.write_text((json.dumps({**line, "split": "dev", "id": "one"}) + "\n") * 2)
    with pytest.raises(DataError, match="2 questions have the id 'one'") as refused:
        add("shop", path)
    assert refused.value.where == str(path)


def test_parts_in_folders_of_their_own_are_named_and_may_be_put_together(folder: Path, tmp_path: Path):
    parts = tmp_path / "parts"
    for name, questions in (("a_dev", "dev.json"), ("b_train", "train_spider.json")):
        shutil.copytree(folder, parts / name)
        (parts / name / "dev.json").rename(parts / name / questions)
    with pytest.raises(DataError, match=r"2 folders .*'spider': a_dev \(dev\), b_train \(train-spider\)"):
        add("spider", parts)
    assert installed("spider") is None
    shutil.copytree(parts / "b_train", parts / "a_dev", dirs_exist_ok=True)
    assert add("spider", parts / "a_dev").splits == {"dev": 2, "train-spider": 2}


def test_a_split_that_was_not_installed_says_what_to_install(folder: Path):
    add("spider", folder)
    with pytest.raises(DataError, match=r"without train: it has no train\S+\s.*bench data add spider"):
        loaded("spider", "train")
    assert len(loaded("spider", "dev").examples) == 2


def test_wikisql_without_its_tables_is_named_by_one_file(tmp_path: Path):
    (tmp_path / "w").mkdir()
    (tmp_path / "w/train.jsonl").write_text("{}\n")
    with pytest.raises(DataError, match=r"train\.jsonl: has no train\.tables\.jsonl beside it"):
        add("wikisql", tmp_path / "w")


def rewrite(folder: Path, name: str, change: Callable[[list[dict[str, object]]], object]) -> Path:
    items = json.loads((folder / name).read_text())
    change(items)
    (folder / name).write_text(json.dumps(items))
    return folder


def inside(name: str, content: bytes) -> Callable[[Path], Path]:
    def spoil(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder

    return spoil


DATABASE = "database/shop/shop.sqlite"


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda folder: folder / "database", "has no tables.json, so it is not the folder of Spider"),
        (inside(DATABASE, POINTER), "shop.sqlite: is a Git LFS pointer.*\n.*git lfs pull"),
        (inside("dev.json", POINTER), "dev.json: is a Git LFS pointer"),
        (inside(DATABASE, b"not a database"), "shop.sqlite: this is not a SQLite database"),
        (inside(DATABASE, b""), "shop.sqlite: the database is an empty file"),
        (inside("dev.json", '[{"question": "caf\u00e9"}]'.encode("cp1252")), "dev.json: is not UTF-8"),
        (inside("tables.json", b"[{"), "tables.json: cannot be read"),
        (inside("tables.json", b'[{"db_id": "shop"}]'), "tables.json.*database 'shop' is damaged"),
        (inside("dev.json", b"[]"), "dev.json: is no list of objects, or an empty one"),
        (
            lambda folder: rewrite(folder, "dev.json", lambda items: items[0].update(db_id="gone")),
            "1 database asked but not there: gone\n.*database/gone/gone.sqlite.*--partial",
        ),
        (
            lambda folder: rewrite(folder, "dev.json", lambda items: items[1].pop("query")),
            "dev.json: question 1 has no usable 'query'",
        ),
        (
            lambda folder: rewrite(folder, "dev.json", lambda items: items[1].update(query=None)),
            "dev.json: question 1 has no usable 'query'",
        ),
        (
            lambda folder: rewrite(folder, "dev.json", lambda items: items[1].update(db_id=5)),
            "dev.json: question 1 has no usable 'db_id'",
        ),
        (
            lambda folder: rewrite(folder, "dev.json", lambda items: items[1].update(db_id="../shop")),
            "dev.json: question 1 has no usable 'db_id'",
        ),
    ],
)
def test_a_bad_folder_is_refused_and_what_was_installed_stays(
    folder: Path, home: Path, spoil: Callable[[Path], Path], said: str
):
    before = add("spider", folder).entry
    with pytest.raises(DataError, match=f"(?s){said}"):
        add("spider", spoil(folder))
    assert installed("spider") == before
    assert opened("spider").load("dev").examples
    assert [path.name for path in place("spider").iterdir() if path.is_dir()] == [before.folder.name]


def test_the_folder_that_sets_are_installed_in_is_not_copied_into_itself(folder: Path, home: Path):
    add("spider", folder)
    for around in (folder.parent, home, place("spider")):
        with pytest.raises(
            DataError, match=r"holds the folder that data sets are installed in.*\n.*BENCH_DATA"
        ):
            add("spider", around)


def test_a_set_without_a_database_is_installed_if_that_is_wanted(folder: Path):
    rewrite(folder, "dev.json", lambda items: items[0].update(db_id="gone"))
    assert add("spider", folder, partial=True).missing == ("gone",)


def test_a_relative_finds_the_databases_of_the_installed_host(folder: Path, tmp_path: Path):
    realistic = tmp_path / "realistic"
    realistic.mkdir()
    shutil.copy(folder / "dev.json", realistic / "spider-realistic.json")
    with pytest.raises(DataError, match="install spider, whose they are"):
        add("spider-realistic", realistic)
    host = add("spider", folder).entry
    assert add("spider-realistic", realistic).missing == ()
    dataset = opened("spider-realistic").load("dev")
    assert dataset.databases["shop"] == host.folder / DATABASE
    assert [column.type for column in dataset.schemas["shop"].tables[0].columns] == ["INTEGER", "REAL"]


@pytest.mark.parametrize(
    "name, kind, said",
    [
        ("../evil", None, "names a folder"),
        ("mine", "spidr", "did you mean 'spider'"),
        ("spider", "jsonl", "read by its own adapter"),
        ("mini", None, "is embedded"),
    ],
)
def test_names_and_adapters_are_checked(folder: Path, home: Path, name: str, kind: str | None, said: str):
    with pytest.raises(ConfigError, match=said):
        add(name, folder, kind=kind)
    assert left(home) == []


def test_a_name_that_looks_like_a_slip_is_asked_about(folder: Path, capsys: pytest.CaptureFixture[str]):
    said = {}
    for name in ("spidre", "pets"):
        print_added(add(name, folder), as_json=False)
        said[name] = capsys.readouterr().out
    assert "'spidre' is a name of your own; did you mean 'spider'?" in " ".join(said["spidre"].split())
    assert "did you mean" not in said["pets"]


def test_what_a_killed_process_left_is_swept(folder: Path, home: Path):
    unfinished = place("spider") / ".incoming" / "spider_data"
    unfinished.mkdir(parents=True)
    (unfinished / "half").write_text("half")
    assert installed("spider") is None
    add("spider", folder)
    assert "half" not in left(home)


def test_a_damaged_record_and_vanished_files_are_named(folder: Path):
    entry = add("spider", folder).entry
    shutil.rmtree(entry.folder)
    with pytest.raises(DataError, match="the files of data set 'spider' are gone"):
        opened("spider")
    (place("spider") / "set.json").write_text("{")
    with pytest.raises(BenchError, match="install it again"):
        opened("spider")


def test_score_and_suites_find_what_is_installed(folder: Path, tmp_path: Path):
    said = bench("data", "add", "spider", "--from", packed(folder, "s.zip"), cwd=tmp_path).stdout
    assert "installed spider: dev 2;" in said
    (tmp_path / "gold.sql").write_text("SELECT count(*) FROM item\nSELECT max(price) FROM item\n")
    card = json.loads(bench("score", "-p", "gold.sql", "--json", cwd=tmp_path).stdout)
    assert card["n"] == 2
    (tmp_path / "one.toml").write_text(
        'title = "t"\n[models]\nright = { source = "oracle:gold" }\n[datasets]\n'
        'set = { source = "spider" }\n[methods.asked]\ntuning = "none"\n'
    )
    assert "to predict" in bench("plan", "one.toml", cwd=tmp_path).stdout
    listed = json.loads(bench("data", "list", "--json", cwd=tmp_path).stdout)
    assert [row["name"] for row in listed if row["installed"]] == ["spider"]
    error = bench("data", "add", "spider", "--from", tmp_path / "gold.sql", cwd=tmp_path, code=2).stderr
    assert "has no tables.json" in error


def test_of_thousands_of_missing_databases_a_few_are_named(folder: Path, tmp_path: Path):
    entry = json.loads((folder / "dev.json").read_text())[0]
    asked = [{**entry, "db_id": f"gone-{number:04}"} for number in range(1200)]
    (folder / "dev.json").write_text(json.dumps(asked))
    said = bench("data", "add", "spider", "--from", folder, "--partial", cwd=tmp_path).stdout
    assert "missing   1,200 databases, not judged: gone-0000, gone-0001," in said
    assert "gone-0007, …" in said
    assert "gone-0008" not in said
