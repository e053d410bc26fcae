"""Forks: a process that is forked beside an executor takes nothing from it and may use it too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX")

BEGIN = """
import json, multiprocessing, os, sys
from pathlib import Path
from bench.execute import Executor, Pair
database = Path(sys.argv[1])

def pairs(number):
    for at in range(200):
        sql = f"SELECT {number} + {at % 2}"
        yield Pair(str(at), database, f"SELECT {number}", sql, ("bird",))

def wrong(executor, number):
    found = [one.equal["bird"] == (int(one.key) % 2 == 0) for one in executor.judge(pairs(number))]
    rows = [executor.run(database, f"SELECT {at * number}").preview == ((at * number,),) for at in range(50)]
    return found.count(False) + rows.count(False) + (len(found) != 200)

def ended(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

executor = Executor("fast", workers=2, cache=sys.argv[2])
executor.run(database, "SELECT 1")
"""


def told(database: Path, cache: Path, program: str) -> object:
    """Run a program with an executor that has worked; gives what it tells."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BEGIN + program, str(database), str(cache)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_a_child_that_ends_leaves_the_parents_workers_alone(database: Path, tmp_path: Path) -> None:
    program = """
before = executor.pool.pids
pid = os.fork()
if pid == 0:
    sys.exit(7)
print(json.dumps([ended(pid), executor.run(database, "SELECT 6").preview, executor.pool.pids == before]))
"""
    assert told(database, tmp_path / "cache.sqlite", program) == [7, [[6]], True]


def test_parent_and_children_judge_at_once(database: Path, tmp_path: Path) -> None:
    program = """
def work(number, queue):
    queue.put(wrong(executor, number))

context = multiprocessing.get_context("fork")
queue = context.Queue()
children = [context.Process(target=work, args=(number, queue)) for number in (1, 2)]
for child in children:
    child.start()
here = wrong(executor, 3)
there = [queue.get(timeout=30) for _ in children]
for child in children:
    child.join()
print(json.dumps([here, there, [child.exitcode for child in children]]))
"""
    assert told(database, tmp_path / "cache.sqlite", program) == [0, [0, 0], [0, 0]]


def test_a_stream_goes_on_in_the_parent_and_is_not_the_childs(database: Path, tmp_path: Path) -> None:
    program = """
stream = executor.judge(pairs(5))
first = next(stream)
pid = os.fork()
if pid == 0:
    try:
        for _ in stream:
            pass
    except RuntimeError as error:
        sys.exit(9 if "parent" in str(error) and wrong(executor, 4) == 0 else 1)
    sys.exit(2)
code = ended(pid)
print(json.dumps([code, 1 + len(list(stream)), wrong(executor, 6)]))
"""
    assert told(database, tmp_path / "cache.sqlite", program) == [9, 200, 0]


def test_an_executor_that_was_closed_stays_closed_in_a_child(database: Path, tmp_path: Path) -> None:
    program = """
executor.close()
pid = os.fork()
if pid == 0:
    try:
        executor.run(database, "SELECT 1")
    except RuntimeError:
        sys.exit(5)
print(json.dumps(ended(pid)))
"""
    assert told(database, tmp_path / "cache.sqlite", program) == 5
