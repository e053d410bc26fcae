"""Comparisons against the verdicts of the official scripts, and against their own definitions."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.execute import columns, compare
from bench.types import Row

VALUES = st.sampled_from([None, 0, 1, 2, -1, 1.0, 0.0, 1.5, "a", "1", "", "B", b"a"])


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    width, height = draw(st.integers(1, 4)), draw(st.integers(0, 5))
    return [tuple(draw(VALUES) for _ in range(width)) for _ in range(height)]


def test_agrees_with_every_official_verdict_on_pairs_of_tables(shared: Path) -> None:
    wrong, count = [], 0
    for line in (shared / "verdicts/differential/results.jsonl").read_text().splitlines():
        item = json.loads(line)
        gold, pred = ([tuple(row) for row in item[side]] for side in ("gold", "pred"))
        ours = (
            compare.test_suite(gold, pred, item["order_matters"]),
            int(compare.bird(gold, pred, item["order_matters"])),
        )
        count += 1
        soft = compare.soft_f1(gold, pred)
        if ours != (item["testsuite"], item["bird"]) or abs(soft - item["soft_f1"]) > 1e-9:
            wrong.append(item)
    assert (count, wrong) == (20090, [])


def reference(gold: list[Row], pred: list[Row], in_order: bool) -> bool:
    """The test-suite rule by its definition: try every order of the columns."""
    if not gold and not pred:
        return True
    if len(gold) != len(pred) or len(gold[0]) != len(pred[0]):
        return False

    def unorder(row: Row) -> Row:
        return tuple(sorted(row, key=lambda value: str(value) + str(type(value))))

    left, right = [unorder(row) for row in gold], [unorder(row) for row in pred]
    if left != right if in_order else set(left) != set(right):
        return False
    for order in permutations(range(len(gold[0]))):
        moved = [tuple(row[index] for index in order) for row in pred]
        if gold == moved if in_order else Counter(gold) == Counter(moved):
            return True
    return False


@settings(max_examples=400, deadline=None)
@given(tables(), tables(), st.booleans(), st.randoms(use_true_random=False))
def test_agrees_with_the_definition(
    gold: list[Row], other: list[Row], in_order: bool, chance: random.Random
) -> None:
    shuffled = list(gold)
    if gold:
        order = list(range(len(gold[0])))
        chance.shuffle(order)
        shuffled = [tuple(row[index] for index in order) for row in gold]
        chance.shuffle(shuffled)
    for pred in (other, shuffled):
        assert compare.test_suite(gold, pred, in_order) == reference(gold, pred, in_order)


@settings(max_examples=200, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_what_shuffling_rows_and_columns_changes(table: list[Row], chance: random.Random) -> None:
    rows = chance.sample(table, len(table))
    turned = [row[::-1] for row in table]
    assert compare.bird(table, rows, False)
    assert compare.bag(table, rows, False)
    assert compare.strict(table, rows, False)
    assert compare.strict(table, turned, True)
    assert compare.ordered(table, rows, False) == (table == rows)
    assert compare.bag(table, turned, False) == (Counter(table) == Counter(turned))
    assert compare.bird(table, table + table, False)
    assert compare.bag(table, table + table, False) == (not table)


def test_the_scripts_early_rejection_is_reproduced_only_in_their_rule() -> None:
    assert not compare.test_suite([(1, 1.5)], [(1.0, 1.5)], False)
    assert compare.strict([(1, 1.5)], [(1.0, 1.5)], False)
    assert compare.bird([(1, 1.5)], [(1.0, 1.5)], False)


@pytest.mark.parametrize(
    "gold, pred, equal",
    [
        (0.1 + 0.2, 0.3, True),
        (1e12, 1e12 * (1 + 1e-10), True),
        (3, 3 + 1e-13, True),
        (3, 3.0, True),
        (0.3, 0.300001, False),
        (10**12, 10**12 + 1, False),
        ("1", 1, False),
        (None, 0, False),
        (0.0, 1e-13, True),
    ],
)
def test_tolerance_of_strict(gold: object, pred: object, equal: bool) -> None:
    table = [(gold, "x"), (7, "y")]
    assert compare.strict(table, [("y", 7), ("x", pred)], False) is equal  # type: ignore[list-item,arg-type]


@pytest.mark.parametrize("rows", [1, 50, 500])
def test_many_equal_columns_are_decided_at_once(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Columns that are the same stand for each other: one look at each, where 26! orders could be tried."""
    monkeypatch.setattr(columns, "MAX_CELLS", 26 * rows)
    table = [(1,) * 26] * rows
    assert compare.test_suite(table, list(table), False)
    assert not compare.test_suite(table, [*table[1:], (2,) * 26], False)
    assert not compare.test_suite([*table, (1,) * 25 + (2,)], [*table, (2,) + (3,) * 25], False)


def test_columns_of_zeros_and_ones_in_another_order_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine columns took the official script a minute; here no column is tried twice."""
    chance = random.Random(5)
    gold = [tuple(chance.randint(0, 1) for _ in range(9)) for _ in range(40)]
    order = chance.sample(range(9), 9)
    pred = chance.sample([tuple(row[index] for index in order) for row in gold], 40)
    monkeypatch.setattr(columns, "MAX_CELLS", 9 * 40)
    assert compare.test_suite(gold, pred, False)


def test_two_thousand_columns_do_not_exhaust_the_stack() -> None:
    gold: list[Row] = [tuple(range(2000)), tuple(range(2000, 4000))]
    assert compare.test_suite(gold, [row[::-1] for row in gold], False)


def test_a_search_without_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cubic graphs, the prism and K₃₃, as incidence tables: alike in every local way."""
    prism = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4), (2, 5)]
    bipartite = [(a, b) for a in (0, 1, 2) for b in (3, 4, 5)]
    gold, pred = ([tuple(int(v in edge) for v in range(6)) for edge in graph] for graph in (prism, bipartite))
    assert not compare.test_suite(gold, pred, False)
    monkeypatch.setattr(columns, "MAX_CELLS", 50)
    with pytest.raises(compare.SearchTooLong):
        compare.test_suite(gold, pred, False)
