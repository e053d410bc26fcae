"""Garbage: look for dead cycles less often while much is made that holds none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

SELDOM = (50_000, 20, 100)
"""As in the workers. Python's own 700 costs a fifth of judging: verdicts live on and are looked at again."""

_lock = Lock()
_before: list[tuple[int, int, int]] = []
"""The thresholds as each of those inside found them, the first one the program's own."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Collect seldom inside; whoever leaves last, in whatever order, puts the program's own pace back."""
    with _lock:
        _before.append(gc.get_threshold())
        gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        with _lock:
            first = _before[0]
            _before.pop()
            if not _before:
                gc.set_threshold(*first)
