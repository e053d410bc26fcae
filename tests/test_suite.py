"""A suite says what it means, and a mistake in it is one clear message."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bench.decode import load
from bench.errors import ConfigError
from bench.plan import Plan
from bench.preview import preview
from bench.store import Store
from bench.suite import Cell

ROOT = Path(__file__).parents[1]
SUITES = sorted((ROOT / "suites").glob("*.toml"))
TEXT = """\
title = "t"
seeds = [0, 1]

[models]
small = { source = "tiny:small" }
medium = { source = "tiny:medium" }

[datasets]
mini = { source = "mini" }

[methods.base]
tuning = "none"

[methods.full]
tuning = "full"
objective = "sft"
training = { steps = 2 }

[methods.kid]
tuning = { kind = "lora", rank = 4 }
objective = { name = "kid", teacher = { model = "medium", method = "full" }, ratio = 0.5 }
training = { epochs = 1 }

[[grid]]
models = ["medium"]
methods = ["base", "full"]

[[grid]]
models = ["small"]

[[skip]]
model = "small"
method = "full"
reason = "too small to matter"

[[expect]]
model = "medium"
metric = "ex.bird"
min = 0.1
"""


def read(tmp_path: Path, text: str):
    path = tmp_path / "s.toml"
    path.write_text(text)
    return load(path)


def test_pairs_that_a_suite_is_about_are_of_its_methods(tmp_path: Path):
    suite = read(tmp_path, 'compare = [["kid", "full"]]\n' + TEXT)
    assert suite.compare == (("kid", "full"),)
    with pytest.raises(ConfigError, match="unknown method 'ful'") as caught:
        read(tmp_path, 'compare = [["kid", "base"], ["kid", "ful"]]\n' + TEXT)
    assert "compare[1]" in str(caught.value)


def test_a_grid_expands_in_the_order_of_the_file(tmp_path: Path):
    suite = read(tmp_path, TEXT)
    assert suite.name == "s"
    assert [cell.slug for cell in suite.cells()] == [
        "medium-base-mini-s0",
        "medium-full-mini-s0",
        "medium-base-mini-s1",
        "medium-full-mini-s1",
        "small-base-mini-s0",
        "small-kid-mini-s0",
        "small-base-mini-s1",
        "small-kid-mini-s1",
    ]
    assert suite.skip_reason(Cell("small", "full", "mini", 0)) == "too small to matter"
    assert suite.teacher(Cell("small", "kid", "mini", 1)) == Cell("medium", "full", "mini", 1)
    assert suite.methods["kid"].objective.ratio == 0.5
    assert suite.methods["kid"].in_words() == "lora, kid from medium/full"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "t"', 'titel = "t"', ["line 1", "titel", "did you mean 'title'?"]),
        ("ratio = 0.5", "ratoi = 0.5", ["line 21", "methods.kid.objective", "did you mean 'ratio'?"]),
        ("rank = 4", "rank = 0", ["line 20", "methods.kid.tuning.rank", "greater than or equal to 1"]),
        ("rank = 4", 'rank = "4"', ["methods.kid.tuning.rank", 'should be a valid integer, not "4"']),
        ('tuning = "full"', 'tuning = "ful"', ["line 15", "did you mean 'full'?"]),
        ('objective = "sft"', 'objective = "stf"', ["line 16", "did you mean 'sft'?"]),
        ('"tiny:small"', '"gpt-4"', ["models.small.source", "'gpt-4'", "scheme:name", "known: hf, "]),
        ('"tiny:small"', '"tny:small"', ["line 5", "models.small.source", "did you mean 'tiny'?"]),
        ('source = "mini"', 'source = "minni"', ["datasets.mini.source", "did you mean 'mini'?"]),
        ('method = "full" }', 'method = "ful" }', ["objective.teacher.method", "did you mean 'full'?"]),
        (
            'model = "medium", method = "full"',
            'model = "small", method = "kid"',
            ["in a circle", "small/kid"],
        ),
        ('model = "medium", method = "full"', 'model = "medium", method = "base"', ["is not fitted"]),
        (
            'model = "medium", method = "full"',
            'model = "small", method = "full"',
            ["not a cell", "too small"],
        ),
        ("steps = 2", "steps = 2, epochs = 1", ["line 17", "exactly one of 'steps' and 'epochs'"]),
        ("steps = 2", "stps = 2", ["methods.full.training.stps", "did you mean 'steps'?"]),
        ('reason = "too small to matter"', "", ["skip[0].reason", "is missing"]),
        ("min = 0.1", "", ["expect[0]", "expects nothing"]),
        ('methods = ["base", "full"]', 'methods = ["base", "fool"]', ["grid[0].methods", "'full'"]),
        ("seeds = [0, 1]", "seeds = [0, 1", ["is not valid TOML", "line"]),
        ("[models]", "[models.'a/b']\nsource = 'tiny:small'\n[models]", ["names a folder"]),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_cure(tmp_path: Path, old: str, new: str, said: list[str]):
    assert TEXT.count(old) >= 1
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, TEXT.replace(old, new, 1))
    message = str(caught.value)
    assert "s.toml" in message
    for part in said:
        assert part in message


def test_every_fault_is_told_at_once(tmp_path: Path):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, TEXT.replace("steps = 2", "stps = 2").replace("rank = 4", "rank = 0"))
    assert "stps" in str(caught.value)
    assert "rank" in str(caught.value)


def test_a_missing_file_lists_what_is_there(tmp_path: Path):
    (tmp_path / "other.toml").write_text("")
    with pytest.raises(ConfigError, match=r"other\.toml"):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_the_suites_of_the_project_are_sound(path: Path):
    suite = load(path)
    assert suite.cells()
    assert tomllib.loads(path.read_text())["title"] == suite.title


def test_reading_suites_and_asking_for_help_import_no_torch():
    code = "import sys, bench, bench.cli, bench.suite, bench.decode; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_list_of_modules_may_be_given(tmp_path: Path):
    tuning = '{ kind = "lora", targets = ["q_proj", "v_proj"] }'
    suite = read(tmp_path, TEXT.replace('{ kind = "lora", rank = 4 }', tuning))
    assert suite.methods["kid"].tuning.targets == ("q_proj", "v_proj")


def test_a_set_may_learn_from_another_one(tmp_path: Path):
    text = TEXT.replace(
        'mini = { source = "mini" }',
        'mini = { source = "mini" }\nseen = { source = "mini", train = "mini/dev" }',
    )
    suite = read(tmp_path, text)
    assert suite.learnt_from("mini") == ("mini", "train")
    assert suite.learnt_from("seen") == ("mini", "dev")
    with pytest.raises(ConfigError, match=r"datasets\.seen\.train: unknown data set 'miny'\n.*'mini'"):
        read(tmp_path, text.replace("mini/dev", "miny/dev"))


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_every_suite_that_is_shipped_is_planned(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where no data is installed each cell says what is missing; nothing else is wrong with the suite."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    suite = load(path)
    ahead = preview(Plan(suite, Store(tmp_path / "runs")))
    assert [cell.cell for cell in ahead.cells] == suite.cells()
    named = {slug for slugs in ahead.missing.values() for slug in slugs}
    assert named == {cell.cell.slug for cell in ahead.cells if cell.state == "missing"}
    assert bool(named) == any(dataset.source != "mini" for dataset in suite.datasets.values())


def test_the_papers_grids_are_whole():
    cells = {path.stem: load(path).all_cells() for path in SUITES}
    assert len(cells["dbgpthub"]) == 9 * 3
    families = ((19, 3), (4, 1), (4, 1))  # methods of the student, teachers
    assert len(cells["kid-paper"]) == 6 * sum(methods + teachers for methods, teachers in families)


def test_a_plan_counts_the_steps_of_a_fit(tmp_path: Path):
    suite = read(
        tmp_path,
        TEXT.replace(
            '"full" }, ratio = 0.5 }\ntraining = { epochs = 1 }',
            '"full" }, ratio = 0.5 }\ntraining = { epochs = 2, batch = 16, accumulation = 2 }',
        ),
    )
    ahead = {seen.cell.slug: seen for seen in preview(Plan(suite, Store(tmp_path))).cells}
    assert ahead["small-base-mini-s0"].steps is None
    assert ahead["medium-full-mini-s0"].steps == 2
    assert ahead["small-kid-mini-s0"].steps == 169  # 2 epochs of 169 batches, two batches a step
    assert (
        ahead["small-kid-mini-s0"].weights
        == (ROOT / "adapters/models/tiny/small/model.safetensors").stat().st_size
    )
