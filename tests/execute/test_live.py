"""Addresses: what is one, what is refused before anything is asked, and the key of the verdicts behind it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.decode import load
from bench.errors import ConfigError
from bench.execute.live import Live, begins, is_address
from bench.plan import Plan
from bench.store import Store

duckdb = pytest.importorskip("duckdb")

SUITE = """
name = "engines"
title = "Engines"
[models.oracle]
source = "oracle:gold"
[methods.gold]
tuning = "none"
[datasets.mini]
source = "mini"
"""


@pytest.mark.parametrize(
    "text, is_one",
    [
        ("postgresql://bench@localhost/{db_id}", True),
        ("duckdb:copies/{db_id}.duckdb", True),
        ("concert.sqlite", False),
        ("C:/data/concert.sqlite", False),
        ("a folder: with a colon/x.sqlite", False),
        ("duckdb:", False),
    ],
)
def test_an_address_is_told_from_a_path(text, is_one):
    assert is_address(text) is is_one


def test_versions_are_compared_part_by_part():
    assert begins("postgresql 15.18", "postgresql 15")
    assert begins("postgresql 15.18", "")
    assert not begins("postgresql 15.18", "postgresql 15.1")
    assert not begins("mariadb 10.11.19", "mysql 10")


@pytest.mark.parametrize(
    "address, told",
    [
        ("oracle://localhost/x", "unknown database 'oracle'"),
        ("sqlite:x.sqlite", "named by their path"),
        ("postgresql://bench:secret@localhost/x", "holds a password"),
    ],
)
def test_what_no_engine_answers_is_refused_at_once(address, told):
    with pytest.raises(ConfigError, match=told):
        Live(address)


@pytest.mark.parametrize(
    "address, word, told",
    [
        ("duckdb:x.duckdb", "--engine=stdlib", "--engine: names a build of SQLite"),
        ("postgresql://localhost/x", "--now=2026-01-01", "--now: the clock of postgresql cannot be set"),
        ("mysql://localhost/x", "--require-sandbox", "may read files and connect"),
    ],
)
def test_what_an_engine_cannot_keep_is_refused_before_it_is_asked(address, word, told):
    done = _bench("exec", address, "SELECT 1", word)
    assert (done.returncode, told in " ".join(done.stderr.split())) == (2, True), done.stderr


def _bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "bench.cli", *words], capture_output=True, text=True)


def test_one_query_on_another_engine(tmp_path):
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as database:
        database.execute("CREATE TABLE item AS SELECT range AS id, range / 4 AS price FROM range(3)")
    done = _bench("exec", f"duckdb:{tmp_path}/shop.duckdb", "SELECT sum(price) FROM item", "--json")
    told = json.loads(done.stdout)
    assert (told["status"], told["preview"], told["engine"]) == (
        "ok",
        [[0.75]],
        f"duckdb {duckdb.__version__}",
    )
    later = _bench(
        "exec", f"duckdb:{tmp_path}/shop.duckdb", "SELECT current_date", "--now=2026-02-01", "--json"
    )
    assert json.loads(later.stdout)["preview"] == [["2026-02-01"]]
    refused = _bench("exec", f"duckdb:{tmp_path}/shop.duckdb", "SELECT 1", "--policy", "fast")
    assert (refused.returncode, "counts operations" in refused.stderr) == (2, True)


def test_a_copy_is_scored_as_the_original_is(tmp_path):
    copied = _bench("data", "port", "mini", "--to", f"duckdb:{tmp_path}/{{db_id}}.duckdb", "--split", "dev")
    from bench.sets import opened

    assert "copied    5 databases" in copied.stdout
    keys = [key for schema in opened("mini").load("dev").schemas.values() for key in schema.foreign_keys]
    assert f"keys      {len(keys)} of {len(keys)} foreign" in copied.stdout

    golds = [" ".join(one.gold[0].split()) for one in opened("mini").load("dev").examples]
    (tmp_path / "answers.txt").write_text("\n".join(golds) + "\n")
    scored = _bench(
        *("score", str(tmp_path / "answers.txt"), "--dataset", "mini", "--rule", "ex.bird", "--json"),
        *("--db", f"duckdb:{tmp_path}/{{db_id}}.duckdb", "--workers", "1"),
    )
    assert scored.returncode == 0, scored.stderr
    found = json.loads(scored.stdout)["metrics"]["ex.bird"]["overall"]
    assert (found["k"], found["n"]) == (
        216,
        240,
    )  # 24 golds are SQLite's own way of writing: see docs/engines.md


def test_the_engine_is_part_of_the_key_of_verdicts_and_of_nothing_before(tmp_path):
    keys = {}
    for engine in ("", "duckdb 2.0.0", "duckdb 3"):
        live = f'db = "duckdb:{tmp_path}/{{db_id}}.duckdb"\nengine = "{engine}"\n' if engine else ""
        path = tmp_path / "engines.toml"
        path.write_text(SUITE + live)
        suite = load(path)
        bound = Plan(suite, Store(tmp_path / "runs")).bind(suite.cells()[0])
        keys[engine] = bound.predict_key, bound.judged.name
    assert len({judged for _, judged in keys.values()}) == 3
    assert len({predicted for predicted, _ in keys.values()}) == 1


def test_an_address_goes_with_the_engine_that_is_meant(tmp_path):
    path = Path(tmp_path / "engines.toml")
    path.write_text(SUITE + 'db = "duckdb:x.duckdb"\n')
    with pytest.raises(ConfigError, match="go together"):
        load(path)
