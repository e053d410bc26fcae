"""What the official grammar reads, and what it refuses."""

import pytest

from bench.sql.spider import Unparsed, exact_match, hardness, parse
from bench.types import Column, ForeignKey, Schema, Table

SCHEMA = Schema(
    "pets",
    (
        Table("Owner", (Column("Id"), Column("Name"), Column("Age"))),
        Table("Pet", (Column("Id"), Column("Owner_Id"), Column("Weight"))),
        Table("Vet", (Column("Id"), Column("Chief_Id"))),
    ),
    (ForeignKey("Pet", "Owner_Id", "Owner", "Id"), ForeignKey("Vet", "Chief_Id", "Owner", "Id")),
)


def em(gold, pred, variant="spider"):
    return exact_match(gold, pred, SCHEMA, variant).exact


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM owner",
        "SELECT name, FROM owner",
        "SELECT name age FROM owner",
        "SELECT count(*) FROM owner WHERE age BETWEEN 1 AND 2",
        "SELECT max ( distinct age ) FROM owner",
        "SELECT max(weight - id) FROM pet",
        "SELECT T1.name FROM owner AS T1 JOIN pet AS T2 ON T1.id = T2.owner_id OR anything here",
        "SELECT name FROM owner LIMIT 1 OFFSET 3 and ( any tail",
        "SELECT name FROM owner WHERE age > (SELECT avg(age) FROM owner)",
        "SELECT count(*) FROM (SELECT name FROM owner)",
        "(SELECT name FROM owner);",
        "SELECT name FROM owner UNION SELECT name FROM owner EXCEPT SELECT name FROM owner",
        "SELECT name FROM owner WHERE age = nan AND age = 1_000 AND age = -5",
    ],
)
def test_reads(sql):
    assert not isinstance(parse(sql, SCHEMA), Unparsed)


@pytest.mark.parametrize(
    "sql, reason",
    [
        ("", "no 'from'"),
        ("SELECT name", "no 'from'"),
        ("SELECT name AS n FROM owner", "not a column: word 3, 'as'"),
        ("SELECT name FROM owner INNER JOIN pet", "not a table: word 5, 'inner'"),
        ("SELECT name FROM owner, pet", "not a table: word 5, ','"),
        ("SELECT name FROM owner AS pet", "alias 'pet' is the name of a table"),
        ("SELECT name FROM owner AS", "nothing after the last 'as'"),
        ("SELECT name FROM owner HAVING age > 1", "not a table: word 5, 'having'"),
        ("SELECT T1.* FROM owner AS T1", "not a column"),
        ("SELECT name FROM owner WHERE age IS NULL", "not a column: word 8, 'null'"),
        ("SELECT name FROM owner WHERE age IN (1, 2)", "not ')'"),
        ("SELECT name FROM owner WHERE (age > 1)", "not ')'"),
        ("SELECT name FROM owner WHERE age > (name)", "neither a literal nor a query"),
        ("SELECT name FROM owner ORDER BY age LIMIT x", "not an integer: word 9, 'x'"),
        ("SELECT name FROM owner ORDER BY age LIMIT", "nothing after it"),
        ("SELECT name FROM owner WHERE name = 'it's'", "odd number of quotation marks"),
        ("SELECT name FROM (SELECT name FROM owner)", "not a column: word 2, 'name'"),
    ],
)
def test_refuses_and_says_why(sql, reason):
    query = parse(sql, SCHEMA)
    assert isinstance(query, Unparsed)
    assert reason in query.reason


def test_limit_is_the_only_difference_between_the_variants():
    sql = "SELECT name FROM owner ORDER BY age LIMIT x"
    assert isinstance(parse(sql, SCHEMA, "spider"), Unparsed)
    assert parse(sql, SCHEMA, "test-suite").limit == 1


@pytest.mark.parametrize(
    "pred, same",
    [
        ("select o.NAME from OWNER as o where o.AGE > 99 and o.id = 'x'", True),
        ("SELECT DISTINCT name FROM owner WHERE id = 2 AND age > 3", True),
        ("SELECT name FROM owner WHERE id = 2 OR age > 3", False),
        ("SELECT name FROM owner WHERE id = 2 AND age >= 3", False),
        ("SELECT name FROM owner WHERE id = 2 AND age > 3 LIMIT 1", False),
        ("SELECT name, name FROM owner WHERE id = 2 AND age > 3", False),
        ("SELECT name FROM owner JOIN pet WHERE id = 2 AND age > 3", False),
    ],
)
def test_top_level_comparison(pred, same):
    assert em("SELECT name FROM owner WHERE age > 20 AND id = 1", pred) is same


