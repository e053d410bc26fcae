"""Compare: are two results equal, under each named rule; pure functions on rows.

Standard library only, because the comparison runs inside the sandboxed worker.

======================  ==========================================================================
``test_suite``          Spider's test-suite rule: same number of rows and columns, and some order of
                        the columns makes them the same list (where order matters) or multiset
``bird``                the sets of rows are equal; columns as they stand
``bag``                 the multisets of rows are equal; columns as they stand
``ordered``             the lists of rows are equal; columns as they stand
``strict``              any order of columns; list or multiset; floats within a tolerance
``subset``              as ``strict``, but the prediction may have further columns
``tied``                as ``strict``, or any other answer that the ties of gold's order allow, or
                        that with further columns; the argument holds gold with its sort keys,
                        which is run only if need be
``spider``              each column is the same list as its partner; the partners are the argument
``soft_f1``             a number: cells of each row that are found in the gold's row at its place
``spider2``             each column of the gold is one of the prediction's, numbers within 0.01
``timed``               as ``bird``, and then a number: how many times faster than gold, by the clock
======================  ==========================================================================

A name may have an argument: ``spider:0-1,1-0`` pairs column 0 of gold with 1 of the prediction, and
so on; ``strict:list``, ``strict:bag`` and the same of ``subset`` say whether order matters there.
Values compare as in Python: ``1 == 1.0``, ``None == None``, ``'1' != 1``, text case-sensitive.
"""

from __future__ import annotations

import json
import marshal
from collections import Counter

from bench.execute.columns import SearchTooLong, found_among, same_under_some_order
from bench.execute.ties import fits, parts
from bench.execute.vectors import spider2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.types import Row, Scalar

    Verdict = bool | float
    Comparison = Callable[[Sequence[Row], Sequence[Row], bool, str], Verdict]

__all__ = [
    "COMPARISONS",
    "SearchTooLong",
    "bag",
    "bird",
    "compare",
    "ordered",
    "soft_f1",
    "spider",
    "strict",
    "subset",
    "test_suite",
    "tied",
]

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Two floats nearer than this count as one under ``strict``."""


def test_suite(gold: Sequence[Row], pred: Sequence[Row], in_order: bool) -> bool:
    """Compare as the test-suite scripts do (arXiv 2010.02840), with their early rejection.

    Two empty results are equal whatever their columns. The scripts first sort the values within
    each row by their text and type and reject what differs then; mixed with equal numbers of
    different type, as in ``(1, 1.5)`` and ``(1.0, 1.5)``, that rejects equal tables. This is
    reproduced.

    Raises:
        SearchTooLong: too many orders of columns are possible to try.
    """
    if not gold and not pred:
        return True
    if len(gold) != len(pred) or len(gold[0]) != len(pred[0]):
        return False
    if gold == pred and _same_types(gold, pred):
        return True
    if (_has_whole_float(gold) or _has_whole_float(pred)) and _rejected_early(gold, pred, in_order):
        return False
    return same_under_some_order(gold, pred, in_order)


def bird(gold: Sequence[Row], pred: Sequence[Row], in_order: bool) -> bool:  # noqa: ARG001
    """Compare the sets of rows, as BIRD's scripts do (arXiv 2305.03111)."""
    return set(gold) == set(pred)


def bag(gold: Sequence[Row], pred: Sequence[Row], in_order: bool) -> bool:  # noqa: ARG001
    """Compare the multisets of rows."""
    return len(gold) == len(pred) and Counter(gold) == Counter(pred)


def ordered(gold: Sequence[Row], pred: Sequence[Row], in_order: bool) -> bool:  # noqa: ARG001
    """Compare the lists of rows."""
    return list(gold) == list(pred)


def strict(gold: Sequence[Row], pred: Sequence[Row], in_order: bool) -> bool:
    """Compare without quirks: any order of columns, duplicates counted, floats within a tolerance.

    Floats count as one when a chain of steps below 1e-9 relative or 1e-12 absolute joins them.
    Whether two empty results have the same number of columns is not seen here; who runs them looks.

    Raises:
        SearchTooLong: too many orders of columns are possible to try.
    """
    if len(gold) != len(pred) or (gold and len(gold[0]) != len(pred[0])):
        return False
    if not gold or gold == pred:
        return True
    merged = _merge_floats(gold, pred)
    return same_under_some_order(_rewrite(gold, merged), _rewrite(pred, merged), in_order)


