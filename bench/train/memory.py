"""Measures peak memory of this process, and of its GPU, since a reset."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import torch

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def reset() -> None:
    """Start measuring; where the system cannot forget an older peak, the peak is that of the process."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    try:
        _CLEAR.write_text("5")
    except OSError:
        return


def peak() -> int:
    """Return the largest resident memory, libraries included, in bytes."""
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else largest * 1024


def peak_device() -> int | None:
    """Return the largest memory allocated on the GPU in bytes, or ``None`` without one."""
    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None
