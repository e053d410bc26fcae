"""Columns: is there an order of the columns that makes two tables equal?

Trying every order takes n! steps. Here columns are put into classes that any solution must respect
(same values; same values beside the same rows), and only within a class orders are tried, column by
column, with the rows so far as the test. Columns that are identical stand for each other. What is
left can still be exponential for made-up tables, so the search is bounded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.types import Row

    Ids = tuple[int, ...]

MAX_CELLS = 20_000_000
"""Cells that the search may look at before it gives up: a few seconds."""


class SearchTooLong(Exception):  # noqa: N818 - a finding about two tables, not a fault
    """The tables are too symmetrical to be decided in bounded time."""


def same_under_some_order(gold: Sequence[Row], pred: Sequence[Row], in_order: bool) -> bool:
    """Tell whether reordering the columns of ``pred`` gives ``gold``.

    Args:
        gold: at least one row; all rows equally long.
        pred: as many rows of the same length.
        in_order: compare lists of rows; else multisets.

    Raises:
        SearchTooLong: undecided after ``MAX_CELLS``.
    """
    if in_order or len(gold) == 1:
        return Counter(zip(*gold, strict=True)) == Counter(zip(*pred, strict=True))
    if Counter(gold) == Counter(pred):
        return True
    if len(gold[0]) == 1:
        return False
    goal, given = _numbered(gold, pred)
    classes = _classes(goal, given)
    return classes is not None and _search(goal, given, *classes)


def found_among(gold: Sequence[Row], pred: Sequence[Row], in_order: bool) -> bool:
    """Tell whether some of the columns of ``pred``, in some order, are ``gold``.

    Args:
        gold: at least one row; all rows equally long.
        pred: as many rows, with as many columns or more.
        in_order: compare lists of rows; else multisets.

    Raises:
        SearchTooLong: undecided after ``MAX_CELLS``.
    """
    goal, given = _numbered(gold, pred)
    if in_order or len(gold) == 1:
        return Counter(goal) <= Counter(given)
    partners: dict[Ids, Counter[Ids]] = {}
    for column in given:
        partners.setdefault(tuple(sorted(column)), Counter())[column] += 1
    left_over = dict(enumerate(partners.values()))
    colours = {values: colour for colour, values in enumerate(partners)}
    wanted = []
    for column in goal:
        colour = colours.get(tuple(sorted(column)), -1)
        if colour < 0:
            return False
        wanted.append((len(left_over[colour]), colour, column))
    try:
        start = [0] * len(gold)
        return _try([item[1:] for item in sorted(wanted)], left_over, start, start, [MAX_CELLS])
    except RecursionError:
        raise SearchTooLong(f"{len(goal)} columns") from None


def _numbered(gold: Sequence[Row], pred: Sequence[Row]) -> tuple[list[Ids], list[Ids]]:
    """Give the columns of both tables, each distinct value as a number of its own."""
    number = defaultdict[object, int](count().__next__).__getitem__
    goal = [tuple(map(number, column)) for column in zip(*gold, strict=True)]
    return goal, [tuple(map(number, column)) for column in zip(*pred, strict=True)]


def _classes(goal: list[Ids], given: list[Ids]) -> tuple[list[int], list[int]] | None:
    """Colour the columns of both tables until the colours settle; ``None`` if they cannot match.

    A column's colour comes from its values; then from its values with the colours of the rows they
    stand in, where a row's colour is the multiset of its (colour of column, value).
    """
    name = defaultdict[object, int](count().__next__).__getitem__
    colours = [[name(tuple(sorted(column))) for column in table] for table in (goal, given)]
    settled = 0
    while True:
        if sorted(colours[0]) != sorted(colours[1]):
            return None
        if len(set(colours[0])) == settled:
            return colours[0], colours[1]
        settled = len(set(colours[0]))
        rows = [
            [name(tuple(sorted(zip(own, row, strict=True)))) for row in zip(*table, strict=True)]
            for own, table in zip(colours, (goal, given), strict=True)
        ]
        if sorted(rows[0]) != sorted(rows[1]):
            return None
        colours = [
            [
                name((colour, tuple(sorted(zip(column, table_rows, strict=True)))))
                for colour, column in zip(own, table, strict=True)
            ]
            for own, table, table_rows in zip(colours, (goal, given), rows, strict=True)
        ]


def _search(goal: list[Ids], given: list[Ids], goal_colours: list[int], given_colours: list[int]) -> bool:
    """Match column by column, the surest first, keeping the multisets of row beginnings equal."""
    left = [0] * len(goal[0])
    budget, right = [MAX_CELLS], left
    left_over: dict[int, Counter[Ids]] = {}
    for colour, candidate in zip(given_colours, given, strict=True):
        left_over.setdefault(colour, Counter())[candidate] += 1
    open_columns = []
    for column, colour in zip(goal, goal_colours, strict=True):
        if len(left_over[colour]) > 1:
            open_columns.append((len(left_over[colour]), colour, column))
            continue
        longer = _lengthen(left, right, column, next(iter(left_over[colour])), budget)
        if longer is None:
            return False
        left, right = longer
    try:
        return _try([item[1:] for item in sorted(open_columns)], left_over, left, right, budget)
    except RecursionError:
        raise SearchTooLong(f"{len(goal)} columns") from None


def _try(
    wanted: list[tuple[int, Ids]],
    left_over: dict[int, Counter[Ids]],
    left: list[int],
    right: list[int],
    budget: list[int],
) -> bool:
    """Give the first wanted column each possible partner, and try the others after it."""
    if not wanted:
        return True
    colour, column = wanted[0]
    partners = left_over[colour]
    for candidate in [candidate for candidate, number in partners.items() if number]:
        longer = _lengthen(left, right, column, candidate, budget)
        if longer is None:
            continue
        partners[candidate] -= 1
        if _try(wanted[1:], left_over, *longer, budget):
            return True
        partners[candidate] += 1
    return False


def _lengthen(
    left: list[int], right: list[int], column: Ids, candidate: Ids, budget: list[int]
) -> tuple[list[int], list[int]] | None:
    """Append a column to the row beginnings of both tables; ``None`` where the multisets now differ."""
    budget[0] -= len(column)
    if budget[0] < 0:
        raise SearchTooLong(f"undecided after {MAX_CELLS} cells")
    names: dict[tuple[int, int], int] = {}
    longer = [names.setdefault(pair, len(names)) for pair in zip(left, column, strict=True)]
    ends = [names.get(pair, -1) for pair in zip(right, candidate, strict=True)]
    return (longer, ends) if sorted(longer) == sorted(ends) else None
