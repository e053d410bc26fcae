"""The device at hand: how fast it multiplies and copies, and how much memory it has left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

SIDE = 1024
"""Rows and columns of the matrices that are multiplied; four times as many on a GPU."""
TRIES = 3


@dataclass(frozen=True, slots=True)
class Machine:
    """What a fit runs on.

    Attributes:
        name: of the GPU, or ``cpu`` with its threads.
        memory: bytes that are free.
        flops: floating-point operations a second, in products of matrices.
        bandwidth: bytes a second, read and written element by element.
        launch: seconds that the smallest operation takes.
    """

    name: str
    memory: int
    flops: float
    bandwidth: float
    launch: float

    @property
    def gpu(self) -> bool:
        """Whether it has memory of its own."""
        return not self.name.startswith("cpu")


@cache
def measure(threads: int = 1, *, half: bool = False) -> Machine:
    """Measure the GPU if there is one, else ``threads`` threads of the CPU; takes a tenth of a second.

    Args:
        threads: of the CPU.
        half: whether matrices are multiplied in bfloat16.
    """
    gpu = torch.cuda.is_available()
    device = torch.device("cuda" if gpu else "cpu")
    side = SIDE * (4 if gpu else 1)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        square, small = torch.ones(side, side, device=device), torch.ones(8, device=device)
        factor = square.bfloat16() if half else square
        product = _fastest(lambda: factor @ factor)
        added = _fastest(lambda: square + square)
        launch = _fastest(lambda: [small + small for _ in range(100)]) / 100
    finally:
        torch.set_num_threads(before)
    return Machine(
        name=torch.cuda.get_device_name() if gpu else f"cpu, {threads} thread{'s' * (threads > 1)}",
        memory=free(),
        flops=2 * side**3 / product,
        bandwidth=3 * 4 * side**2 / added,
        launch=launch,
    )


def free() -> int:
    """Return the bytes that are free where models go: on the GPU if there is one, else on the host."""
    if torch.cuda.is_available():
        return int(torch.cuda.mem_get_info()[0])
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _fastest(work: Callable[[], object]) -> float:
    """Return the seconds of the fastest of a few tries: what else runs only ever slows one down."""
    best = float("inf")
    for _ in range(TRIES + 1):
        begun = time.perf_counter()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - begun)
    return best
