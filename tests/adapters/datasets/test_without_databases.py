"""Sets that come without databases, or with a few: real counts, schemas, and gold that equals itself."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from adapters.datasets.listed import Field, declared, entry
from bench.census.audit import audit
from bench.cli import app
from bench.errors import DataError
from bench.execute import Executor
from bench.execute.item import Query
from bench.judge.exact import EM_RULES
from bench.sets import opened
from bench.sets.add import add
from bench.sets.notes import notes_of
from bench.types import Dataset, Status

OTHERS = "data/others"


def there(dataset: Dataset) -> int:
    """Count the databases that are there."""
    return sum(path.is_file() for path in dataset.databases.values())


def equal_themselves(dataset: Dataset) -> int:
    """Count the golds that can be read and equal themselves when queries alone are compared."""
    rule = EM_RULES["em.modern"]
    return sum(rule.match(one.gold[0], one.gold[0], dataset.schema(one)).exact for one in dataset.examples)


@pytest.mark.shared
def test_beaver(shared: Path):
    beaver = opened("beaver", shared / OTHERS / "beaver")
    sizes = {split: len(beaver.load(split).examples) for split in beaver.splits}
    assert sizes == {"dev": 209, "dw": 121, "nw": 88, "dw-oracle": 121}
    dataset = beaver.load("dev")
    asked = Counter(one.db_id for one in dataset.examples)
    assert asked == {
        "dw": 121,
        "csail_stata_nova": 43,
        "csail_stata_neutron": 30,
        "keystone": 8,
        "csail_stata_glance": 5,
        "csail_stata_cinder": 2,
    }
    assert sum(len(schema.tables) for schema in dataset.schemas.values()) == 463
    builds = next(
        table for table in dataset.schemas["csail_stata_nova"].tables if table.name == "agent_builds"
    )
    assert (builds.primary_key, builds.columns[0].type, len(builds.columns)) == (("id",), "datetime", 11)
    assert len(dataset.schemas["dw"].foreign_keys) == 1034
    assert (dataset.dialect, beaver.load("dw-oracle").dialect, there(dataset)) == ("mysql", "oracle", 0)
    assert equal_themselves(dataset) == 209
    found = audit(beaver, "dw")
    assert found.unchecked
    assert {(one.kind, one.detail) for one in found.golds} == {("missing", "it is for mysql")}


@pytest.mark.shared
def test_sede(shared: Path):
    sede = opened("sede", shared / OTHERS / "sede")
    for split in ("dev", "test", "dev-original", "test-original"):
        assert len(sede.load(split).examples) == 857
    dataset = sede.load("dev")
    first = dataset.examples[0]
    assert first.question.startswith("Top 500 Askers on the site\nA list of the top 500")
    assert (dataset.dialect, there(dataset)) == ("tsql", 0)
    assert len(dataset.schema(first).tables) == 29


@pytest.mark.shared
def test_fiben(shared: Path):
    fiben = opened("fiben", shared / OTHERS / "fiben")
    assert [len(fiben.load(split).examples) for split in ("dev", "train")] == [50, 250]
    dataset = fiben.load("dev")
    assert (dataset.dialect, there(dataset), dataset.schemas["fiben"].tables) == ("db2", 0, ())
    assert equal_themselves(dataset) == 50


def test_fiben_as_its_authors_lay_it_out(tmp_path: Path):
    gold = 'SELECT t."HASNAME" FROM FIBEN."COUNTRY" t'
    (tmp_path / "FIBEN_Queries.json").write_text(
        json.dumps([{"question": " Which countries? ", "SQL": gold}])
    )
    (tmp_path / "FIBEN.sql").write_text(
        "CREATE TABLE COUNTRY (COUNTRYID BIGINT NOT NULL, HASNAME VARCHAR(1024), PRIMARY KEY (COUNTRYID));\n"
        "CREATE TABLE CITY (CITYID BIGINT NOT NULL, ISIN BIGINT, PRIMARY KEY (CITYID));\n"
        "ALTER TABLE CITY ADD CONSTRAINT FK_1 FOREIGN KEY (ISIN) REFERENCES COUNTRY (COUNTRYID);\n"
    )
    dataset = opened("fiben", tmp_path).load("all")
    assert (dataset.examples[0].question, dataset.examples[0].gold) == ("Which countries?", (gold,))
    country, city = dataset.schemas["fiben"].tables
    assert [(column.name, column.type) for column in country.columns] == [
        ("COUNTRYID", "BIGINT"),
        ("HASNAME", "VARCHAR(1024)"),
    ]
    assert (country.primary_key, city.primary_key) == (("COUNTRYID",), ("CITYID",))
    (key,) = dataset.schemas["fiben"].foreign_keys
    assert (key.table, key.column, key.to_table, key.to_column) == ("CITY", "ISIN", "COUNTRY", "COUNTRYID")


@pytest.mark.shared
def test_the_classical_sets(shared: Path):
    classical = opened("classical", shared / OTHERS / "text2sql_classical")
    sizes = {
        name: [len(classical.load(f"{name}-{split}").examples) for split in ("train", "dev", "test")]
        for name in ("atis", "geography", "scholar", "advising", "geography-query", "scholar-query")
    }
    # Finegan-Dollak et al., table 2, both kinds of split
    assert sizes == {
        "atis": [4347, 486, 447],
        "geography": [549, 49, 279],
        "scholar": [499, 100, 218],
        "advising": [2629, 229, 573],
        "geography-query": [536, 159, 182],
        "scholar-query": [408, 94, 315],
    }
    whole = {name: len(classical.load(name).examples) for name in ("academic", "imdb", "restaurants", "yelp")}
    assert whole == {"academic": 196, "imdb": 131, "restaurants": 378, "yelp": 128}
    train = {one.gold for one in classical.load("geography-query-train").examples}
    test = classical.load("geography-query-test")
    assert not train & {one.gold for one in test.examples}
    asked = classical.load("geography-test").examples[3]
    assert asked.question == "what is the largest city in rhode island"
    assert 'CITYalias1.STATE_NAME = "rhode island"' in asked.gold[0]
    assert not any("_name0" in text for one in test.examples for text in (one.question, *one.gold))


@pytest.mark.shared
def test_the_golds_of_geoquery_run_but_for_those_that_are_noted(shared: Path):
    classical = opened("classical", shared / OTHERS / "text2sql_classical")
    dataset = classical.load("geography-test")
    queries = [Query(dataset.databases[one.db_id], one.gold[0]) for one in dataset.examples]
    with Executor(workers=1) as executor:
        outcomes = list(executor.run_all(queries))
    failed = {
        one.id for one, end in zip(dataset.examples, outcomes, strict=True) if end.status is not Status.OK
    }
    assert failed == notes_of(dataset).keys()
    assert there(classical.load("restaurants")) == 0


@pytest.mark.shared
def test_sql_create_context_on_spiders_databases(shared: Path, tmp_path: Path):
    mine = tmp_path / "context"
    mine.symlink_to(shared / OTHERS / "sql_create_context_spider")
    spider = tmp_path / "spider"
    spider.mkdir()
    for folder in (shared / "data/spider_dev").glob("database*"):
        (spider / folder.name).symlink_to(folder)
    context = opened("sql-create-context", mine)
    sizes = {split: len(context.load(split).examples) for split in ("train", "dev", "train-all", "dev-all")}
    assert sizes == {"train": 3961, "dev": 568, "train-all": 6602, "dev-all": 936}
    dataset = context.load("dev")
    assert there(dataset) == 568
    nineteenth = dataset.schema(dataset.examples[18])
    assert [(table.name, [column.name for column in table.columns]) for table in nineteenth.tables] == [
        ("stadium", ["name", "stadium_id"]),  # told twice, once without its key
        ("concert", ["stadium_id", "year"]),
    ]
    queries = [Query(dataset.databases[one.db_id], one.gold[0]) for one in dataset.examples[:100]]
    with Executor(workers=1) as executor:
        assert {outcome.status.value for outcome in executor.run_all(queries)} == {"ok"}


def test_contexts_without_databases_are_no_part_of_a_set(tmp_path: Path):
    mine = tmp_path / "mine"
    mine.mkdir()
    item = {
        "question": "How many?",
        "answer": "SELECT count(*) FROM head",
        "context": "CREATE TABLE head (x INT)",
    }
    (mine / "sql_create_context_v4.json").write_text(json.dumps([item]))
    assert add("sql-create-context", mine).missing == ()
    part = {**item, "db_id": "shop"}
    (mine / "spider_create_context_val_db_id.json").write_text(json.dumps([part, part]))
    with pytest.raises(DataError, match=r"1 database asked but not there: shop\n.*shop/shop\.sqlite"):
        add("sql-create-context", mine)


@pytest.mark.shared
def test_the_worst_cases_of_spider_syn(shared: Path):
    syn = opened("spider-syn", shared / "data/spider_variants/spider_syn")
    dev = syn.load("dev").examples
    for split in ("worst-bert", "worst-glove"):
        worst = syn.load(split).examples
        assert [one.db_id for one in worst] == [one.db_id for one in dev]
        assert worst[0].question != dev[0].question
    assert worst[0].question == "How many choir do we have ?"


@pytest.mark.shared
def test_the_train_golds_of_bird_are_read_without_their_questions(shared: Path):
    from adapters.datasets.gold_file import GoldFile

    root = shared / "data/bird/bird_train"
    dataset = GoldFile(root, gold=root / "train_gold.sql", tables=root / "train_tables.json").load("all")
    assert (len(dataset.examples), len(dataset.schemas)) == (9428, 69)


def test_entries_leave_out_keys_of_what_is_not_there():
    told = entry("x", {"a": [Field("id", key=True)]}, [("a", "id", "b", "id"), ("A", "ID", "a", "id")])
    assert told["foreign_keys"] == [[1, 1]]
    assert declared("x", "nothing here")["table_names"] == []


@pytest.mark.shared
def test_queries_alone_are_compared_where_no_database_is(shared: Path, tmp_path: Path, capsys):
    root = shared / OTHERS / "fiben"
    golds = [" ".join(one.gold[0].split()) for one in opened("fiben", root).load("dev").examples]
    (tmp_path / "said.sql").write_text("\n".join(["SELECT 1", *golds[1:]]) + "\n")
    words = ["score", "--dataset", "fiben", "--data", str(root), "-p", str(tmp_path / "said.sql")]
    with pytest.raises(DataError, match=r"(?s)none of the databases.*--rule em\.modern"):
        app(words, standalone_mode=False)
    app([*words, "--rule", "em.modern"], standalone_mode=False)
    assert "50 questions by em.modern: 49 correct, 1 wrong result" in capsys.readouterr().out
