"""Compare two normal forms clause by clause, under the names of Spider's ten partial scores."""

from __future__ import annotations

from collections.abc import Mapping

from bench.sql.modern.tree import (
    AGGREGATES,
    COLUMN,
    OR,
    Bag,
    Logic,
    Query,
    Term,
    bag,
    conditions,
    connectives,
    elements,
)
from bench.sql.spider import CLAUSES, Partial


def partials(gold: Query, pred: Query) -> Mapping[str, Partial]:
    """Return the ten partial scores by name, in the official order."""
    scores = (
        _same_bag(gold.select, pred.select),
        _same_bag(_plain(gold.select), _plain(pred.select)),
        _same_bag(bag(conditions(gold.where)), bag(conditions(pred.where))),
        _same_bag(_left_sides(gold.where), _left_sides(pred.where)),
        _same_bag(_names(gold.group), _names(pred.group)),
        _present(bool(gold.group), bool(pred.group), (gold.group, gold.having) == (pred.group, pred.having)),
        _present(bool(gold.order), bool(pred.order), (gold.order, gold.limit) == (pred.order, pred.limit)),
        Partial(1, 1, int(connectives(gold.where) == connectives(pred.where))),
        Partial(len(gold.branches), len(pred.branches), int(gold.branches == pred.branches)),
        _same_words(keywords(gold), keywords(pred)),
    )
    return dict(zip(CLAUSES, scores, strict=True))


def keywords(query: Query) -> set[str]:
    """Return the clause words that the query uses at its top level."""
    found = {word for word in ("where", "group", "having", "order") if getattr(query, word)}
    found |= query.limit
    found.update(direction for _, direction in query.order)
    found.update(op for op, _ in query.branches)
    for logic in (query.where, query.having):
        found |= connectives(logic) & {OR}
        for condition in conditions(logic):
            if condition.negated:
                found.add("not")
            if condition.op in ("in", "like"):
                found.add(condition.op)
    return found


def _same_bag(gold: Bag, pred: Bag) -> Partial:
    return Partial(_size(gold), _size(pred), int(gold == pred))


def _same_words(gold: set[str], pred: set[str]) -> Partial:
    return Partial(len(gold), len(pred), int(gold == pred))


def _present(gold: bool, pred: bool, same: bool) -> Partial:
    """Score a clause that counts as one part: absent on both sides is agreement."""
    return Partial(int(gold), int(pred), int(gold == pred and (not gold or same)))


def _size(terms: Bag) -> int:
    return sum(count for _, count in terms)


def _plain(select: Bag) -> Bag:
    """Take the outermost aggregate off each term."""
    return bag(_argument(term) for term in elements(select))


def _argument(term: Term) -> Term:
    return term[1] if isinstance(term, tuple) and term[0] in AGGREGATES else term


def _left_sides(logic: Logic) -> Bag:
    return bag(condition.left for condition in conditions(logic))


def _names(group: Bag) -> Bag:
    """Leave the tables off columns."""
    return bag(_name(term) for term in elements(group))


def _name(term: Term) -> Term:
    column = isinstance(term, tuple) and term[0] == COLUMN
    return str(term[1]).rpartition(".")[2] if column and isinstance(term, tuple) else term
