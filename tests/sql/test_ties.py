"""Queries written with their sort keys; literals found and plugged; words outside brackets."""

from __future__ import annotations

import doctest

import pytest

from bench.sql import lexemes, plug, ties
from bench.sql.ties import Ranked, ranked


@pytest.mark.parametrize("module", [lexemes, plug, ties], ids=lambda module: module.__name__)
def test_examples_in_the_documentation_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    "sql, expected",
    [
        (
            "SELECT a FROM t ORDER BY b COLLATE nocase DESC NULLS LAST, c LIMIT 2 OFFSET 1;",
            Ranked("SELECT a , b, c FROM t ORDER BY b COLLATE nocase DESC NULLS LAST, c", 2, (-2, -1), 1, 2),
        ),
        ("SELECT a, b FROM t ORDER BY 2 LIMIT 5, 3", Ranked("SELECT a, b FROM t ORDER BY 2", 0, (1,), 5, 3)),
        (
            "SELECT max(a, b) n FROM t ORDER BY n",
            Ranked("SELECT max(a, b) n FROM t ORDER BY n", 0, (0,), 0, None),
        ),
        (
            "SELECT * FROM t ORDER BY a, max(b, 1)",
            Ranked("SELECT * , a, max(b, 1) FROM t ORDER BY a, max(b, 1)", 2, (-2, -1), 0, None),
        ),
        ("SELECT *, a AS x FROM t ORDER BY x", None),
        ("SELECT DISTINCT a FROM t ORDER BY b", None),
        (
            "SELECT DISTINCT T1.a AS x, b FROM t AS T1 ORDER BY a, T1.b DESC LIMIT 2",
            Ranked("SELECT DISTINCT T1.a AS x, b FROM t AS T1 ORDER BY a, T1.b DESC", 0, (0, 1), 0, 2),
        ),
        (
            "SELECT a FROM t UNION SELECT b FROM u ORDER BY 1 LIMIT 1",
            Ranked("SELECT a FROM t UNION SELECT b FROM u ORDER BY 1", 0, (0,), 0, 1),
        ),
        ("SELECT a FROM t UNION SELECT b FROM u ORDER BY b", None),
        (
            "WITH c AS (SELECT 1 AS a, 2 AS b) SELECT a FROM c ORDER BY b",
            Ranked("WITH c AS (SELECT 1 AS a, 2 AS b) SELECT a , b FROM c ORDER BY b", 1, (-1,), 0, None),
        ),
        (
            "SELECT x, COUNT( * ) FROM t GROUP BY x ORDER BY count(*)",
            Ranked("SELECT x, COUNT( * ) FROM t GROUP BY x ORDER BY count(*)", 0, (1,), 0, None),
        ),
        # What looks like an alias behind an operator is none; one column of two tables is another one.
        (
            "SELECT NOT a FROM t ORDER BY a",
            Ranked("SELECT NOT a , a FROM t ORDER BY a", 1, (-1,), 0, None),
        ),
        (
            "SELECT T1.a, T2.a FROM t AS T1 JOIN t AS T2 ORDER BY T2.a",
            Ranked("SELECT T1.a, T2.a FROM t AS T1 JOIN t AS T2 ORDER BY T2.a", 0, (1,), 0, None),
        ),
        ("WITH c AS (SELECT 1)", None),
        ("SELECT a FROM t WHERE b IN (SELECT b FROM u ORDER BY b LIMIT 1)", None),
        ("SELECT a FROM t ORDER BY a LIMIT (SELECT 3)", None),
        ("", None),
        ("ORDER BY FROM SELECT LIMIT", None),
    ],
)
def test_sort_keys_become_columns(sql, expected):
    assert ranked(sql) == expected


@pytest.mark.parametrize(
    "sql, ordered",
    [
        ("SELECT a FROM t ORDER /* by rank */ BY a", True),
        ("SELECT a FROM t WHERE b = 'order by c'", False),
        ("SELECT a, rank() OVER (ORDER BY b) FROM t", False),
        ("SELECT a FROM t UNION SELECT b FROM u ORDER BY 1", True),
    ],
)
def test_only_the_outermost_order_counts(sql, ordered):
    assert lexemes.orders_result(sql) is ordered


def test_a_prediction_without_literals_is_tried_as_words_and_gold_without_literals_plugs_nothing():
    assert list(plug.fillings("SELECT 1", "SELECT A FROM T1")) == ["select a from t1"]
    assert list(plug.fillings("SELECT a FROM t", "SELECT a FROM t WHERE b = 5")) == []


def test_plugging_ends():
    gold = "SELECT a FROM t WHERE b IN (1, 2, 3, 4, 5, 6, 7, 8, 9)"
    pred = "SELECT a FROM t WHERE b IN (1, 2, 3, 4, 5, 6, 7, 8, 9)"
    assert len(list(plug.fillings(gold, pred))) == plug.MOST
