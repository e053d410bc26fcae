"""The command as its users run it: a process, its output and its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def bench(*words: object, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command on a wide terminal, and insist on its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done
