"""Differences by kind, each on a pair that has this one alone; and texts that columns are compared with."""

import pytest

from bench.sql.diagnose import diagnose
from bench.sql.differences import Kind
from bench.sql.literals import Compared, compared_texts
from tests.sql.hostile import DEGENERATE
from tests.sql.test_modern import JOINED, SCHEMA

pytestmark = pytest.mark.filterwarnings(
    # The deepest recursion, or the end of the two seconds, may come while Python calls back on its own.
    "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)

PLAIN = "SELECT name FROM owner"
WHERE = PLAIN + " WHERE age > 3"
GROUPED = "SELECT name, count(*) FROM owner GROUP BY name"

ONE = {
    Kind.COLUMN: (PLAIN, "SELECT age FROM owner"),
    Kind.MISSING_COLUMN: ("SELECT name, age FROM owner", PLAIN),
    Kind.EXTRA_COLUMN: (PLAIN, "SELECT name, age FROM owner"),
    Kind.COLUMN_ORDER: ("SELECT name, age FROM owner", "SELECT age, name FROM owner"),
    Kind.AGGREGATE: ("SELECT max(age) FROM owner", "SELECT min(age) FROM owner"),
    Kind.MISSING_DISTINCT: ("SELECT DISTINCT name FROM owner", PLAIN),
    Kind.EXTRA_DISTINCT: (PLAIN, "SELECT DISTINCT name FROM owner"),
    Kind.TABLE: ("SELECT count(*) FROM owner", "SELECT count(*) FROM pet"),
    Kind.MISSING_TABLE: ("SELECT count(*) FROM owner, pet", "SELECT count(*) FROM owner"),
    Kind.EXTRA_TABLE: ("SELECT count(*) FROM owner", "SELECT count(*) FROM owner, pet"),
    Kind.JOIN: (JOINED, JOINED.replace("JOIN", "LEFT JOIN")),
    Kind.VALUE: (WHERE, PLAIN + " WHERE age > 4"),
    Kind.OPERATOR: (WHERE, PLAIN + " WHERE age >= 3"),
    Kind.MISSING_CONDITION: (WHERE, PLAIN),
    Kind.EXTRA_CONDITION: (PLAIN, WHERE),
    Kind.CONNECTIVE: (WHERE + " AND id = 1", WHERE + " OR id = 1"),
    Kind.GROUP: (GROUPED, GROUPED.replace("BY name", "BY age")),
    Kind.ORDER: (PLAIN, PLAIN + " ORDER BY age"),
    Kind.LIMIT: (PLAIN + " LIMIT 1", PLAIN + " LIMIT 2"),
    Kind.SET_OPERATION: (f"{PLAIN} UNION {PLAIN}", f"{PLAIN} EXCEPT {PLAIN}"),
}


@pytest.mark.parametrize("kind", ONE)
def test_names_the_kind(kind):
    gold, pred = ONE[kind]
    assert [found.kind for found in diagnose(gold, pred, SCHEMA)] == [kind]
    assert diagnose(gold, gold, SCHEMA) == ()


@pytest.mark.parametrize(
    "gold, pred, kinds",
    [
        (
            PLAIN,
            "WITH a AS (SELECT name FROM owner) SELECT name FROM a",
            {Kind.WITH, Kind.NESTING, Kind.TABLE, Kind.COLUMN},
        ),
        (WHERE, PLAIN + " WHERE age > (SELECT 3)", {Kind.OPERATOR, Kind.NESTING}),
        ("SELECT count(*) FROM owner", "SELECT count(DISTINCT name) FROM owner", {Kind.COLUMN}),
        (PLAIN + " WHERE id IN (1, 2)", PLAIN + " WHERE id IN (1, 3)", {Kind.VALUE}),
        (PLAIN, "SELECT FROM WHERE", {Kind.UNREADABLE}),
    ],
)
def test_names_several_kinds(gold, pred, kinds):
    assert {found.kind for found in diagnose(gold, pred, SCHEMA)} == kinds


def test_the_schema_tells_tables_and_texts_apart():
    gold = 'SELECT name FROM owner JOIN pet ON owner.id = owner_id WHERE name = "Al" AND weight > 3'
    pred = JOINED + " WHERE T1.name = 'Al' AND T2.weight > 3"
    assert diagnose(gold, pred)
    assert diagnose(gold, pred, SCHEMA) == ()


def test_a_comma_that_where_joins_is_a_join():
    comma = "SELECT T1.name FROM owner AS T1, pet AS T2 WHERE T1.id = T2.owner_id AND T2.weight > 3"
    assert diagnose(JOINED + " WHERE T2.weight > 3", comma, SCHEMA) == ()
    (found,) = diagnose(JOINED, comma, SCHEMA)
    assert found == (Kind.EXTRA_CONDITION, "adds the condition pet.weight > 3")


@pytest.mark.parametrize("name", DEGENERATE)
def test_stands_any_text(name):
    assert all(found.words for found in diagnose(PLAIN, DEGENERATE[name], SCHEMA))
    assert isinstance(compared_texts(DEGENERATE[name], SCHEMA), tuple)


def test_finds_the_texts_that_columns_are_compared_with():
    sql = (
        'SELECT p.id FROM owner AS o JOIN pet AS p ON o.id = p.owner_id WHERE name = "Al" '
        "AND 'x' != p.born AND p.weight IN ('y', 3) AND o.age = 5 AND o.name LIKE 'z%' "
        "AND lower(o.name) = 'w'"
    )
    assert set(compared_texts(sql, SCHEMA)) == {
        Compared("owner", "name", "Al"),
        Compared("pet", "born", "x"),
        Compared("pet", "weight", "y"),
    }
