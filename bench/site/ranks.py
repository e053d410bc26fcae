"""Which places of a table its paired tests leave open, and what difference it could have found."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bench.judge.stats import detectable, holm, mcnemar
from bench.site.figures import ALPHA
from bench.site.text import percent
from bench.words import count


def ranks(rows: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Give each row the best and the worst place it may hold.

    Every pair of rows is put to an exact McNemar test, corrected by Holm over all pairs. A row stands
    below those that a test tells to be better and above those that a test tells to be worse;
    among the rest its place is open.

    Args:
        rows: per row, the headline metric of each question.

    >>> ranks([[1.0] * 9, [0.0] * 9, [1.0] * 8 + [0.0]])
    [(1, 2), (3, 3), (1, 2)]
    """
    pairs = list(combinations(range(len(rows)), 2))
    discordant = _discordant(rows)
    adjusted = holm([mcnemar(int(discordant[i, j]), int(discordant[j, i])) for i, j in pairs])
    above, below = [0] * len(rows), [0] * len(rows)
    for (i, j), p in zip(pairs, adjusted, strict=True):
        if p <= ALPHA:
            better, worse = (i, j) if discordant[i, j] > discordant[j, i] else (j, i)
            below[better] += 1
            above[worse] += 1
    return [(1 + above[i], len(rows) - below[i]) for i in range(len(rows))]


def span(place: tuple[int, int]) -> str:
    """Write a range of places.

    >>> span((1, 1)), span((2, 4))
    ('1', '2–4')
    """
    return str(place[0]) if place[0] == place[1] else f"{place[0]}–{place[1]}"


def power(rows: Sequence[Sequence[float]], n: int) -> str:
    """Say what difference a table could have found, from its own pairs; empty with fewer than two rows."""
    if len(rows) < 2 or not n:
        return ""
    counts, gaps = _discordant(rows), _gaps(rows)
    met = [
        (int(counts[i, j] + counts[j, i]), float(gaps[i, j])) for i, j in combinations(range(len(rows)), 2)
    ]
    share = median(apart / n for apart, _ in met)
    least = median(detectable(apart / n, n, gap / apart) if apart else 0.0 for apart, gap in met)
    return (
        f"Two typical rows score differently on {percent(share)} % of these {count(n, 'question')}, as "
        f"McNemar’s test counts them: one such test at 5 % would find a true difference of {percent(least)} "
        f"points four times in five, and a smaller one, or one among many after Holm, less often."
    )


def _discordant(rows: Sequence[Sequence[float]]) -> NDArray[np.int64]:
    """Count, for rows i and j, the questions on which i is ahead of j: integers ``[rows, rows]``."""
    table = np.asarray(rows, dtype=np.float64).reshape(len(rows), -1)
    return np.stack([(row > table).sum(axis=1) for row in table]).astype(np.int64)


def _gaps(rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """Sum, for rows i and j, how far apart they are on each question: ``[rows, rows]``."""
    table = np.asarray(rows, dtype=np.float64).reshape(len(rows), -1)
    return np.stack([np.abs(row - table).sum(axis=1) for row in table])
