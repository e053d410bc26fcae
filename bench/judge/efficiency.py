"""Efficiency: BIRD's scores of how much faster or slower than gold a right prediction is.

The ratio is gold's cost over the prediction's. Two costs are known: time, as published, and operations of
SQLite's virtual machine, which come out the same on every machine and every day.
"""

from __future__ import annotations

from math import sqrt

from bench.types import Outcome

REWARDS = ((2.0, 1.25), (1.0, 1.0), (0.5, 0.75), (0.25, 0.5))
"""Ratio from which on → reward, the best first."""

LEAST_REWARD = 0.25


def ves(ratio: float) -> float:
    """Give the valid efficiency score of one right prediction, √ratio (arXiv 2305.03111, section 4.3)."""
    return sqrt(ratio)


def r_ves(ratio: float) -> float:
    """Give the reward-based score of BIRD mini-dev: the root of a reward in five steps.

    >>> r_ves(2.5) == sqrt(1.25), r_ves(1.0), r_ves(0.1)
    (True, 1.0, 0.5)
    """
    if not ratio:
        return 0.0
    return sqrt(next((reward for least, reward in REWARDS if ratio >= least), LEAST_REWARD))


def by_steps(gold: Outcome, prediction: Outcome) -> float:
    """Divide gold's operations by the prediction's; a text without a statement has none, and gives 1."""
    return gold.steps / prediction.steps if prediction.steps else 1.0
