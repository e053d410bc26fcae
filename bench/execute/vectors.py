"""Vectors: results compared column by column, as Spider 2.0's script does.

Standard library only, because the comparison runs inside the sandboxed worker.
"""

from __future__ import annotations

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.types import Row, Scalar

TOLERANCE = 0.01
"""Two numbers that differ by no more count as one."""


def spider2(gold: Sequence[Row], pred: Sequence[Row]) -> bool:
    """Tell whether each column of the gold is found among those of the prediction (arXiv 2411.07763).

    Columns are looked at one by one, so rows need not stay together, and one column may serve for two.
    NULL counts as 0. As in the script, values are paired in the order of their texts, so that 9.999 and
    10.0 can miss each other; but 1 and 1.0 have the same text here.
    """
    if len(gold) != len(pred):
        return False
    offered = [_sorted(column) for column in zip(*pred, strict=True)]
    wanted = (_sorted(column) for column in zip(*gold, strict=True))
    return all(any(_near(column, other) for other in offered) for column in wanted)


def _sorted(column: Iterable[Scalar]) -> list[Scalar]:
    filled = [0.0 if value is None else float(value) if type(value) is int else value for value in column]
    return sorted(filled, key=lambda value: (str(value), type(value) is float))


def _near(column: Sequence[Scalar], other: Sequence[Scalar]) -> bool:
    return all(
        math.isclose(one, two, abs_tol=TOLERANCE)
        if isinstance(one, float) and isinstance(two, float)
        else one == two
        for one, two in zip(column, other, strict=True)
    )
