"""Six gold queries, what three systems answered, and what is right of it, told by hand."""

from __future__ import annotations

GOLD = (
    ("SELECT name FROM pet", "pets"),
    ("SELECT count(*) FROM pet WHERE age > 2", "pets"),
    ("SELECT name FROM pet ORDER BY age DESC LIMIT 1", "pets"),
    ("SELECT name FROM pet WHERE age > 90", "pets"),
    ("SELECT title FROM film", "films"),
    ("SELECT avg(length) FROM film", "films"),
)
ANSWERS = {
    "gold.sql": tuple(sql for sql, _ in GOLD),
    "other.sql": (
        "SELECT age FROM pet",
        "SELECT count(*) FROM pet WHERE age > 2",
        "SELECT name FROM pet ORDER BY age LIMIT 1",
        "",
        "SELECT title FROM film",
        "SELECT avg(length) FROM film",
    ),
    "some.sql": (
        "SELECT name FROM pet",
        "SELECT count(*) FROM pet",
        "SELECT name FROM pet ORDER BY age DESC LIMIT 1",
        "SELECT name, age FROM pet WHERE age > 90",
        "SELEC title",
        "SELECT avg(length) FROM movie",
    ),
}
IDS = [f"gold/{number:04}" for number in range(len(GOLD))]
RIGHT = {"gold.sql": (0, 1, 2, 3, 4, 5), "some.sql": (0, 2, 3), "other.sql": (1, 4, 5)}
"""File → places of its right answers under ``ex.test-suite``; one of ``some.sql`` only by a quirk: two
columns for one, but no row in either. Its wrong ones: another count, a syntax error, no such table;
those of ``other.sql``: another column, the other end of the order, no answer."""

GIVEN = ("--gold", "gold.sql", "--db", "db", "--workers", 1)
