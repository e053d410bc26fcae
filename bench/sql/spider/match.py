"""Compare two normalized queries clause by clause, and decide exact set match, as Spider scores it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import NamedTuple

from bench.sql.spider.tree import Condition, Query

CLAUSES = (
    "select",
    "select(no AGG)",
    "where",
    "where(no OP)",
    "group(no Having)",
    "group",
    "order",
    "and/or",
    "IUEN",
    "keywords",
)
"""The ten partial scores, in the order of the official report."""


class Partial(NamedTuple):
    """How one clause compares: how many parts gold and prediction have, and whether all agree.

    Spider gives no credit for some of the parts, so accuracy, recall and F1 of one query are all
    ``score``. The totals decide which queries count in the mean over a set: accuracy is taken over
    those with ``predicted > 0``, recall over those with ``gold > 0``.
    """

    gold: int
    predicted: int
    score: int


class UncomparableError(Exception):
    """The official script ends in an exception on this pair."""


def compare(gold: Query, pred: Query) -> tuple[bool, tuple[Partial, ...]]:
    """Return exact match and the ten partial scores, in the order of ``CLAUSES``.

    Raises:
        UncomparableError: the official script would raise here.
    """
    partials = (
        _same_bag(gold.select, pred.select),
        _same_bag([unit for _, unit in gold.select], [unit for _, unit in pred.select]),
        _same_bag(gold.where[::2], pred.where[::2]),
        _same_bag(_left_sides(gold), _left_sides(pred)),
        _same_bag(_group_names(gold), _group_names(pred)),
        _group(gold, pred),
        _order(gold, pred),
        _connectives(gold, pred),
        _set_operations(gold, pred),
        _keywords(gold, pred),
    )
    exact = all(partial.score for partial in partials) and _same_tables(gold, pred)
    return exact, partials


def _same_bag(gold: Sequence[Hashable], pred: Sequence[Hashable]) -> Partial:
    if gold == pred:
        return _same(len(gold))
    same = len(gold) == len(pred) and Counter(gold) == Counter(pred)
    return Partial(len(gold), len(pred), int(same))


@lru_cache(maxsize=64)
def _same(total: int) -> Partial:
    return Partial(total, total, 1)


def _left_sides(query: Query) -> list[Hashable]:
    return [unit.left for unit in query.where[::2] if isinstance(unit, Condition)]


def _group_names(query: Query) -> list[str]:
    return [column.rpartition(".")[2] for _, column, _ in query.group]


def _group(gold: Query, pred: Query) -> Partial:
    if not gold.group and not pred.group:
        return _same(0)
    same = [unit[1] for unit in gold.group] == [unit[1] for unit in pred.group] and gold.having == pred.having
    return _present(bool(gold.group), bool(pred.group), same)


def _order(gold: Query, pred: Query) -> Partial:
    same = gold.order == pred.order and (gold.limit is None) == (pred.limit is None)
    return _present(gold.order is not None, pred.order is not None, same)


def _present(gold: bool, pred: bool, same: bool) -> Partial:
    """Score a clause that counts as one part: absent on both sides is agreement."""
    return Partial(int(gold), int(pred), int(gold == pred and (not gold or same)))


def _connectives(gold: Query, pred: Query) -> Partial:
    """Compare the sets of AND and OR in WHERE; the official report swaps the totals of a mismatch."""
    if len(gold.where) < 2 and len(pred.where) < 2:
        return _same(1)
    label, other = set(gold.where[1::2]), set(pred.where[1::2])
    for entry in label | other:
        if isinstance(entry, Condition) and (
            isinstance(entry.first, Query) or isinstance(entry.second, Query)
        ):
            raise UncomparableError("two conditions without AND or OR, one of them with a query")
    return _same(1) if label == other else Partial(len(other), len(label), 0)


def _set_operations(gold: Query, pred: Query) -> Partial:
    if gold.branch is None and pred.branch is None:
        return _same(0)
    matches = 0
    if gold.branch is not None and pred.branch is not None and gold.set_op == pred.set_op:
        matches = int(compare(gold.branch, pred.branch)[0])
    totals = int(gold.branch is not None), int(pred.branch is not None)
    return Partial(*totals, int(totals == (matches, matches)))


def _keywords(gold: Query, pred: Query) -> Partial:
    label, other = keywords(gold), keywords(pred)
    return Partial(len(label), len(other), int(label == other))


def keywords(query: Query) -> set[str]:
    """Return the clause words that the query uses at its top level."""
    found: set[str] = set()
    if query.where:
        found.add("where")
    if query.group:
        found.add("group")
    if query.having:
        found.add("having")
    if query.order is not None:
        found.update(("order", query.order[0]))
    if query.limit is not None:
        found.add("limit")
    if query.set_op is not None:
        found.add(query.set_op)
    for conditions in (query.on, query.where, query.having):
        if not conditions:
            continue
        if "or" in conditions[1::2]:
            found.add("or")
        for unit in conditions[::2]:
            if isinstance(unit, Condition):
                if unit.negated:
                    found.add("not")
                if unit.op in ("in", "like"):
                    found.add(unit.op)
    return found


def _same_tables(gold: Query, pred: Query) -> bool:
    if not gold.tables:
        return True
    for query in (gold, pred):
        inner = [table for table in query.tables if isinstance(table, Query)]
        if len(inner) > 1 and any(table != inner[0] for table in inner):
            raise UncomparableError("two different queries side by side in FROM")
    return gold.tables == pred.tables or Counter(gold.tables) == Counter(pred.tables)
