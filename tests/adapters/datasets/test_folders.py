"""Every data set of the shared folder, loaded by its adapter: counts, splits, databases, difficulty."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.execute import Executor
from bench.execute.item import Query
from bench.judge.rate import rated
from bench.sets import opened
from bench.types import Dataset

THU = "chatgpt_sql_thu"


@pytest.fixture(scope="module")
def variants(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The variants beside Spider: what their own folders lack is found in the folder named ``spider``."""
    beside = tmp_path_factory.mktemp("sets")
    for folder in (shared / "data/spider_variants").iterdir():
        (beside / folder.name).symlink_to(folder)
    spider = beside / "spider"
    spider.mkdir()
    for name in ("tables.json", "dev.json"):
        (spider / name).symlink_to(shared / "data/spider_dev" / name)
    for number, part in enumerate(("spider_dev", "spider_train")):
        for folder in sorted((shared / "data" / part).glob("database*")):
            (spider / f"{folder.name.replace('database', 'database' + str(number))}").symlink_to(folder)
    return beside


def there(dataset: Dataset) -> int:
    """Count the databases that are there."""
    return sum(path.is_file() for path in dataset.databases.values())


@pytest.mark.shared
@pytest.mark.parametrize(
    "name, folder, split, examples, databases",
    [
        ("spider-dk", "spider_dk", "dev", 535, 10),
        ("spider-realistic", "spider_realistic", "dev", 508, 19),
        ("spider-syn", "spider_syn", "dev", 1034, 20),
        ("spider-syn", "spider_syn", "train", 7000, 140),
        ("spider-cg", THU, "sub", 2883, 19),
        ("spider-cg", THU, "app", 3237, 19),
        ("adveta", THU, "rpl", 1034, 20),
        ("adveta", THU, "add", 100, 18),
        ("cspider", THU, "dev", 1034, 20),
        ("archer", "archer", "dev", 104, 2),
        ("archer", "archer", "train", 414, 8),
        ("cosql", "cosql", "dev", 1007, 20),
        ("sparc", "sparc", "dev", 1203, 20),
        ("spider", "spider_test", "test", 2147, 40),
    ],
)
def test_the_relatives_of_spider(
    variants: Path, name: str, folder: str, split: str, examples: int, databases: int
):
    dataset = opened(name, variants / folder).load(split)
    assert (len(dataset.examples), there(dataset)) == (examples, databases)
    assert all(example.question and all(example.gold) for example in dataset.examples)
    assert all(dataset.schema(example).tables for example in dataset.examples)


@pytest.mark.shared
def test_spider_has_163_official_databases_and_its_published_levels(shared: Path):
    dev = rated(opened("spider", shared / "data/spider_dev").load("dev"))
    levels = Counter(example.difficulty for example in dev.examples)
    assert levels == {"easy": 248, "medium": 446, "hard": 174, "extra": 166}
    train = opened("spider", shared / "data/spider_train").load("train")
    official = [
        path for one in (dev, train) for path in one.databases.values() if path.parts[-3] == "database"
    ]
    assert (len(train.examples), len(official)) == (8659, 163)
    for split, count in (("train-spider", 7000), ("train-others", 1659)):
        assert len(opened("spider", shared / "data/spider_train").load(split).examples) == count


@pytest.mark.shared
def test_hinglish_spider_is_read_as_spider(variants: Path):
    dataset = opened("spider", variants / "makadi_hinglish").load("dev")
    assert (len(dataset.examples), there(dataset)) == (1034, 0)
    assert dataset.examples[0].question == "hamaare paas kitane singer hain?"


@pytest.mark.shared
def test_a_set_without_levels_gets_spiders(variants: Path):
    levels = Counter(
        one.difficulty for one in rated(opened("sparc", variants / "sparc").load("dev")).examples
    )
    assert set(levels) == {"easy", "medium", "hard", "extra"}
    assert sum(levels.values()) == 1203


@pytest.mark.shared
@pytest.mark.parametrize(
    "name, folder, split, levels, read",
    [
        ("archer", "spider_variants/archer", "dev", (18, 14, 36, 36, 0, 0), "104 by sqlglot"),
        (
            "ehrsql",
            "others/ehrsql",
            "mimic-valid",
            (108, 87, 186, 379, 0, 362),
            "57 by Spider's grammar, 703 by sqlglot",
        ),
        (
            "sede",
            "others/sede",
            "dev",
            (10, 110, 140, 498, 99, 0),
            "13 by Spider's grammar, 745 by sqlglot, 99 by neither, so unrated",
        ),
        ("beaver", "others/beaver", "dw-oracle", (2, 10, 10, 99, 0, 0), "121 by sqlglot"),
        ("spider2-lite", "others/spider2_lite", "local", (0, 0, 0, 0, 135, 0), "135 by neither, so unrated"),
    ],
)
def test_levels_where_spiders_grammar_does_not_read_gold(
    shared: Path, name: str, folder: str, split: str, levels: tuple[int, ...], read: str
):
    dataset = rated(opened(name, shared / "data" / folder).load(split))
    counts = Counter(one.difficulty for one in dataset.examples)
    assert tuple(counts[level] for level in (*dataset.levels, None, "unanswerable")) == levels
    assert dataset.levels_from == f"Spider's hardness, told from gold: {read}"


