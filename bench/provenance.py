"""Provenance: where numbers come from, and the time and memory that making them took."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import bench

PACKAGES = (
    "text2sql-bench",
    "torch",
    "transformers",
    "tokenizers",
    "peft",
    "bitsandbytes",
    "accelerate",
    "sqlglot",
    "apsw",
    "scipy",
)
"""Packages whose version can change an answer or a measurement."""


def versions() -> dict[str, str]:
    """Give the installed version of each package that matters, leaving out what is absent."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, str | int]:
    """Describe the machine: system, processor, usable cores, memory in bytes."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": cores(),
        "memory_bytes": _memory(),
    }


def cores() -> int:
    """Count the processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def commit() -> dict[str, str | bool] | None:
    """Give the git commit of the running sources and whether they differ from it."""
    folder = Path(bench.__file__).parent
    head = _git(folder, "rev-parse", "HEAD")
    if head is None:
        return None
    return {"commit": head, "dirty": bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))}


def describe(command: str) -> dict[str, object]:
    """Collect what a result carries about its making; the day is that of Greenwich."""
    return {
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions(),
        "machine": machine(),
        "source": commit(),
    }


def command_line() -> str:
    """Give the command that this process was started with, without the interpreter's path."""
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])


def peak_host_bytes() -> int:
    """Give the largest resident memory this process has had, in bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 0
