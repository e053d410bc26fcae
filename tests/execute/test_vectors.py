"""The comparison after Spider 2.0's script, on what that script was seen to do."""

from __future__ import annotations

import pytest

from bench.execute.compare import compare


@pytest.mark.parametrize(
    "gold, pred, equal",
    [
        ([(1.0, "a")], [("a", "extra", 1.009)], True),  # further columns, any order, within 0.01
        ([(1.0,)], [(1.02,)], False),
        ([(1, "a"), (2, "b")], [(2, "a"), (1, "b")], True),  # rows may be scrambled
        ([(1, 1)], [(1,)], True),  # one column serves for two
        ([(1,), (1,)], [(1,)], False),  # duplicates count
        ([(None,)], [(0,)], True),
        ([(None,)], [("",)], False),
        ([(1,)], [("1",)], False),
        ([(4, 2), (3, 10)], [(4.0, 2.0), (3.0, 10.0)], True),
        ([(9.999,), (2.0,)], [(10.0,), (2.0,)], False),  # sorted by text, the near ones miss each other
        ([], [], True),
        ([], [(1,)], False),
        ([(b"x",)], [(b"x",)], True),
    ],
)
def test_columns_are_found_one_by_one(gold: list, pred: list, equal: bool) -> None:
    assert compare("spider2", gold, pred, in_order=False) is equal
