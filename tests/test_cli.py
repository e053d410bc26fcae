"""The command line as its users meet it: processes, output and exit codes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.store import read_lines
from bench.types import Verdict
from tests.command import bench

SUITE = """\
title = "Controls"

[models]
right = { source = "oracle:gold" }
wrong = { source = "oracle:damaged-20" }

[datasets]
mini = { source = "mini", split = "dev" }

[methods.asked]
tuning = "none"

[[expect]]
model = "right"
metric = "ex.test-suite"
min = 1.0
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a suite of controls that has been run."""
    folder = tmp_path_factory.mktemp("controls")
    (folder / "controls.toml").write_text(SUITE)
    bench("run", "controls.toml", cwd=folder)
    return folder


def cell(home: Path, name: str) -> list[Verdict]:
    path = next((home / "runs").glob(f"{name}-*/judged-*/verdicts.jsonl"))
    return read_lines(path, Verdict)


def test_an_oracle_that_answers_gold_scores_everything(home: Path):
    verdicts = cell(home, "right-asked")
    assert len(verdicts) > 200
    assert all(all(verdict.metrics.values()) for verdict in verdicts)


def test_an_oracle_with_planted_damage_scores_exactly_what_was_planted(home: Path):
    right = {line.example_id: line for line in cell(home, "right-asked")}
    path = next((home / "runs").glob("wrong-asked-*/predictions.jsonl"))
    said = {line["example_id"]: line["text"] for line in map(json.loads, path.read_text().splitlines())}
    gold_path = next((home / "runs").glob("right-asked-*/predictions.jsonl"))
    gold = {line["example_id"]: line["text"] for line in map(json.loads, gold_path.read_text().splitlines())}
    damaged = {name for name in right if said[name] != gold[name]}
    assert damaged
    lost = {line.example_id for line in cell(home, "wrong-asked") if not line.metrics["ex.test-suite"]}
    assert lost == damaged


def test_a_second_run_finds_everything_done(home: Path):
    begun = time.monotonic()
    done = bench("run", "controls.toml", cwd=home)
    assert "everything was done already" in done.stdout
    assert time.monotonic() - begun < 30


def test_plan_says_what_is_left(home: Path, tmp_path: Path):
    assert "everything is done" in bench("plan", "controls.toml", cwd=home).stdout
    (tmp_path / "controls.toml").write_text(SUITE + '\n[[skip]]\nmodel = "wrong"\nreason = "no need"\n')
    plan = json.loads(bench("plan", "controls.toml", "--json", cwd=tmp_path).stdout)
    assert [line["state"] for line in plan["cells"]] == ["to predict"]
    assert plan["skipped"] == [{"cell": "wrong-asked-mini-s0", "reason": "no need"}]
    assert plan["tasks"] == ["right-asked-mini-s0"]
    assert not (tmp_path / "runs").exists()


def test_show_prints_scores_and_json(home: Path):
    assert "synthetic" in bench("show", "controls.toml", cwd=home).stdout
    shown = json.loads(bench("show", "controls.toml", "--json", cwd=home).stdout)
    by_cell = {line["cell"]: line for line in shown["cells"]}
    assert by_cell["right-asked-mini-s0"]["metrics"]["ex.test-suite"]["overall"]["value"] == 1.0


def test_publish_twice_gives_the_same_bytes_and_check_sees_a_stale_page(home: Path):
    bench("publish", "controls.toml", cwd=home)
    board = home / "leaderboards" / "controls"
    before = {path: path.read_bytes() for path in board.rglob("*") if path.is_file()}
    bench("publish", "controls.toml", "--check", cwd=home)
    bench("publish", "controls.toml", cwd=home)
    assert before == {path: path.read_bytes() for path in board.rglob("*") if path.is_file()}
    (board / "index.html").write_text("old")
    assert "stale: index.html" in bench("publish", "controls.toml", "--check", cwd=home, code=1).stdout
    bench("publish", "controls.toml", cwd=home)


def test_publish_adds_the_answers_that_a_suite_leaves_out(home: Path):
    (home / "tables.toml").write_text("answers = false\n" + SUITE)
    bench("publish", "tables.toml", "--answers", cwd=home)
    board = home / "leaderboards" / "tables"
    assert list(board.glob("cells/right-asked-mini-s0/*.html"))
    assert "bench publish tables.toml --answers</pre>" in (board / "index.html").read_text("utf-8")


def test_a_source_that_only_looks_up_its_answers_has_no_speed(home: Path):
    bench("publish", "controls.toml", cwd=home)
    board = home / "leaderboards" / "controls"
    cells = json.loads((board / "results.json").read_text("utf-8"))["cells"]
    assert [cell["seconds"] for cell in cells] == [None] * len(cells)
    assert "against seconds per question" not in (board / "index.html").read_text("utf-8")


def test_a_release_is_kept_and_shown(home: Path):
    out = ("--out", "released")
    bench("publish", "controls.toml", *out, "--release", "2026-11-21", cwd=home)
    board = home / "released" / "controls"
    kept = board / "releases" / "2026-11-21" / "results.json"
    assert kept.read_bytes() == (board / "results.json").read_bytes()
    assert "2026-11-21" in (board / "releases.html").read_text("utf-8")
    bench("publish", "controls.toml", *out, "--check", cwd=home)
    mistaken = bench("publish", "controls.toml", *out, "--release", "today", cwd=home, code=2)
    assert "'today' is no day" in mistaken.stderr


def test_an_expectation_that_is_not_met_is_exit_3(home: Path):
    (home / "strict.toml").write_text(SUITE.replace('model = "right"\nmetric', 'model = "wrong"\nmetric'))
    done = bench("run", "strict.toml", cwd=home, code=3)
    assert "NOT MET" in done.stdout
    assert "everything was done already" in done.stdout  # another suite, the same cells


def test_a_mistake_beside_cache_ignore_loses_nothing(home: Path):
    bench("run", "controls.toml", "--cache", "ignore", "--launcher", "lcal", cwd=home, code=2)
    assert "everything is done" in bench("plan", "controls.toml", cwd=home).stdout


def test_limit_asks_fewer_and_forgets_nothing(home: Path):
    done = bench("run", "controls.toml", "--limit", 5, "--cell", "right-*", "--json", cwd=home, code=2)
    assert "No such option" in done.stderr
    bench("run", "controls.toml", "--limit", 5, "--cell", "right-*", cwd=home)
    assert "everything is done" in bench("plan", "controls.toml", cwd=home).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "none.toml"], "there is no suite 'none.toml'"),
        (["run", "quickstrat"], "did you mean 'quickstart'?"),
        (["run", "controls.toml", "--cell", "rihgt-asked-mini-s0"], "did you mean 'right-asked-mini-s0'?"),
        (["run", "controls.toml", "--stage", "fitt"], "did you mean 'fit'?"),
        (["run", "controls.toml", "--cache", "us"], "did you mean 'use'?"),
        (["run", "controls.toml", "--cache", "ignore", "--launcher", "lcal"], "did you mean 'local'?"),
        (["data", "show", "mni"], "did you mean 'mini'?"),
        (["data", "show", "mini", "--split", "dve"], "did you mean 'dev'?"),
        (["data", "show", "spider"], "--data DIR"),
        (["score", "--dataset", "mini", "-p", "none.txt"], "none.txt"),
        (["score", "--dataset", "mini", "-p", "controls.toml"], "predictions, but mini dev has"),
        (["score", "--dataset", "mini", "-p", "controls.toml", "--rule", "brid"], "did you mean"),
        (["score", "--dataset", "mini", "-p", "controls.toml", "--rules", "bird,srtict"], "'ex.strict'?"),
        (["score", "--dataset", "mini"], "give --predictions FILE, or --gold-check"),
        (["score", "--dataset", "mini", "--gold-check", "--now", "noon"], "'noon' is no date"),
    ],
)
def test_a_mistake_is_one_message_and_exit_2(home: Path, words: list[str], said: str):
    done = bench(*words, cwd=home, code=2)
    assert said in done.stderr
    assert len(done.stderr.splitlines()) <= 3


def test_an_empty_store_is_not_published_over_a_board(home: Path, tmp_path: Path):
    board = home / "leaderboards" / "controls"
    bench("publish", "controls.toml", cwd=home)
    before = sorted(board.rglob("*"))
    for more in ((), ("--check",)):
        done = bench("publish", "controls.toml", "--store", tmp_path / "none", *more, cwd=home, code=4)
        assert "none of the 2 cells of 'controls' has a score" in done.stderr
    assert sorted(board.rglob("*")) == before


def test_a_board_gives_way_to_one_that_shows_less_only_where_that_is_said(home: Path, tmp_path: Path):
    for cells in ((), ("--cell", "right-*")):
        shutil.copy(home / "controls.toml", tmp_path)
        bench(
            "run", "controls.toml", "--limit", 3, *cells, "--store", "part" if cells else "runs", cwd=tmp_path
        )
    index = tmp_path / "leaderboards" / "controls" / "index.html"
    bench("publish", "controls.toml", "--limit", 3, cwd=tmp_path)
    before = index.read_bytes()
    less = ("publish", "controls.toml", "--limit", 3, "--store", "part")
    done = bench(*less, cwd=tmp_path, code=2)
    assert "shows 1 cell that would then be not run: wrong-asked-mini-s0" in done.stderr
    assert index.read_bytes() == before
    bench(*less, "--replace", cwd=tmp_path)
    told = index.read_text("utf-8")
    assert "bench publish controls.toml --store part --limit 3</pre>" in told
    citation = index.with_name("citation.bib").read_text("utf-8")
    assert "made again by: bench publish controls.toml -{}-store part -{}-limit 3}" in citation
    bench("publish", "controls.toml", "--limit", 3, cwd=tmp_path)


def test_what_a_suite_asks_for_and_is_not_here_is_no_mistake_of_publishing(tmp_path: Path):
    """The difference is nox's, which publishes all suites that have scores."""
    (tmp_path / "absent.toml").write_text(SUITE.replace('"mini"', '"spider", root = "nowhere"'))
    bench("publish", "absent.toml", cwd=tmp_path, code=4)
    (tmp_path / "absent.toml").write_text(SUITE.replace('"mini"', '"minni"'))
    bench("publish", "absent.toml", cwd=tmp_path, code=2)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('metric = "ex.test-suite"', 'metric = "ex.testsuite"', "did you mean 'ex.test-suite'?"),
        ("min = 1.0", 'min = 1.0\nlevel = "esay"', "did you mean 'easy'?"),
        ("min = 1.0", "min = 50", "less than or equal to 1"),
    ],
)
def test_an_expectation_of_nothing_is_refused_at_plan_time(tmp_path: Path, old: str, new: str, said: str):
    (tmp_path / "s.toml").write_text(SUITE.replace(old, new))
    assert said in bench("plan", "s.toml", cwd=tmp_path, code=2).stderr


