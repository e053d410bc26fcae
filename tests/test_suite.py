"""A suite says what it means, and a mistake in it is one clear message."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bench.decode import load
from bench.errors import ConfigError
from bench.suite import Cell

SUITES = sorted((Path(__file__).parents[1] / "suites").glob("*.toml"))
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
        ("rank = 4", 'rank = "4"', ["methods.kid.tuning.rank", "valid integer"]),
        ('tuning = "full"', 'tuning = "ful"', ["line 15", "did you mean 'full'?"]),
        ('objective = "sft"', 'objective = "stf"', ["line 16", "did you mean 'sft'?"]),
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
        ('reason = "too small to matter"', "", ["skip.0.reason", "is missing"]),
        ("min = 0.1", "", ["expect.0", "expects nothing"]),
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
    with pytest.raises(ConfigError, match=r"datasets\.seen\.train: unknown dataset 'miny'\n.*'mini'"):
        read(tmp_path, text.replace("mini/dev", "miny/dev"))
