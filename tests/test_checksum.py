"""Checksums tell texts apart by their boundaries, and code by its bytes."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from bench import checksum
from bench.checksum import digest_all


def test_boundaries_and_lone_surrogates_count():
    assert digest_all(["ab", "c"]) != digest_all(["a", "bc"])
    assert digest_all(["\ud800"]) != digest_all(["?"])


def test_code_is_another_when_a_file_of_it_changes(tmp_path: Path):
    shutil.copy(checksum.__file__, tmp_path / "checksum.py")
    spec = importlib.util.spec_from_file_location("copied", tmp_path / "checksum.py")
    copied = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copied)
    for name in ("execute", "judge"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rule.py").write_text("before")
    seen = []
    for name, content in (("execute", "before"), ("execute", "after"), ("judge", "after")):
        (tmp_path / name / "rule.py").write_text(content)
        copied.code.cache_clear()
        seen.append((copied.code("execute"), copied.code("execute", "judge"), copied.code()))
    assert [len({one[place] for one in seen}) for place in range(3)] == [2, 3, 3]


def test_executing_imports_no_more_for_it():
    program = "import sys, bench.execute.cache; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
