"""The program's own pace of collecting comes back, whoever leaves first."""

from __future__ import annotations

import gc

import pytest

from bench.judge.garbage import SELDOM, seldom_collected


def test_the_last_to_leave_puts_the_own_pace_back():
    own = gc.get_threshold()
    first, second = seldom_collected(), seldom_collected()
    first.__enter__()
    second.__enter__()
    assert gc.get_threshold() == SELDOM
    first.__exit__(None, None, None)
    assert gc.get_threshold() == SELDOM
    second.__exit__(None, None, None)
    assert gc.get_threshold() == own != SELDOM


def test_an_error_inside_leaves_too():
    own = gc.get_threshold()
    with pytest.raises(KeyError), seldom_collected():
        raise KeyError
    assert gc.get_threshold() == own
