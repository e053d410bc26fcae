"""Intervals, pairs and power: what a difference between two scores is worth.

Questions on one database resemble each other, so a score's doubt is computed with the databases as
clusters, after Miller, "Adding Error Bars to Evals" (arXiv 2411.00640), section 2.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtri, stdtrit

from bench.types import Score

LEVEL = 0.95
"""Confidence of every interval."""

POWER_FACTOR = 2.8
"""z(0.975) + z(0.80): a two-sided test at 5 % that finds a true difference four times in five."""


_Z = float(ndtri((1 + LEVEL) / 2))


def wilson(k: float, n: int) -> tuple[float, float]:
    """Bound a proportion by Wilson's score interval (1927).

    A ``k`` that is not whole (a mean over seeds, a soft score) is taken as it is: the variance of a
    yes/no outcome bounds that of any outcome between 0 and 1.

    >>> low, high = wilson(0, 10)
    >>> low, round(high, 4)
    (0.0, 0.2775)
    """
    if n == 0:
        return 0.0, 1.0
    p, spread = k / n, _Z * _Z / n
    middle = (p + spread / 2) / (1 + spread)
    half = _Z * sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread)
    return (0.0 if k <= 0 else max(0.0, middle - half)), (1.0 if k >= n else min(1.0, middle + half))


def clustered(values: Sequence[float], clusters: Sequence[str]) -> tuple[float, float] | None:
    """Bound a mean, with whole clusters as the unit of sampling.

    The standard error is √(G/(G−1) · Σ_g (Σ_{i∈g} (x_i − x̄))²) / n for G clusters, and its quantile
    is Student's t with G − 1 degrees of freedom. With one question per cluster that is the common
    t interval of a mean.

    Returns:
        The bounds, not cut to [0, 1]; ``None`` where there are fewer than two clusters.
    """
    n = len(values)
    groups, members = _numbered(tuple(clusters))
    if groups < 2:
        return None
    mean = sum(values) / n
    sums = np.bincount(members, np.asarray(values) - mean).tolist()
    error = sqrt(groups / (groups - 1) * sum([total * total for total in sums])) / n
    half = float(stdtrit(groups - 1, (1 + LEVEL) / 2)) * error
    return mean - half, mean + half


@lru_cache(maxsize=256)
def _numbered(clusters: tuple[str, ...]) -> tuple[int, NDArray[np.intp]]:
    """Count clusters, and number them; many scores are over the same questions."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
    return len(numbers), np.array([numbers[name] for name in clusters], dtype=np.intp)


def estimate(values: Sequence[float], clusters: Sequence[str]) -> Score:
    """Give the mean of ``values`` with the wider of Wilson's and the clustered interval.

    Values above 1 (efficiency scores may exceed it) are no proportion, so Wilson is left out there.
    """
    n, k = len(values), float(sum(values))
    value = k / n if n else 0.0
    proportion = not values or (min(values) >= 0 and max(values) <= 1)
    by_cluster = clustered(values, clusters)
    if by_cluster is not None and proportion:
        by_cluster = max(0.0, by_cluster[0]), min(1.0, by_cluster[1])
    if not proportion:
        low, high = by_cluster if by_cluster is not None else (value, value)
        return Score(k, n, value, low, high, "clustered" if by_cluster is not None else "none")
    low, high = wilson(k, n)
    if by_cluster is not None and by_cluster[1] - by_cluster[0] > high - low:
        return Score(k, n, value, *by_cluster, "clustered")
    return Score(k, n, value, low, high, "wilson")


def mcnemar(b: int, c: int) -> float:
    """Give the exact two-sided p of McNemar's test (1947).

    Args:
        b: questions that only the first answered right.
        c: questions that only the second answered right.

    >>> round(mcnemar(1, 5), 6)
    0.21875
    """
    return min(1.0, 2 * float(bdtr(min(b, c), b + c, 0.5))) if b + c else 1.0


@dataclass(frozen=True, slots=True)
class Difference:
    """How a second system differs from a first on the same questions.

    Attributes:
        value: mean of second minus first, between −1 and 1.
        low: lower 95 % bound, clustered; ``None`` with fewer than two clusters.
        high: upper 95 % bound, likewise.
        only_first: questions that the first got right and the second did not.
        only_second: questions that the second got right and the first did not.
        p: exact McNemar on the two counts.
        n: questions.
    """

    value: float
    low: float | None
    high: float | None
    only_first: int
    only_second: int
    p: float
    n: int


def paired(first: Sequence[float], second: Sequence[float], clusters: Sequence[str]) -> Difference:
    """Compare two systems question by question.

    Raises:
        ValueError: the two do not answer the same number of questions.
    """
    gains = [after - before for before, after in zip(first, second, strict=True)]
    bounds = clustered(gains, clusters)
    b, c = sum(gain < 0 for gain in gains), sum(gain > 0 for gain in gains)
    most = max((1.0, *map(abs, gains)))  # no mean of differences is beyond the largest one
    low, high = (max(bounds[0], -most), min(bounds[1], most)) if bounds is not None else (None, None)
    value = sum(gains) / len(gains) if gains else 0.0
    return Difference(value, low, high, b, c, mcnemar(b, c), len(gains))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values for being many (Holm 1979); each stands where its original stood.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, floor = [0.0] * len(p_values), 0.0
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    for rank, i in enumerate(order):
        floor = max(floor, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = floor
    return adjusted


def detectable(discordant: float, n: int, size: float = 1.0) -> float:
    """Give the smallest paired difference that McNemar's test on ``n`` questions shows with 80 % power.

    The test counts signs: it finds a surplus of ``POWER_FACTOR · √(discordant / n)`` of one sign, and each
    sign is worth ``size``. With means over seeds a question counts as soon as they differ, and for less.

    Args:
        discordant: share of questions on which the two systems score differently.
        n: questions.
        size: how far apart they are there on average; 1 where every answer is right or wrong.

    >>> round(100 * detectable(0.10, 1034), 1)
    2.8
    """
    return POWER_FACTOR * sqrt(discordant / n) * size if n else 1.0