def subset(gold: Sequence[Row], pred: Sequence[Row], in_order: bool) -> bool:
    """Compare as ``strict`` does, but let the prediction have more columns than the gold.

    Every column of the gold has a column of its own in the prediction, and rows stay together:
    Defog's definition, and what Spider 2.0 means (its script looks at each column alone).

    Raises:
        SearchTooLong: too many choices of columns are possible to try.
    """
    if len(gold) != len(pred) or (gold and len(gold[0]) > len(pred[0])):
        return False
    if not gold:
        return True
    merged = _merge_floats(gold, pred)
    return found_among(_rewrite(gold, merged), _rewrite(pred, merged), in_order)


def spider(gold: Sequence[Row], pred: Sequence[Row], partners: Sequence[tuple[int, int]]) -> bool:
    """Compare paired columns as lists, as Spider's own script of 2018 does.

    Args:
        gold: rows.
        pred: rows.
        partners: (column of gold, column of the prediction) for each of the columns compared.

    A pair beyond the columns that there are ends the script in an error, and is unequal here.
    """
    if len(gold) != len(pred):
        return False
    if not gold:
        return True
    if any(at >= len(gold[0]) or other >= len(pred[0]) for at, other in partners):
        return False
    return all([row[at] for row in gold] == [row[other] for row in pred] for at, other in partners)


def soft_f1(gold: Sequence[Row], pred: Sequence[Row]) -> float:
    """Score cells as BIRD mini-dev's script does.

    Repeated rows are dropped; row i is held against row i. A pair of rows counts the predicted cells
    that the gold row has, those that it lacks, and the gold cells that the predicted row lacks, each
    as a share of gold's columns; a row without a partner counts as one that is wrong. F1 of the sums.
    """
    if gold == pred:
        return 1.0
    gold, pred = list(dict.fromkeys(gold)), list(dict.fromkeys(pred))
    hits: list[float] = []
    extra: list[float] = []
    lacking: list[float] = []
    for row, mine in zip(gold, pred, strict=False):
        if row == mine:
            hits.append(1.0)
            continue
        found = len([value for value in mine if value in row])
        hits.append(found / len(row))
        extra.append((len(mine) - found) / len(row))
        lacking.append(len([value for value in row if value not in mine]) / len(row))
    right = sum(hits)
    wrong = sum(extra) + max(0, len(pred) - len(gold))
    missed = sum(lacking) + max(0, len(gold) - len(pred))
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def base(comparison: str) -> str:
    """Return the name without its argument."""
    return comparison.partition(":")[0]


def compare(comparison: str, gold: Sequence[Row], pred: Sequence[Row], in_order: bool) -> Verdict:
    """Apply the comparison of that name; ``in_order`` holds where its argument does not say.

    Raises:
        SearchTooLong: too many orders of columns are possible to try.
    """
    name, _, argument = comparison.partition(":")
    return COMPARISONS[name](gold, pred, in_order, argument)


def _plain(rule: Callable[[Sequence[Row], Sequence[Row], bool], bool]) -> Comparison:
    return lambda gold, pred, in_order, argument: rule(
        gold, pred, {"list": True, "bag": False}.get(argument, in_order)
    )


def _spider(gold: Sequence[Row], pred: Sequence[Row], _in_order: bool, argument: str) -> bool:
    pairs = [pair.partition("-") for pair in argument.split(",")]
    return spider(gold, pred, [(int(at), int(other)) for at, _, other in pairs])


def one_of_the_tied(argument: str, ranked: Sequence[Row], pred: Sequence[Row]) -> bool:
    """Compare as ``strict`` does, with every answer that gold's ties allow.

    Args:
        argument: what :func:`tied` has made, behind its colon.
        ranked: the rows of gold with its sort keys and without its LIMIT.
        pred: rows.
    """
    _, appended, keys, offset, limit, more = json.loads(argument)
    if not ranked or not pred:
        return False
    width = len(ranked[0]) - appended
    if len(pred[0]) != width and not more:
        return False
    ranks = [tuple([row[at] for at in keys]) for row in ranked]
    shown = [row[:width] for row in ranked]
    merged = _merge_floats(shown, pred)
    wanted = list(parts(_rewrite(shown, merged), ranks, offset, limit))
    return fits(wanted, _rewrite(pred, merged))


