"""Profiles of queries: counted by hand, and against counts that somebody else published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.sql.constructs import AXES, bucket, constructs


@pytest.mark.parametrize(
    "sql, counts",
    [
        ("SELECT 1", {}),
        ("SELECT a, T.a, b FROM t", {"tables": 1, "columns": 2}),
        (
            "SELECT x FROM t AS a JOIN u AS b ON a.i = b.i, v WHERE a.x = 1 OR b.y = 2",
            {"tables": 3, "joins": 2, "conditions": 3, "columns": 3},
        ),
        (
            "SELECT a FROM t WHERE a IN (SELECT a FROM u WHERE b = (SELECT max(b) FROM u))",
            {"nesting": 2, "aggregates": 1, "conditions": 2, "tables": 2, "columns": 2},
        ),
        ("SELECT a FROM t UNION SELECT b FROM u", {"set_operators": 1, "tables": 2, "columns": 2}),
        (
            "WITH c AS (SELECT a FROM t) SELECT count(DISTINCT a) FROM c",
            {"ctes": 1, "tables": 1, "aggregates": 1, "distincts": 1, "columns": 1},
        ),
        (
            "SELECT rank() OVER (PARTITION BY a ORDER BY b), sum(a) OVER () FROM t",
            {"windows": 2, "tables": 1, "columns": 2},
        ),
        (
            "SELECT CASE WHEN a THEN 1 WHEN b THEN 2 END, IIF(a, 1, 2), max(a, b) FROM t",
            {"cases": 2, "tables": 1, "columns": 2},
        ),
        (
            "SELECT strftime('%Y', a), upper(b) || 'x' FROM t WHERE a > date('now') AND b LIKE 'length('",
            {"dates": 2, "strings": 2, "tables": 1, "columns": 2, "conditions": 2},
        ),
        (
            "SELECT DISTINCT a FROM t GROUP BY a HAVING count(*) > 1 ORDER BY a LIMIT 3",
            dict.fromkeys(
                ("tables", "columns", "distincts", "groups", "orders", "limits", "aggregates", "conditions"),
                1,
            ),
        ),
    ],
)  # fmt: skip
def test_counted_by_hand(sql: str, counts: dict[str, int]):
    profile = constructs(sql)
    assert profile is not None
    assert {axis: getattr(profile, axis) for axis in AXES if getattr(profile, axis)} == counts


def test_a_bucket_of_a_score():
    assert [
        bucket(f"SELECT {'+'.join(['max(a)'] * count)} FROM t", "aggregates") for count in (1, 2, 3, 9)
    ] == [
        "1",
        "2",
        "3+",
        "3+",
    ]
    assert bucket("SELECT FROM WHERE", "joins") == "unparsed"


@pytest.mark.parametrize("sql", ["", "(" * 3000, "SELECT " + "(" * 400 + "1" + ")" * 400, "\0", "SELECT 'a"])
def test_hostile_texts_are_profiled_or_not(sql: str):
    constructs(sql)


@given(st.text(max_size=200))
def test_no_text_raises(sql: str):
    constructs(sql)


@pytest.mark.shared
def test_against_the_features_published_with_mini_dev(shared: Path):
    """IBM's toolkit counts mini-dev; it calls a branch or a CTE nested, and a rank an aggregate."""
    items = json.loads((shared / "data/bird/bird_minidev/bird_mini_dev_sqlite.json").read_text())
    assert len(items) == 500
    for item in items:
        profile, told = constructs(item["SQL"]), item["meta"]["features"]
        assert profile is not None, item["SQL"]
        assert profile.joins == told["query_join_count"], item["SQL"]
        assert bool(profile.windows) == bool(told["query_window_func_count"]), item["SQL"]
        if not profile.windows:
            assert bool(profile.aggregates) == bool(told["query_aggregate_count"]), item["SQL"]
        if not (profile.ctes or profile.set_operators):
            assert bool(profile.nesting) == bool(told["query_nested_count"]), item["SQL"]


@pytest.mark.parametrize(
    "sql", ["DECLARE @x int = 1 SELECT @x", "", "an answer in words", "-- SELECT 1", "/**/" * 500]
)
def test_what_is_no_query_is_not_parsed_and_nothing_is_said(sql: str, caplog: pytest.LogCaptureFixture):
    assert constructs(sql, "tsql") is None
    assert caplog.records == []


@pytest.mark.parametrize("begin", ["", " \n", "-- why\n", "/* why\n */ ", "(", "/* a */ ( -- b\n"])
def test_a_query_may_begin_with_comments_and_brackets(begin: str):
    profile = constructs(f"{begin}SELECT a FROM t{')' * begin.count('(')}")
    assert profile is not None
    assert profile.tables == 1


def test_a_dialect_that_sqlglot_lacks_is_read_as_plain_sql():
    profile = constructs('SELECT t."A" FROM t JOIN u ON t.x = u.x', "db2")
    assert profile is not None
    assert profile.joins == 1


@pytest.mark.parametrize("operator", ["> =", "<  =", "! ="])
def test_an_operator_with_a_blank_inside_is_one_and_literals_stay(operator: str):
    profile = constructs(f"SELECT a FROM t WHERE b {operator} 'x' AND c = '> = it''s'")
    assert profile == constructs("SELECT a FROM t WHERE b >= 'x' AND c = 'y'")