@pytest.mark.shared
def test_the_golds_of_the_relatives_run(variants: Path):
    for name, folder in (("spider-dk", "spider_dk"), ("archer", "archer")):
        dataset = opened(name, variants / folder).load("dev")
        queries = [Query(dataset.databases[one.db_id], one.gold[0]) for one in dataset.examples]
        with Executor(workers=1) as executor:
            ends = Counter(outcome.status.value for outcome in executor.run_all(queries))
        assert ends["ok"] >= len(queries) - 2, (name, ends)


@pytest.mark.shared
def test_bird_in_all_its_forms(shared: Path):
    root = shared / "data/bird"
    dev = opened("bird", root / "bird_dev").load("dev")
    without = opened("bird-no-evidence", root / "bird_dev").load("dev")
    assert sum(bool(example.evidence) for example in dev.examples) == 1386
    assert not any(example.evidence for example in without.examples)
    assert [one.gold for one in dev.examples] == [one.gold for one in without.examples]
    assert dev.fingerprint != without.fingerprint
    lite = opened("bird", root / "bird_minidev").load("mini-dev")
    postgres = opened("bird", root / "bird_minidev").load("mini-dev-postgres")
    assert (len(lite.examples), len(postgres.examples)) == (500, 500)
    assert (lite.dialect, postgres.dialect) == ("sqlite", "postgres")
    assert {one.id.rpartition("/")[2] for one in lite.examples} == {
        one.id.rpartition("/")[2] for one in postgres.examples
    }
    assert not any(path.suffix == ".sqlite" for path in postgres.databases.values())


@pytest.mark.shared
def test_kaggledbqa(shared: Path):
    kaggle = opened("kaggledbqa", shared / "data/others/kaggledbqa")
    sizes = {split: len(kaggle.load(split).examples) for split in kaggle.splits}
    assert sizes == {"test": 185, "fewshot": 87, "all": 272}
    dataset = kaggle.load("test")
    assert (len(dataset.databases), there(dataset)) == (8, 3)
    status = next(
        column
        for table in dataset.schemas["GeoNuclearData"].tables
        for column in table.columns
        if column.name == "Status"
    )
    assert status.description


@pytest.mark.shared
def test_defog_in_every_dialect(shared: Path, tmp_path: Path):
    for source in ("defog_sql_eval", "defog_sqlite"):
        for path in (shared / "data/others" / source).iterdir():
            target = tmp_path / (path.name if path.is_file() else f"database/{path.name}")
            target.parent.mkdir(exist_ok=True)
            target.symlink_to(path)
    defog = opened("defog", tmp_path)
    whole = defog.load("all")
    assert (len(whole.examples), there(whole)) == (314, 11)
    assert [len(defog.load(f"all-{dialect}").examples) for dialect in ("postgres", "mysql", "tsql")] == [
        314
    ] * 3
    first = whole.examples[0]
    assert [gold.partition(" FROM")[0] for gold in first.gold] == [
        "SELECT author.name",
        "SELECT author.aid",
        "SELECT author.name, author.aid",
    ]
    assert len(defog.load("all-postgres").examples[0].gold) == 3


@pytest.mark.shared
def test_ehrsql_with_the_questions_that_have_no_answer(shared: Path):
    ehr = opened("ehrsql", shared / "data/others/ehrsql")
    sizes = {
        split: Counter(example.answerable for example in ehr.load(split).examples)
        for split in ("mimic-valid", "mimic-test", "eicu-valid", "eicu-test")
    }
    assert sizes == {
        "mimic-valid": {True: 760, False: 362},
        "mimic-test": {True: 1198, False: 588},
        "eicu-valid": {True: 755, False: 362},
        "eicu-test": {True: 1204, False: 588},
    }
    golds = [gold for one in ehr.load("mimic-valid").examples for gold in one.gold]
    assert not any("current_time" in gold or "_upper" in gold for gold in golds)
    assert any("'2105-12-31 23:59:00'" in gold for gold in golds)


@pytest.mark.shared
def test_spider2_lite_on_sqlite(shared: Path):
    dataset = opened("spider2-lite", shared / "data/others/spider2_lite").load("local")
    assert len(dataset.examples) == 135
    first = dataset.examples[0]
    assert first.id == "spider2-lite/local/local002"
    assert dataset.rules == ("spider2", "subset")
    assert first.gold == (
        'SELECT column1 AS "TOTAL_MOVING_AVERAGES" FROM (VALUES (4340.1019))',
        *first.gold[1:],
    )


@pytest.mark.shared
def test_the_questions_of_dusql(shared: Path, tmp_path: Path):
    (tmp_path / "dev.json").symlink_to(shared / "data/spider_variants" / THU / "DuSQL.json")
    (tmp_path / "db_schema.json").write_text('[{"db_id": "none", "table_names": [], "column_names": []}]')
    dataset = opened("dusql", tmp_path).load("dev")
    assert (len(dataset.examples), len(dataset.databases), there(dataset)) == (2482, 17, 0)
