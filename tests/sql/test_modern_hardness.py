"""Hardness by sqlglot's tree against hardness by Spider's grammar, and by hand where that cannot read."""

from collections import Counter

import pytest

from adapters.datasets.spider import Spider
from bench.sql import modern, spider


def golds(shared, folder, split):
    """Give every distinct gold of a split with the schema that it asks."""
    dataset = Spider(shared / "data" / folder).load(split)
    return {(one.gold[0], one.db_id): dataset.schema(one) for one in dataset.examples}.items()


SWALLOWED = {
    "SELECT T1.city FROM city AS T1 JOIN temperature AS T2 ON T1.city_id  =  T2.city_id "
    "WHERE T2.Mar  <  T2.Jul OR T2.Mar  >  T2.Oct": ("medium", "hard"),
    "SELECT DISTINCT T1.PackageNumber FROM PACKAGE AS T1 JOIN Client AS T2 ON T1.Sender  =  T2.AccountNumber "
    'OR T1.Recipient  =  T2.AccountNumber WHERE T2.Name = "Leo Wong"': ("medium", "hard"),
}
"""The official parser skips what follows a column that another is compared with, up to AND: here an OR."""


@pytest.mark.shared
@pytest.mark.parametrize(
    "folder, split, readable",
    [
        ("spider_dev", "dev", 564),
        ("spider_train", "train", 4330),
        ("spider_variants/spider_test", "test", 1187),
    ],
)
def test_both_readers_rate_spiders_golds_alike(shared, folder, split, readable):
    told = {
        (sql, db_id): (official, modern.hardness(sql))
        for (sql, db_id), schema in golds(shared, folder, split)
        if (official := spider.hardness(spider.parse(sql, schema)))
    }
    apart = {sql: levels for (sql, _), levels in told.items() if levels[0] != levels[1]}
    assert apart.items() <= SWALLOWED.items()
    assert len(apart) == (split != "dev")
    assert len(told) == readable


@pytest.mark.parametrize(
    "sql, dialect, level",
    [
        ("SELECT count(*) FROM t", "sqlite", "easy"),
        ("SELECT a FROM t WHERE b = 1 AND c = 2", "sqlite", "medium"),
        ("SELECT TOP 3 a, b FROM t ORDER BY c", "tsql", "medium"),  # 2 clauses, several columns
        ("SELECT a FROM t WHERE b = ##Tag:string?x## AND c IN (SELECT d FROM u)", "tsql", "extra"),
        ("WITH c AS (SELECT a FROM t) SELECT a FROM c", "sqlite", "hard"),  # one nested query, nothing else
        ("WITH c AS (SELECT a FROM t), d AS (SELECT a FROM c) SELECT a FROM d", "sqlite", "extra"),
        ("SELECT a, (SELECT max(b) FROM u) FROM t", "sqlite", "extra"),  # nested, and several columns
        ("SELECT a FROM (SELECT a FROM t)", "sqlite", "easy"),  # a query as a table is no nested one
        ("SELECT a FROM t UNION SELECT a FROM u ORDER BY a LIMIT 1", "sqlite", "hard"),
        ("SELECT CASE WHEN a > 1 THEN 1 END FROM t", "sqlite", "easy"),
        ("SELECT CASE WHEN a > 1 THEN 1 END FROM t WHERE b = 1", "sqlite", "medium"),
        ("SELECT rank() OVER (ORDER BY a), sum(b) OVER () FROM t", "sqlite", "medium"),
        ("SELECT `a` FROM t1 JOIN t2 USING (x) JOIN t3 USING (y) LIMIT 5", "mysql", "hard"),
        ("SELECT a FROM t WHERE b ILIKE 'x' FETCH FIRST 3 ROWS ONLY", "db2", "hard"),
    ],
)
def test_counts_by_hand(sql, dialect, level):
    assert modern.hardness(sql, dialect) == level


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "Top users by tag",
        "SELECT a FROM t; SELECT b FROM t",
        "DELETE FROM t",
        "SELECT column1 FROM (VALUES (1), (2))",
        "SELECT " + "(" * 3000 + "1" + ")" * 3000 + " FROM t",
    ],
)
def test_what_is_no_query_of_a_table_has_no_level(sql):
    assert modern.hardness(sql) == ""


@pytest.mark.shared
def test_levels_are_the_four_of_spider(shared):
    counts = Counter(modern.hardness(sql) for (sql, _), _ in golds(shared, "spider_dev", "dev"))
    assert set(counts) == set(spider.LEVELS)
