"""The test-suite's textual steps, against what they gave and by hand."""

import random

import pytest

from bench.sql.rewrite import join_operators, orders, patch_value, prepare, remove_distinct


@pytest.mark.parametrize(
    "before, after",
    [
        ("SELECT DISTINCT a", "SELECT  a"),
        ("SELECT count(distinct a), max(DISTINCT b)", "SELECT count( a), max( b)"),
        ("SELECT 'distinct', \"distinct\", `distinct`, [distinct]", None),
        ("SELECT distinctive, is_distinct, distinct1, t.a$distinct", None),
        ("SELECT a /* distinct */ -- distinct\n FROM t", None),
        ("SELECT a FROM t; SELECT 2", "SELECT a FROM t; "),
        ("SELECT a FROM t; -- over\n SELECT 2", "SELECT a FROM t; -- over\n "),
        ("SELECT ';' FROM t;", None),
        ("SELECT (a; b) FROM t; c", "SELECT (a; b) FROM t; "),
        ("SELECT 'it''s; distinct' ; x", "SELECT 'it''s; distinct' ; "),
        ("SELECT a /* never closed distinct", "SELECT a /* never closed "),
        ("", None),
    ],
)
def test_distinct_goes_and_the_rest_stays(before, after):
    assert remove_distinct(before) == (before if after is None else after)


def test_the_steps_in_order():
    assert (
        prepare("SELECT DISTINCT a WHERE b > = 1 AND c ! = '< ='") == "SELECT  a WHERE b >= 1 AND c != '<='"
    )
    assert prepare("SELECT DISTINCT a; b", keep_distinct=True) == "SELECT DISTINCT a; b"
    assert join_operators("a < = 1") == "a <= 1"
    assert patch_value("SELECT value, values_in FROM Value") == "SELECT 1, 1s_in FROM Value"


@pytest.mark.parametrize(
    "gold, ordered",
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("SELECT a FROM t WHERE b IN (SELECT b FROM t Order By c)", True),
        ("SELECT a FROM t ORDER  BY a", False),
        ("SELECT a FROM t", False),
    ],
)
def test_whether_gold_orders(gold, ordered):
    assert orders(gold) is ordered


def sampled(pairs):
    return random.Random(7).sample(pairs, 1_000)


def whole(pairs):
    return pairs


@pytest.mark.shared
@pytest.mark.parametrize(
    "extent", [sampled, pytest.param(whole, marks=pytest.mark.parity)], ids=["sample", "whole"]
)
def test_distinct_removal_is_the_official_one(extent, verdicts):
    for before, after in extent(verdicts("differential/remove_distinct.jsonl")):
        assert remove_distinct(before) == after


@pytest.mark.parametrize("piece", ["/*", "'", "\\'", "distinct ", "[a", "(;", "-- ", "'\"", "`", "# \n"])
@pytest.mark.timeout(10)
def test_hostile_text_takes_linear_time(piece):
    remove_distinct(piece * (500_000 // len(piece)))
