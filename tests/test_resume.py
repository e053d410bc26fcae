"""A run that is killed anywhere goes on and ends with the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.store import Store

pytestmark = [pytest.mark.train, pytest.mark.timeout(600)]

SUITE = """\
title = "Resume"

[models]
small = { source = "tiny:small" }

[datasets]
mini = { source = "mini", split = "dev" }

[methods.lora]
tuning = { kind = "lora", rank = 4 }
objective = "sft"
training = { steps = 6, batch = 4, lr = 1e-3, examples = 24 }

[decoding]
batch = 4
max_new_tokens = 24
"""
ANSWERS = ("adapter_model.safetensors", "predictions.jsonl", "verdicts.jsonl", "score.json", "cell.json")


def start(home: Path) -> subprocess.Popen[str]:
    (home / "resume.toml").write_text(SUITE)
    return subprocess.Popen(
        [sys.executable, "-m", "bench.cli", "run", "resume.toml", "--limit", "24", "--jobs", "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
    )


def finish(home: Path) -> dict[str, bytes]:
    """Run to the end and give the bytes of everything that is an answer."""
    with start(home) as process:
        _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    runs = home / "runs"
    found = {
        str(path.relative_to(runs)): path.read_bytes() for path in runs.rglob("*") if path.name in ANSWERS
    }
    assert {Path(name).name for name in found} == set(ANSWERS)
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run leaves that nobody disturbs."""
    return finish(tmp_path_factory.mktemp("whole"))


def wait_for(home: Path, pattern: str, process: subprocess.Popen[str]) -> None:
    """Wait until a file of the store exists and is not empty."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if any(path.stat().st_size for path in home.glob(f"runs/{pattern}")):
            return
        time.sleep(0.002)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("fits/*/.holder", signal.SIGKILL),  # training begins
        ("fits/*/fit.json", signal.SIGKILL),  # trained, nothing predicted
        ("*/predictions.jsonl", signal.SIGKILL),  # a batch or so predicted
        ("*/predictions.jsonl", signal.SIGINT),  # Ctrl-C
        ("*/judged-*/verdicts.jsonl", signal.SIGKILL),  # some verdicts written
    ],
)
def test_a_killed_run_ends_with_the_same_bytes(
    tmp_path: Path, whole: dict[str, bytes], pattern: str, number: signal.Signals
):
    with start(tmp_path) as process:
        wait_for(tmp_path, pattern, process)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    if number is signal.SIGINT and process.returncode != 0:
        assert process.returncode == 130, said
        assert "goes on from here" in said
    assert finish(tmp_path) == whole


def test_two_runs_on_one_store_take_turns(tmp_path: Path, whole: dict[str, bytes]):
    with start(tmp_path) as first:
        wait_for(tmp_path, "fits/*/.holder", first)
        assert finish(tmp_path) == whole
        first.communicate(timeout=300)
    assert first.returncode == 0


def test_a_run_that_waits_says_for_whom(tmp_path: Path):
    store = Store(tmp_path / "runs")
    with start(tmp_path) as free:
        wait_for(tmp_path, "fits/*/.holder", free)
        free.kill()
    folder = next((tmp_path / "runs" / "fits").iterdir())
    with store.lock(folder), start(tmp_path) as waiting:
        assert waiting.stderr is not None
        for line in waiting.stderr:
            if f"process {os.getpid()} on" in line:
                break
        else:
            pytest.fail("the waiting run did not say who holds the store")
        waiting.kill()