def tied(
    sql: str, appended: int, keys: Sequence[int], offset: int, limit: int | None, *, more: bool = False
) -> str:
    """Name the comparison with all answers of a gold whose sort keys ``sql`` shows (``bench.sql.ties``).

    With ``more`` the prediction may have further columns.
    """
    return f"tied:{json.dumps([sql, appended, list(keys), offset, limit, more])}"


def ranked_sql(comparison: str) -> str:
    """Return the SQL that a ``tied`` comparison has to run."""
    return str(json.loads(comparison.partition(":")[2])[0])


COMPARISONS: dict[str, Comparison] = {
    "test_suite": _plain(test_suite),
    "bird": _plain(bird),
    "bag": _plain(bag),
    "ordered": _plain(ordered),
    "strict": _plain(strict),
    "subset": _plain(subset),
    "spider": _spider,
    "tied": _plain(strict),
    "soft_f1": lambda gold, pred, _in_order, _argument: soft_f1(gold, pred),
    "spider2": lambda gold, pred, _in_order, _argument: spider2(gold, pred),
    "timed": _plain(bird),
}
"""Name → its function; ``tied`` and ``timed`` have to run something more, and the session sees to it."""

MEASURED = frozenset({"timed"})
"""Comparisons that come out otherwise every time: they are never remembered."""

NEEDS_VALID_TEXT = frozenset({"bird", "spider", "soft_f1", "timed"})
"""Rules under which text that is not UTF-8 is an error of the query; the others drop the bytes."""

IGNORES_REPEATS = frozenset({"bird", "timed"})
"""Rules under which a result may be longer than the gold and still be equal."""

KNOWS_ROWS = frozenset({"bird", "bag", "ordered", "timed"})
"""Rules under which one row that the gold does not have decides."""

SAME_VALUES = frozenset({"test_suite", "bird", "bag", "ordered", "timed"})
"""Rules under which equal results hold the same values."""

NEEDS_EVERY_ROW = frozenset({"soft_f1"})
"""Rules that are decided by the last row only."""

SEES_COLUMNS = frozenset({"bag", "ordered", "strict", "subset", "tied"})
"""Rules under which an empty result must have as many columns as gold's."""

HOLD_FOR_EQUAL_LISTS = frozenset({"bird", "bag", "ordered", "strict", "subset", "tied", "spider2", "timed"})
"""Rules under which nothing remains to be seen where both results are the same list of rows."""


def _has_whole_float(rows: Sequence[Row]) -> bool:
    """Tell whether a float could equal a value with another text (``1.0`` and 1, 0.0 and -0.0)."""
    return any(type(value) is float and value.is_integer() for row in rows for value in row)


def _same_types(gold: Sequence[Row], pred: Sequence[Row]) -> bool:
    """Tell whether equal tables also have the same types; may err to the side of no."""
    return marshal.dumps(list(gold), 2) == marshal.dumps(list(pred), 2)


def _rejected_early(gold: Sequence[Row], pred: Sequence[Row], in_order: bool) -> bool:
    left, right = [_unorder(row) for row in gold], [_unorder(row) for row in pred]
    return left != right if in_order else set(left) != set(right)


def _unorder(row: Row) -> Row:
    return tuple(sorted(row, key=lambda value: str(value) + str(type(value))))


def _merge_floats(gold: Sequence[Row], pred: Sequence[Row]) -> dict[float, float]:
    """Give every float that lies close to others one common value; that of an integer if one is there."""
    values = [value for rows in (gold, pred) for row in rows for value in row]
    floats = {value for value in values if type(value) is float}
    if not floats:
        return {}
    fixed = {float(value) for value in values if type(value) is int and abs(value) < 2**53}
    merged: dict[float, float] = {}
    chain: list[float] = []
    for value in sorted(floats | fixed):
        if chain and value - chain[-1] > max(ABSOLUTE, RELATIVE * max(abs(value), abs(chain[-1]))):
            _join(chain, fixed, merged)
            chain = []
        chain.append(value)
    _join(chain, fixed, merged)
    return merged


def _join(chain: list[float], fixed: set[float], merged: dict[float, float]) -> None:
    if len(chain) > 1:
        common = next((value for value in chain if value in fixed), chain[0])
        merged.update((value, common) for value in chain if value not in fixed)


def _rewrite(rows: Sequence[Row], merged: dict[float, float]) -> Sequence[Row]:
    if not merged:
        return rows

    def value_of(value: Scalar) -> Scalar:
        return merged.get(value, value) if type(value) is float else value

    return [tuple(map(value_of, row)) for row in rows]
