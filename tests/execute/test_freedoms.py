"""Further columns and rows of equal rank, against their definitions: try everything."""

from __future__ import annotations

from collections import Counter
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.execute import compare
from bench.execute.ties import fits, parts
from bench.types import Row

SMALL = st.sampled_from([0, 1, "a", None])


@st.composite
def tables(draw: st.DrawFn, width: int, height: int) -> list[Row]:
    return [tuple(draw(SMALL) for _ in range(width)) for _ in range(height)]


@st.composite
def pairs_of_tables(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """A gold and a wider prediction, which often holds the gold's columns."""
    width, height = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    gold = draw(tables(width, height))
    more = draw(tables(draw(st.integers(0, 2)), height))
    if draw(st.booleans()):
        rows = [(*row, *extra) for row, extra in zip(gold, more, strict=True)]
        order = draw(st.permutations(range(len(rows[0]))))
        rows = draw(st.permutations(rows))
        return gold, [tuple(row[at] for at in order) for row in rows]
    return gold, draw(tables(width + draw(st.integers(0, 2)), height))


@settings(max_examples=400, deadline=None)
@given(pairs_of_tables(), st.booleans())
def test_subset_agrees_with_its_definition(pair: tuple[list[Row], list[Row]], in_order: bool) -> None:
    gold, pred = pair
    width = len(gold[0])
    orders = permutations(range(len(pred[0])), width)
    choices = [[tuple(row[at] for at in order) for row in pred] for order in orders]
    expected = any(rows == gold if in_order else Counter(rows) == Counter(gold) for rows in choices)
    assert compare.subset(gold, pred, in_order) == expected
    if compare.strict(gold, pred, in_order):
        assert expected


def answers(rows: list[Row], keys: list[int], offset: int, limit: int | None) -> set[tuple[Row, ...]]:
    """Every list of rows that an engine may give: each rank in any order, then the window."""
    ranks = [[row for row, key in zip(rows, keys, strict=True) if key == rank] for rank in sorted(set(keys))]
    end = None if limit is None else offset + limit
    return {
        tuple(row for rank in chosen for row in rank)[offset:end]
        for chosen in product(*(permutations(rank) for rank in ranks))
    }


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_ties_agree_with_their_definition(data: st.DataObject) -> None:
    height = data.draw(st.integers(1, 5))
    rows = data.draw(tables(2, height))
    keys = sorted(data.draw(st.lists(st.integers(0, 2), min_size=height, max_size=height)))
    offset, limit = data.draw(st.integers(0, 2)), data.draw(st.none() | st.integers(1, 4))
    allowed = answers(rows, keys, offset, limit)
    wanted = list(parts(rows, [(key,) for key in keys], offset, limit))
    pred = data.draw(st.sampled_from(sorted(allowed, key=repr)) | st.permutations(rows).map(tuple))
    turned = {tuple(row[::-1] for row in pred), tuple(pred)}
    assert fits(wanted, list(pred)) == bool(pred and allowed & turned)


@pytest.mark.parametrize(
    "argument, pred, right",
    [
        ((1, (-1,), 0, 2), [("b",), ("a",)], True),
        ((1, (-1,), 0, 2), [("a",), ("c",)], False),
        ((1, (-1,), 0, 1), [("b",)], True),
        ((1, (-1,), 1, 2), [("a",), ("c",)], True),
        ((1, (-1,), 0, None), [("b",), ("a",), ("c",)], True),
        ((1, (-1,), 0, None), [("b",), ("a",)], False),
    ],
)
def test_a_gold_that_shows_its_sort_keys(argument: tuple, pred: list[Row], right: bool) -> None:
    gold = [("a", 1), ("b", 1), ("c", 2)]
    assert compare.one_of_the_tied(compare.tied("", *argument).partition(":")[2], gold, pred) is right


def test_pairs_of_columns_that_are_not_there_are_unequal() -> None:
    assert compare.compare("spider:0-1,1-0", [(1, 2)], [(2, 1)], False)
    assert not compare.compare("spider:0-0,1-1", [(1, 2)], [(2, 1)], False)
    assert not compare.compare("spider:0-2", [(1, 2)], [(2, 1)], False)
