"""Compare two normalized queries clause by clause, and decide exact set match, as Spider scores it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bench.sql.spider.tree import Condition, Conditions, Query

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

_CONNECTIVES = CLAUSES.index("and/or")


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


class Clauses(NamedTuple):
    """A normalized query with what is compared of it; made once, however often it is compared.

    Attributes:
        query: the query itself.
        conditions: those of WHERE, without what joins them.
        connectives: what joins them.
        keywords: words of clauses at the top level.
        branch: the query behind INTERSECT, UNION or EXCEPT.
        totals: how many parts the query has, for each of ``CLAUSES``.
    """

    query: Query
    conditions: Conditions
    connectives: frozenset[Condition | str]
    keywords: frozenset[str]
    branch: Clauses | None
    totals: tuple[int, ...]


def clauses(query: Query) -> Clauses:
    """Prepare a normalized query for comparison."""
    words = keywords(query)
    selected, filtered, grouped = len(query.select), -(-len(query.where) // 2), len(query.group)
    ordered, combined = int(query.order is not None), int(query.branch is not None)
    return Clauses(
        query,
        query.where[::2],
        frozenset(query.where[1::2]),
        words,
        None if query.branch is None else clauses(query.branch),
        (
            *(selected, selected, filtered, filtered, grouped),
            *(int(grouped > 0), ordered, 1, combined, len(words)),
        ),
    )


def compare(gold: Clauses, pred: Clauses) -> tuple[bool, tuple[Partial, ...]]:
    """Return exact match and the ten partial scores, in the order of ``CLAUSES``.

    Raises:
        UncomparableError: the official script would raise here.
    """
    label, other = gold.query, pred.query
    selected = _same_bag(label.select, other.select)
    filtered = _same_bag(gold.conditions, pred.conditions)
    joined = _same_connectives(gold, pred)
    scores = (
        selected,
        selected or _same_bag(*[[unit for _, unit in query.select] for query in (label, other)]),
        filtered,
        filtered or _same_bag(*[_left_sides(one.conditions) for one in (gold, pred)]),
        _same_names(label, other),
        _same_groups(label, other),
        label.order == other.order and (not label.order or (label.limit is None) == (other.limit is None)),
        joined,
        label.set_op == other.set_op and _same_branch(gold.branch, pred.branch),
        gold.keywords == pred.keywords,
    )
    partials = [*map(_partial, gold.totals, pred.totals, scores)]
    if not joined:  # the official report swaps these totals
        partials[_CONNECTIVES] = Partial(len(pred.connectives), len(gold.connectives), 0)
    return all(scores) and _same_tables(label, other), tuple(partials)


def keywords(query: Query) -> frozenset[str]:
    """Return the clause words that the query uses at its top level."""
    found: list[str] = []
    if query.where:
        found.append("where")
    if query.group:
        found.append("group")
    if query.having:
        found.append("having")
    if query.order is not None:
        found += ("order", query.order[0])
    if query.limit is not None:
        found.append("limit")
    if query.set_op is not None:
        found.append(query.set_op)
    for conditions in (query.on, query.where, query.having):
        if conditions:
            found += _operators(conditions)
    return frozenset(found)


def _operators(conditions: Conditions) -> Iterator[str]:
    if "or" in conditions[1::2]:
        yield "or"
    for unit in conditions[::2]:
        if isinstance(unit, Condition):
            if unit.negated:
                yield "not"
            if unit.op in ("in", "like"):
                yield unit.op


@lru_cache(maxsize=1024)
def _partial(gold: int, pred: int, same: bool) -> Partial:
    return Partial(gold, pred, int(same))


def _same_bag(gold: Sequence[Hashable], pred: Sequence[Hashable]) -> bool:
    return gold == pred or (len(gold) == len(pred) and Counter(gold) == Counter(pred))


def _left_sides(conditions: Conditions) -> list[Hashable]:
    return [unit.left for unit in conditions if isinstance(unit, Condition)]


def _same_names(gold: Query, pred: Query) -> bool:
    """Compare the columns grouped by without their tables."""
    if gold.group == pred.group:
        return True
    return _same_bag(*[[column.rpartition(".")[2] for _, column, _ in query.group] for query in (gold, pred)])


def _same_groups(gold: Query, pred: Query) -> bool:
    same = gold.group == pred.group or [one[1] for one in gold.group] == [one[1] for one in pred.group]
    return same and (not gold.group or gold.having == pred.having)


def _same_connectives(gold: Clauses, pred: Clauses) -> bool:
    for entry in gold.connectives | pred.connectives:
        if isinstance(entry, Condition) and (
            isinstance(entry.first, Query) or isinstance(entry.second, Query)
        ):
            raise UncomparableError("two conditions without AND or OR, one of them with a query")
    return gold.connectives == pred.connectives


def _same_branch(gold: Clauses | None, pred: Clauses | None) -> bool:
    return gold is None or pred is None or compare(gold, pred)[0]


def _same_tables(gold: Query, pred: Query) -> bool:
    if not gold.tables:
        return True
    for query in (gold, pred):
        inner = [table for table in query.tables if isinstance(table, Query)]
        if len(inner) > 1 and any(table != inner[0] for table in inner):
            raise UncomparableError("two different queries side by side in FROM")
    return gold.tables == pred.tables or Counter(gold.tables) == Counter(pred.tables)
