"""``bench score`` as its users meet it, on the embedded set and on databases that are broken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.sets import loaded
from bench.store import read_lines
from bench.types import Verdict
from tests import shop
from tests.command import bench


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"SQLite format 3\0 but no more"])
def test_a_broken_database_is_named_and_the_rest_is_judged(tmp_path: Path, content: bytes):
    names = ("whole", "broken")
    for name in names:
        shop.database(tmp_path / f"data/database/{name}/{name}.sqlite")
    (tmp_path / "data/database/broken/broken.sqlite").write_bytes(content)
    questions = [{"db_id": name, "question": "?", "query": "SELECT count(*) FROM item"} for name in names]
    tables = [{**shop.TABLE, "db_id": name} for name in names]
    (tmp_path / "data/dev.json").write_text(json.dumps(questions))
    (tmp_path / "data/tables.json").write_text(json.dumps(tables))
    (tmp_path / "p.sql").write_text("SELECT count(*) FROM item\n" * 2)
    done = bench("score", "--data", "data", "-p", "p.sql", "--json", cwd=tmp_path, code=1)
    card = json.loads(done.stdout)
    assert card["metrics"]["ex.test-suite"]["overall"]["k"] == 1
    assert card["metrics"]["ex.test-suite"]["levels"]["easy"]["n"] == 2
    assert [name.partition(":")[0] for name in card["spoiled"]] == ["broken"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the gold queries of mini's dev split in the file ``gold.sql``."""
    folder = tmp_path_factory.mktemp("said")
    golds = [" ".join(example.gold[0].split()) for example in loaded("mini", "dev").examples]
    (folder / "gold.sql").write_text("\n".join(golds) + "\n")
    return folder


@pytest.fixture(scope="module")
def gold(home: Path) -> list[str]:
    """Those queries."""
    return (home / "gold.sql").read_text().splitlines()


def test_score_json_names_every_level(home: Path, gold: list[str]):
    card = json.loads(bench("score", "--dataset", "mini", "-p", "gold.sql", "--json", cwd=home).stdout)
    assert card["metrics"]["ex.test-suite"]["overall"]["k"] == card["n"] == len(gold)
    assert list(card["metrics"]["em.spider"]["levels"]) == ["easy", "medium", "hard", "extra"]


def test_rules_side_by_side_with_what_they_disagree_on(home: Path, gold: list[str]):
    asked = [number for number, sql in enumerate(gold) if "SELECT " in sql and "DISTINCT" not in sql]
    said = [sql.replace("SELECT ", "SELECT NULL AS more, ", 1) for sql in gold]
    (home / "wider.sql").write_text("\n".join(said) + "\n")
    score = ["score", "--dataset", "mini", "-p", "wider.sql", "--rules", "strict, subset,soft-f1"]
    card = json.loads(bench(*score, "--json", cwd=home).stdout)
    assert list(card["metrics"]) == ["ex.strict", "ex.subset", "soft-f1"]
    (pair,) = card["disagreements"]
    assert (pair["first"], pair["second"], pair["only_first"]) == ("ex.strict", "ex.subset", [])
    assert len(pair["only_second"]) == card["metrics"]["ex.subset"]["overall"]["k"] > len(asked) / 2
    shown = bench(*score, cwd=home).stdout
    assert "where rules differ" in shown
    assert re.search(rf"ex\.subset +ex\.strict +{len(pair['only_second'])} +mini/dev/", shown)


def test_rules_not_asked_for_are_not_compared(home: Path, gold: list[str]):
    done = bench("score", "--dataset", "mini", "-p", "gold.sql", "--json", cwd=home)
    assert "disagreements" not in json.loads(done.stdout)


def test_gold_check_needs_no_predictions(home: Path):
    found = json.loads(bench("score", "--dataset", "mini", "--gold-check", "--json", cwd=home).stdout)
    assert {line["kind"] for line in found} <= {"empty", "cut", "ties"}
    shown = bench("score", "--dataset", "mini", "--gold-check", "--rules", "bird", cwd=home).stdout
    assert "0 fails: gold does not run" in shown


def test_the_clock_that_queries_see_can_be_set(home: Path, gold: list[str]):
    asks = "SELECT date('now') = '2026-11-20'"
    (home / "clock.sql").write_text("\n".join([asks] * len(gold)) + "\n")
    score = ["score", "--dataset", "mini", "-p", "clock.sql", "--rule", "ex.bird", "--out", "clock.jsonl"]
    for option, shown in (([], 0), (["--now", "2026-11-20"], 1)):
        bench(*score, *option, cwd=home)
        verdicts = read_lines(home / "clock.jsonl", Verdict)
        assert {verdict.prediction.preview for verdict in verdicts} == {((shown,),)}