def test_a_failed_cell_is_exit_1_and_the_others_are_kept(tmp_path: Path):
    text = SUITE.replace('"oracle:damaged-20"', '"replay:answers.jsonl"').replace(
        "[methods", "[decoding]\n[methods"
    )
    (tmp_path / "controls.toml").write_text(text)
    (tmp_path / "answers.jsonl").write_text("nonsense\n")
    done = bench("run", "controls.toml", "--limit", 4, cwd=tmp_path, code=1)
    assert "answers.jsonl" in done.stderr
    assert list((tmp_path / "runs").glob("right-*/judged-*/score.json"))
    names = [verdict.example_id for verdict in cell(tmp_path, "right-asked")]
    (tmp_path / "answers.jsonl").write_text(json.dumps({"id": names[0], "sql": ""}))
    done = bench("run", "controls.toml", "--limit", 4, cwd=tmp_path, code=1)
    assert "no answer to 3 questions of 4" in done.stderr
    lines = [json.dumps({"id": name, "sql": ""}) + "\n" for name in names]
    (tmp_path / "answers.jsonl").write_text("".join(lines))
    bench("run", "controls.toml", "--limit", 4, cwd=tmp_path)


def test_help_imports_nothing_heavy(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bench.cli", "--help"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    modules = set(re.findall(r"\|\s+(\S+)$", done.stderr, re.MULTILINE))
    assert not modules & {"torch", "pydantic", "pandas", "sqlglot", "scipy", "apsw"}


def test_pytest_runs_a_suite_and_holds_its_expectations(home: Path):
    (home / "both.toml").write_text(
        SUITE + '\n[[expect]]\nmodel = "wrong"\nmetric = "em.spider"\nlevel = "hard"\nmin = 1.0\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "both.toml", "-q", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        cwd=home,
        check=False,
    )
    assert done.returncode == 1
    assert "3 passed" in done.stdout
    assert "1 failed" in done.stdout
    assert "expected wrong/asked/mini em.spider (hard) at least 100.0 %, got" in done.stdout
    assert "Traceback" not in done.stdout


def test_pytest_names_a_mistake_in_a_suite(tmp_path: Path):
    (tmp_path / "s.toml").write_text(SUITE.replace("title", "titel"))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "s.toml", "-q"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert "did you mean 'title'?" in done.stdout
