"""Ties: is a result one of those that an ordered query may give; standard library only.

The gold is run with its sort keys among its columns and without its LIMIT. Rows of equal keys may
come in any order, and where the LIMIT cuts through them any of them may be kept.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby, permutations

from bench.execute.columns import found_among

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.types import Row

    Part = tuple[Sequence[Row], int]

WIDEST = 6
"""Columns up to which every choice of them is tried when a LIMIT cuts through rows of equal rank."""


def parts(
    rows: Sequence[Row], keys: Sequence[tuple[object, ...]], offset: int, limit: int | None
) -> Iterator[Part]:
    """Yield the rows of each rank, and how many of them the result keeps, where that is any.

    Args:
        rows: every row without its sort keys, in order.
        keys: the sort keys of each row.
        offset: rows left out at the front.
        limit: rows kept at most.
    """
    end = len(rows) if limit is None else min(len(rows), offset + limit)
    at = 0
    for _, group in groupby(range(len(rows)), key=lambda number: keys[number]):
        size = len(list(group))
        kept = min(at + size, end) - max(at, offset)
        if kept > 0:
            yield rows[at : at + size], kept
        at += size


def fits(wanted: Sequence[Part], pred: Sequence[Row]) -> bool:
    """Tell whether ``pred``, or some of its columns in some order, is made of these parts.

    Raises:
        SearchTooLong: too many orders of columns are possible to try.
    """
    if len(pred) != sum(kept for _, kept in wanted) or not pred:
        return False
    width, given = len(wanted[0][0][0]), len(pred[0])
    if given < width:
        return False
    if all(len(rows) == kept for rows, kept in wanted):
        ranks = [(("rank", rank),) for rank, (rows, _) in enumerate(wanted) for _ in rows]
        gold = [row for rows, _ in wanted for row in rows]
        return found_among(_beside(gold, ranks), _beside(pred, ranks), in_order=False)
    orders = permutations(range(given), width) if given <= WIDEST else iter([tuple(range(width))])
    return any(_made_of(wanted, [tuple([row[at] for at in order]) for row in pred]) for order in orders)


def _beside(rows: Sequence[Row], ranks: Sequence[tuple[object, ...]]) -> list[Row]:
    """Give each row its rank as a value that no column holds."""
    return [(*row, *rank) for row, rank in zip(rows, ranks, strict=True)]  # type: ignore[arg-type] # a rank is no value


def _made_of(wanted: Sequence[Part], pred: Sequence[Row]) -> bool:
    at = 0
    for rows, kept in wanted:
        if not Counter(pred[at : at + kept]) <= Counter(rows):
            return False
        at += kept
    return True
