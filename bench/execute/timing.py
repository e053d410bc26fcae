"""Timing: how many times faster than gold a prediction runs, by the clock; standard library only.

After BIRD (arXiv 2305.03111, section 4.3): gold and prediction run by turns, and the ratio of their times
is averaged without its outliers. What it gives differs from run to run and from machine to machine.
"""

from __future__ import annotations

import time
from math import sqrt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 100
"""How often each of the two is run, as in BIRD's scripts."""


def how_much_faster(run: Callable[[str], None], gold: str, prediction: str) -> float:
    """Time both ``ROUNDS`` times; gives gold's time over the prediction's, 0 if nothing can be said."""
    return mean_without_outliers([_timed(run, gold) / _timed(run, prediction) for _ in range(ROUNDS)])


def mean_without_outliers(values: Sequence[float]) -> float:
    """Average what lies within three standard deviations of the mean, the bounds left out.

    Of values that are all the same none lies within; the mean is then 0, as in BIRD's scripts.

    >>> mean_without_outliers([1.0, 3.0]), mean_without_outliers([2.0, 2.0])
    (2.0, 0.0)
    """
    mean = sum(values) / len(values)
    bound = 3 * sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    kept = [value for value in values if mean - bound < value < mean + bound]
    return sum(kept) / len(kept) if kept else 0.0


def _timed(run: Callable[[str], None], text: str) -> float:
    """Give the seconds that one run takes; the clock has ticked at least once."""
    begun = time.perf_counter_ns()
    run(text)
    return max(1, time.perf_counter_ns() - begun) / 1e9
