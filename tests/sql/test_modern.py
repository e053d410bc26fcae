"""Exact match on all of SQL: which spellings are one query, and which are not. Every case is by hand."""

import pytest

from bench.sql.modern import Query, Unparsed, exact_match, parse
from bench.sql.spider import CLAUSES
from bench.types import Column, ForeignKey, Schema, Table

SCHEMA = Schema(
    "pets",
    (
        Table("owner", (Column("id"), Column("name"), Column("age"), Column("home city"))),
        Table("pet", (Column("id"), Column("owner_id"), Column("vet_id"), Column("weight"), Column("born"))),
        Table("vet", (Column("id"), Column("name"))),
    ),
    (ForeignKey("pet", "owner_id", "owner", "id"), ForeignKey("pet", "vet_id", "vet", "id")),
)

JOINED = "SELECT T1.name FROM owner AS T1 JOIN pet AS T2 ON T1.id = T2.owner_id"

SAME = {
    "aliases without AS": (JOINED, "SELECT o.name FROM owner o JOIN pet p ON o.id = p.owner_id"),
    "no aliases": (JOINED, "SELECT owner.name FROM owner JOIN pet ON owner.id = pet.owner_id"),
    "tables in another order": (JOINED, "SELECT owner.name FROM pet JOIN owner ON pet.owner_id = owner.id"),
    "INNER JOIN": (JOINED, JOINED.replace("JOIN", "INNER JOIN")),
    "a comma for JOIN": (JOINED, "SELECT name FROM owner, pet WHERE owner.id = pet.owner_id"),
    "CROSS JOIN": (JOINED, "SELECT name FROM owner CROSS JOIN pet WHERE owner.id = pet.owner_id"),
    "joins in brackets": (JOINED, "SELECT name FROM (owner JOIN pet ON owner.id = pet.owner_id)"),
    "USING": (
        "SELECT weight FROM pet JOIN vet USING (id)",
        "SELECT weight FROM pet JOIN vet ON pet.id = vet.id",
    ),
    "a condition in ON": (
        JOINED + " WHERE T2.weight > 3",
        "SELECT name FROM owner JOIN pet ON owner.id = owner_id AND weight > 4",
    ),
    "quoted names": ("SELECT `home city` FROM owner", 'SELECT "Home City" FROM [owner]'),
    "double quotes for a text": (
        'SELECT id FROM owner WHERE name = "Al"',
        "SELECT id FROM owner WHERE name = 'Al'",
    ),
    "another literal": ("SELECT id FROM owner WHERE age > 3", "SELECT id FROM owner WHERE age > -1.5e3"),
    "the literal first": ("SELECT id FROM owner WHERE age > 3", "SELECT id FROM owner WHERE 3 < age"),
    "sides of an equality": (
        "SELECT name FROM owner WHERE age = id",
        "SELECT name FROM owner WHERE id = age",
    ),
    "sides of a comparison": (
        "SELECT name FROM owner WHERE age > id",
        "SELECT name FROM owner WHERE id < age",
    ),
    "<> for !=": ("SELECT id FROM owner WHERE age != 3", "SELECT id FROM owner WHERE age <> 3"),
    "conditions in another order": (
        "SELECT id FROM owner WHERE age > 3 AND (name = 'a' OR name LIKE 'b') AND id < 9",
        "SELECT id FROM owner WHERE id < 9 AND ((name LIKE 'b' OR name = 'a') AND age > 3)",
    ),
    "conditions in another order, in a subquery": (
        "SELECT id FROM owner WHERE id IN (SELECT owner_id FROM pet WHERE weight > 1 AND born > 2)",
        "SELECT id FROM owner WHERE id IN (SELECT owner_id FROM pet WHERE born > 2 AND weight > 1)",
    ),
    "columns in another order": ("SELECT id, name FROM owner", "SELECT name, id FROM owner"),
    "column aliases": (
        "SELECT name, count(*) FROM owner GROUP BY name ORDER BY count(*) DESC",
        "SELECT name AS n, count(*) AS how_many FROM owner GROUP BY n ORDER BY how_many DESC",
    ),
    "positions": (
        "SELECT name, count(*) FROM owner GROUP BY name ORDER BY count(*) DESC",
        "SELECT name, count(*) FROM owner GROUP BY 1 ORDER BY 2 DESC",
    ),
    "groups in another order": (
        "SELECT count(*) FROM owner GROUP BY name, age",
        "SELECT count(*) FROM owner GROUP BY age, name",
    ),
    "count(1)": ("SELECT count(*) FROM owner", "SELECT COUNT(1) FROM owner"),
    "DISTINCT": ("SELECT count(DISTINCT name) FROM owner", "SELECT DISTINCT count(name) FROM owner"),
    "LIMIT's number": ("SELECT id FROM owner LIMIT 1", "SELECT id FROM owner LIMIT 3"),
    "OFFSET before a comma": ("SELECT id FROM owner LIMIT 1 OFFSET 2", "SELECT id FROM owner LIMIT 2, 1"),
    "FETCH for LIMIT": ("SELECT id FROM owner LIMIT 1", "SELECT id FROM owner FETCH FIRST 1 ROWS ONLY"),
    "ASC": ("SELECT id FROM owner ORDER BY age", "SELECT id FROM owner ORDER BY age ASC"),
    "a CTE for a derived table": (
        "WITH old AS (SELECT id, age FROM owner WHERE age > 3) SELECT max(age) FROM old",
        "SELECT max(x.age) FROM (SELECT age, id FROM owner WHERE age > 60) AS x",
    ),
    "names within CTEs": (
        "WITH a AS (SELECT name AS n, count(*) AS c FROM owner GROUP BY name) SELECT n FROM a WHERE c > 1",
        "WITH b(x, y) AS (SELECT name, count(*) FROM owner GROUP BY 1) SELECT x FROM b WHERE b.y > 2",
    ),
    "a CTE nobody reads": ("SELECT id FROM owner", "WITH a AS (SELECT 1) SELECT id FROM owner"),
    "names within recursion": (
        "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 5) SELECT n FROM a",
        "WITH RECURSIVE b(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM b WHERE i < 9) SELECT i FROM b",
    ),
    "a correlated subquery": (
        "SELECT name FROM owner AS o WHERE EXISTS (SELECT 1 FROM pet AS p WHERE p.owner_id = o.id)",
        "SELECT name FROM owner WHERE EXISTS (SELECT 1 FROM pet WHERE owner.id = owner_id)",
    ),
    "CASE": (
        "SELECT sum(CASE WHEN o.age > 3 THEN 1 ELSE 0 END) FROM owner o",
        "SELECT SUM(case when age > 18 then 1 else 0 end) FROM owner",
    ),
    "a window": (
        "SELECT rank() OVER (PARTITION BY p.owner_id ORDER BY p.weight DESC) FROM pet p",
        "SELECT RANK() OVER (PARTITION BY owner_id ORDER BY weight DESC) FROM pet",
    ),
    "either end of a foreign key": (JOINED + " GROUP BY T1.id", JOINED + " GROUP BY T2.owner_id"),
    "a semicolon and a comment": ("SELECT id FROM owner", "SELECT id FROM owner; -- all of them"),
}

