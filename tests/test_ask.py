"""The prompt that is shown is the one that is sent, to the byte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.decode import load
from bench.plan import Plan
from bench.stages import _requests
from bench.store import Store

SUITE = """\
title = "Asked"

[models]
right = {{ source = "oracle:gold" }}

[datasets]
mini = {{ source = "mini", split = "dev" }}

[methods.asked]
tuning = "none"

[prompt]
{prompt}
"""
PROMPTS = {
    "codes": 'format = "codes"\nfilter = { tables = 2, columns = 3 }',
    "dbgpthub": 'format = "dbgpthub"',
    "shots": "shots = { number = 2 }",
}


def bench(*words: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.cli", *words], capture_output=True, cwd=cwd, check=False
    )
    assert done.returncode == code, done.stderr.decode()
    return done


@pytest.mark.parametrize("name", PROMPTS)
def test_the_prompt_that_is_shown_is_the_one_that_is_asked(name: str, tmp_path: Path):
    (tmp_path / "asked.toml").write_text(SUITE.format(prompt=PROMPTS[name]))
    plan = Plan(load(tmp_path / "asked.toml"), Store(tmp_path / "runs"), limit=3)
    sent = _requests(plan, plan.cells[0], plan.cells[0].dataset.examples)[2]
    done = bench("prompt", "asked.toml", "--id", sent.example.id, cwd=tmp_path)
    assert done.stdout == sent.prompt.encode()
    new = ("--question", sent.example.question, "--db", sent.example.db_id)
    told = json.loads(bench("prompt", "asked.toml", *new, "--json", cwd=tmp_path).stdout)
    assert told["text"] == sent.prompt
    assert told["cell"] == "right-asked-mini-s0"
    assert told["prompt_id"].startswith(f"{name if name != 'shots' else 'compact'}-1")


@pytest.mark.parametrize(
    "words, said",
    [
        ((), "needs --id, or --question with --db"),
        (("--question", "How many?"), "needs --id, or --question with --db"),
        (("--question", "How many?", "--db", "airprot"), "asks no database 'airprot'"),
        (("--id", "99999"), "no questions of mini dev are called '99999'"),
    ],
)
def test_what_cannot_be_asked_is_told(tmp_path: Path, words: tuple[str, ...], said: str):
    (tmp_path / "asked.toml").write_text(SUITE.format(prompt=""))
    assert said in bench("prompt", "asked.toml", *words, cwd=tmp_path, code=2).stderr.decode()