@pytest.mark.parametrize(
    "gold, pred, same",
    [
        # Both reference the same key, so the script takes them for one column.
        (
            "SELECT T1.owner_id FROM pet AS T1 JOIN owner AS T2",
            "SELECT T2.id FROM pet AS T1 JOIN owner AS T2",
            True,
        ),
        ("SELECT owner_id FROM pet", "SELECT id FROM pet", False),
        # Inside a query used as a value, DISTINCT and LIMIT count and literals do not.
        (
            "SELECT name FROM owner WHERE id IN (SELECT owner_id FROM pet WHERE weight > 1)",
            "SELECT name FROM owner WHERE id IN (SELECT owner_id FROM pet WHERE weight > 9)",
            True,
        ),
        (
            "SELECT name FROM owner WHERE id IN (SELECT owner_id FROM pet)",
            "SELECT name FROM owner WHERE id IN (SELECT DISTINCT owner_id FROM pet)",
            False,
        ),
        # Inside FROM, literals count too.
        (
            "SELECT count(*) FROM (SELECT id FROM pet WHERE weight > 1)",
            "SELECT count(*) FROM (SELECT id FROM pet WHERE weight > 9)",
            False,
        ),
        ("SELECT id FROM pet ORDER BY weight DESC, id", "SELECT id FROM pet ORDER BY weight, id DESC", True),
        ("SELECT id FROM pet GROUP BY id, weight", "SELECT id FROM pet GROUP BY weight, id", False),
    ],
)
def test_depth_of_the_comparison(gold, pred, same):
    assert em(gold, pred) is same


def test_the_test_suite_patches_the_prediction_only():
    schema = Schema("s", (Table("t", (Column("value"), Column("a"))),))
    sql = "SELECT value FROM t"
    assert exact_match(sql, sql, schema, "test-suite").unparsed == "not a column: word 2, '1'"
    assert exact_match(sql, sql, schema, "test-suite", patch=False).exact
    assert exact_match(sql, sql, schema).exact


@pytest.mark.parametrize(
    "pred, why",
    [
        ("SELECT name FROM owner WHERE id = 1 age = 2 AND id = 3", "'and' stands where a condition"),
        ("SELECT name FROM owner WHERE id = 1 id IN (SELECT id FROM pet)", "one of them with a query"),
    ],
)
def test_what_crashes_the_official_script_is_a_value(pred, why):
    match = exact_match("SELECT name FROM owner WHERE id = 1", pred, SCHEMA)
    assert not match.exact
    assert why in match.crash


def test_two_queries_side_by_side_in_from_crash_the_official_script():
    two = "SELECT count(*) FROM (SELECT id FROM pet) (SELECT id FROM owner)"
    assert "side by side" in exact_match(two, two, SCHEMA).crash
    same = "SELECT count(*) FROM (SELECT id FROM pet) (SELECT id FROM pet)"
    assert exact_match(same, same, SCHEMA).exact


def test_an_unreadable_gold_is_told_apart():
    match = exact_match("SELECT a b c", "SELECT name FROM owner", SCHEMA)
    assert match.gold_unparsed
    assert not match.exact
    assert hardness(parse("SELECT a b c", SCHEMA)) == ""


@pytest.mark.parametrize(
    "sql, level",
    [
        ("SELECT name FROM owner WHERE age > 1", "easy"),
        ("SELECT name, age FROM owner", "medium"),
        ("SELECT name FROM owner WHERE NOT_IN = 1", ""),
        ("SELECT name FROM owner WHERE id = 1 OR age > 1", "medium"),
        ("SELECT name FROM owner WHERE id IN (SELECT owner_id FROM pet)", "hard"),
        ("SELECT name FROM owner UNION SELECT name FROM owner", "hard"),
        ("SELECT name FROM owner WHERE id LIKE 'a' OR id LIKE 'b' OR id LIKE 'c'", "extra"),
        # NOT counts as an aggregate: with two of them the query has two extras, and leaves "medium".
        ("SELECT name FROM owner WHERE id = 1 AND age = 2 ORDER BY id", "medium"),
        ("SELECT name FROM owner WHERE id NOT IN ('a') AND age NOT IN ('b') ORDER BY id", "extra"),
    ],
)
def test_hardness(sql, level):
    assert hardness(parse(sql, SCHEMA)) == level


@pytest.mark.parametrize(
    "text",
    [
        "(" * 200,
        "SELECT name FROM owner WHERE id IN (" * 500,
        "SELECT name FROM owner UNION " * 500 + "SELECT name FROM owner",
        "SELECT " + "name " * 200_000 + "FROM owner",
        "SELECT name FROM owner WHERE " + "id = 1 AND " * 90_000,
        "\x00" * 1_000_000,
        "select a from (" * 60_000,
        "as " * 300_000,
    ],
)
# On a busy machine reading reaches its limit, and func-timeout may interrupt hypothesis's own callback.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_degenerate_text_is_a_value_too(text):
    match = exact_match("SELECT name FROM owner", text, SCHEMA)
    assert not match.exact
