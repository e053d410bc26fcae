"""Canonical SQL and levels, worked out by hand from Spider's counting rules."""

from __future__ import annotations

import pytest

from adapters.datasets.mini.domain import plural, whole
from adapters.datasets.mini.query import Condition, Query

AGE = Condition("age", ">", "30")
JOIN = {"tables": ("club", "player"), "on": ("T1.id = T2.club_id",)}
MEAN = Condition("age", ">", Query(("avg(age)",), ("player",)))

TOP_CLUB = (
    "SELECT T1.name FROM club AS T1 JOIN player AS T2 ON T1.id = T2.club_id"
    " GROUP BY T1.id ORDER BY count(*) DESC LIMIT 1"
)

CASES = [
    (Query(("name",), ("player",)), "easy", "SELECT name FROM player"),
    (Query(("name",), ("player",), where=(AGE,)), "easy", "SELECT name FROM player WHERE age > 30"),
    (Query(("name", "age"), ("player",)), "medium", "SELECT name, age FROM player"),
    (
        Query(("name",), ("player",), where=(Condition("name", "LIKE", "'A%'"),)),
        "medium",
        "SELECT name FROM player WHERE name LIKE 'A%'",
    ),
    (
        Query(("name",), ("player",), where=(AGE, Condition("age", "<", "20")), joiner="OR"),
        "medium",
        "SELECT name FROM player WHERE age > 30 OR age < 20",
    ),
    (
        Query(("name",), ("player",), order="age", descending=True, limit=1),
        "medium",
        "SELECT name FROM player ORDER BY age DESC LIMIT 1",
    ),
    (
        Query(("T2.name",), **JOIN, where=(Condition("T1.name", "=", "'Albion'"),)),
        "medium",
        "SELECT T2.name FROM club AS T1 JOIN player AS T2 ON T1.id = T2.club_id WHERE T1.name = 'Albion'",
    ),
    (
        Query(("role",), ("player",), group="role", order="count(*)", limit=1),
        "hard",
        "SELECT role FROM player GROUP BY role ORDER BY count(*) LIMIT 1",
    ),
    (
        Query(("name",), ("player",), where=(MEAN,)),
        "hard",
        "SELECT name FROM player WHERE age > (SELECT avg(age) FROM player)",
    ),
    (
        Query(("name",), ("player",), where=(MEAN, AGE)),
        "extra",
        "SELECT name FROM player WHERE age > (SELECT avg(age) FROM player) AND age > 30",
    ),
    (
        Query(("T1.name",), **JOIN, group="T1.id", order="count(*)", descending=True, limit=1),
        "extra",
        TOP_CLUB,
    ),
    (
        Query(("role",), ("player",), group="role", having=Condition("count(*)", ">", "2")),
        "easy",
        "SELECT role FROM player GROUP BY role HAVING count(*) > 2",
    ),
    (
        Query(("role",), ("player",), where=(AGE,), operator="EXCEPT", other=Query(("role",), ("player",))),
        "hard",
        "SELECT role FROM player WHERE age > 30 EXCEPT SELECT role FROM player",
    ),
    (Query(("role",), ("player",), distinct=True), "easy", "SELECT DISTINCT role FROM player"),
]


@pytest.mark.parametrize("query, level, sql", CASES)
def test_text_and_level(query: Query, level: str, sql: str) -> None:
    assert query.sql() == sql
    assert query.level() == level


def test_sort_keys_reach_one_row_past_the_cut() -> None:
    inner = Query(("id",), ("club",), order="founded", limit=2)
    outer = Query(("name",), ("player",), where=(Condition("club_id", "=", inner),))
    assert outer.ordered() == [inner]
    assert inner.keys().sql() == "SELECT founded FROM club ORDER BY founded LIMIT 3"


PLURALS = {
    "city": "cities",
    "boss": "bosses",
    "branch": "branches",
    "status": "statuses",
    "day": "days",
    "days": "days",
    "date of birth": "dates of birth",
    "length in km": "lengths in km",
}


@pytest.mark.parametrize("noun, expected", PLURALS.items())
def test_plural(noun: str, expected: str) -> None:
    assert plural(noun) == expected


def test_whole_numbers_lose_their_fraction() -> None:
    assert [str(whole(number)) for number in (3.0, 2.5)] == ["3", "2.5"]
