"""The program: Ctrl-C ends it with one line and the code for it, whenever and however often it is pressed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest

ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"
HEARS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
"""A shell starts what it puts into the background with SIGINT ignored, and that is inherited."""


def has_children(pid: int) -> bool:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return any((thread / "children").read_text() for thread in threads)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_several_presses_are_one(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite"
    apsw.Connection(str(path)).execute("CREATE TABLE t(a)")
    process = subprocess.Popen(
        [sys.executable, "-c", HEARS + "from bench.__main__ import main; main()", "exec", path, ENDLESS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        deadline = time.monotonic() + 20
        while not has_children(process.pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, ("", "\ninterrupted\n"))


def test_a_press_while_the_program_is_loaded_is_one_line() -> None:
    program = (
        "import importlib.abc, sys\n"
        "class Press(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'bench.cli':\n"
        "            signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Press())\n"
        "from bench.__main__ import main; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", HEARS + program], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\ninterrupted\n")