OTHER = {
    "another column": ("SELECT id FROM owner", "SELECT name FROM owner"),
    "another aggregate": ("SELECT max(age) FROM owner", "SELECT min(age) FROM owner"),
    "another table": ("SELECT name FROM owner", "SELECT name FROM vet"),
    "one table more": ("SELECT name FROM owner", "SELECT name FROM owner, pet"),
    "LEFT JOIN": (JOINED, JOINED.replace("JOIN", "LEFT JOIN")),
    "a condition of LEFT JOIN": (
        JOINED.replace("JOIN", "LEFT JOIN"),
        JOINED.replace("JOIN", "LEFT JOIN") + " AND T2.weight > 3",
    ),
    "another operator": ("SELECT id FROM owner WHERE age > 3", "SELECT id FROM owner WHERE age >= 3"),
    "NOT": ("SELECT id FROM owner WHERE age IN (1, 2)", "SELECT id FROM owner WHERE age NOT IN (1, 2)"),
    "NULL is no literal": ("SELECT id FROM owner WHERE age IS NULL", "SELECT id FROM owner WHERE age IS 3"),
    "a column is no literal": ("SELECT id FROM owner WHERE age > id", "SELECT id FROM owner WHERE age > 3"),
    "OR": (
        "SELECT id FROM owner WHERE age > 3 OR name = 'a'",
        "SELECT id FROM owner WHERE age > 3 AND name = 'a'",
    ),
    "other brackets": (
        "SELECT id FROM owner WHERE (age > 3 OR name = 'a') AND id > 1",
        "SELECT id FROM owner WHERE age > 3 OR (name = 'a' AND id > 1)",
    ),
    "another literal in a CASE's result": (
        "SELECT sum(CASE WHEN age > 3 THEN 1 ELSE 0 END) FROM owner",
        "SELECT sum(CASE WHEN age > 3 THEN 2 ELSE 0 END) FROM owner",
    ),
    "the order of sort keys": (
        "SELECT id FROM owner ORDER BY age, name",
        "SELECT id FROM owner ORDER BY name, age",
    ),
    "a direction": (
        "SELECT id FROM owner ORDER BY age, name DESC",
        "SELECT id FROM owner ORDER BY age DESC, name",
    ),
    "NULLs elsewhere": ("SELECT id FROM owner ORDER BY age", "SELECT id FROM owner ORDER BY age NULLS LAST"),
    "no LIMIT": ("SELECT id FROM owner ORDER BY age LIMIT 1", "SELECT id FROM owner ORDER BY age"),
    "an OFFSET": ("SELECT id FROM owner LIMIT 1", "SELECT id FROM owner LIMIT 1 OFFSET 1"),
    "UNION ALL": (
        "SELECT name FROM owner UNION SELECT name FROM vet",
        "SELECT name FROM owner UNION ALL SELECT name FROM vet",
    ),
    "EXCEPT the other way": (
        "SELECT name FROM owner EXCEPT SELECT name FROM vet",
        "SELECT name FROM vet EXCEPT SELECT name FROM owner",
    ),
    "where the LIMIT is": (
        "SELECT name FROM owner UNION SELECT name FROM vet LIMIT 1",
        "SELECT name FROM owner UNION SELECT * FROM (SELECT name FROM vet LIMIT 1)",
    ),
    "a column of the table, and one computed from it": (
        "SELECT x.a FROM (SELECT age AS a FROM owner) AS x",
        "SELECT x.a FROM (SELECT max(age) AS a FROM owner) AS x",
    ),
    "a window's partition": (
        "SELECT rank() OVER (PARTITION BY owner_id ORDER BY weight) FROM pet",
        "SELECT rank() OVER (PARTITION BY vet_id ORDER BY weight) FROM pet",
    ),
    "a format": ("SELECT strftime('%Y', born) FROM pet", "SELECT strftime('%m', born) FROM pet"),
    "two foreign keys of one table": ("SELECT owner_id FROM pet", "SELECT vet_id FROM pet"),
    "HAVING": (
        "SELECT name FROM owner GROUP BY name HAVING count(*) > 1",
        "SELECT name FROM owner GROUP BY name",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_one_query_in_two_spellings(name):
    for gold, pred in (SAME[name], reversed(SAME[name])):
        match = exact_match(gold, pred, SCHEMA)
        assert match.exact, (parse(gold, SCHEMA), parse(pred, SCHEMA))
        assert list(match.partial) == list(CLAUSES)
        assert all(partial.score == 1 for partial in match.partial.values())


@pytest.mark.parametrize("name", OTHER)
def test_two_queries(name):
    for gold, pred in (OTHER[name], reversed(OTHER[name])):
        match = exact_match(gold, pred, SCHEMA)
        assert (match.exact, match.unparsed, match.gold_unparsed) == (False, "", "")


@pytest.mark.parametrize(
    "pred, wrong",
    [
        ("SELECT max(age), id FROM owner WHERE name = 'a'", ["select", "select(no AGG)"]),
        ("SELECT min(age) FROM owner WHERE name = 'a'", ["select"]),
        ("SELECT max(age) FROM owner WHERE name LIKE 'a'", ["where", "keywords"]),
        ("SELECT max(age) FROM owner WHERE id = 1", ["where", "where(no OP)"]),
        ("SELECT max(age) FROM owner", ["where", "where(no OP)", "keywords"]),
        ("SELECT max(age) FROM owner WHERE name = 'a' AND id = 1", ["where", "where(no OP)", "and/or"]),
        (
            "SELECT max(age) FROM owner WHERE name = 'a' GROUP BY id",
            ["group(no Having)", "group", "keywords"],
        ),
        ("SELECT max(age) FROM owner WHERE name = 'a' ORDER BY id", ["order", "keywords"]),
        ("SELECT max(age) FROM owner WHERE name = 'a' UNION SELECT 1", ["IUEN", "keywords"]),
        ("SELECT max(owner.age) FROM owner JOIN pet WHERE owner.name = 'a'", []),
    ],
)
def test_names_the_clause_that_differs(pred, wrong):
    match = exact_match("SELECT max(age) FROM owner WHERE name = 'a'", pred, SCHEMA)
    assert [clause for clause, partial in match.partial.items() if not partial.score] == wrong
    assert not match.exact


def test_counts_the_parts_of_a_clause():
    gold = "SELECT id, name FROM owner WHERE age > 1 AND (id = 1 OR id = 2)"
    parts = exact_match(gold, "SELECT id FROM owner WHERE age > 1", SCHEMA).partial
    assert parts["select"] == (2, 1, 0)
    assert parts["where"] == (3, 1, 0)
    assert parts["order"] == (0, 0, 1)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "no statement"),
        ("DELETE FROM owner", "not a query"),
        ("SELECT 1; SELECT 2", "several statements"),
        ("SELECT id FROM owner GROUP BY id WHERE age > 3", "its clauses are out of order"),
        ("SELECT name FROM (", ""),
    ],
)
def test_says_what_it_cannot_read(text, reason):
    form = parse(text, SCHEMA)
    assert isinstance(form, Unparsed)
    assert form.reason.startswith(reason)
    match = exact_match("SELECT id FROM owner", text, SCHEMA)
    assert (match.exact, match.unparsed) == (False, form.reason)
    assert match.partial["select"] == (1, 0, 0)
    assert exact_match(text, "SELECT id FROM owner", SCHEMA).gold_unparsed == form.reason


@pytest.mark.parametrize("text", ["EXPLAIN SELECT 1", "VACUUM INTO 'x'", "SELECT 1; VACUUM"])
def test_no_warning_is_given_of_a_statement_that_is_no_query(text, caplog):
    assert isinstance(parse(text, SCHEMA), Unparsed)
    assert caplog.records == []


def test_knows_no_table_and_goes_on():
    assert isinstance(parse("SELECT a.x, y FROM nothing AS a WHERE z = 1", SCHEMA), Query)
    assert exact_match("SELECT a.x FROM nothing a", "SELECT b.x FROM nothing b", SCHEMA).exact
