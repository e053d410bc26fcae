"""Texts that no query should look like, for whatever has to stand any text."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

DEGENERATE = {
    "empty": "",
    "spaces": " \n\t ",
    "NUL": "SELECT name\x00 FROM owner",
    "only NUL": "\x00" * 500,
    "200 brackets": "SELECT " + "(" * 200 + "1" + ")" * 200,
    "200 open brackets": "SELECT " + "(" * 200,
    "200 nested queries": "SELECT * FROM " + "(SELECT * FROM " * 200 + "owner" + ")" * 200,
    "300 CASEs": "SELECT " + "CASE WHEN name THEN " * 300 + "1" + " END" * 300,
    "3,000 NOTs": "SELECT name FROM owner WHERE " + "NOT " * 3_000 + "id",
    "3,000 minuses": "SELECT " + "- " * 3_000 + "1 FROM owner",
    "3,000 conditions": "SELECT name FROM owner WHERE " + " AND ".join(["id = 1"] * 3_000),
    "1,000 unions": " UNION ".join(["SELECT name FROM owner"] * 1_000),
    "40 joins without conditions": "SELECT * FROM owner" + " JOIN pet" * 40,
    "40 odd joins": "SELECT name FROM owner WHERE id " + "JOIN ALL id " * 40,
    "40 odd brackets": "SELECT " + "( UNION " * 40,
    "a CTE that reads itself": "WITH a AS (SELECT * FROM a UNION SELECT * FROM a) SELECT * FROM a",
    "CTEs that double": "WITH a0 AS (SELECT 1 AS x)"
    + "".join(f", a{n + 1} AS (SELECT * FROM a{n} JOIN a{n} AS b)" for n in range(40))
    + " SELECT * FROM a40",
    "1 MB of words": "SELECT " + "name " * 200_000 + "FROM owner",
    "1 MB of literal": "SELECT '" + "x" * 1_000_000,
    "1 MB of columns": "SELECT " + ", ".join(["name"] * 170_000) + " FROM owner",
    "1 MB of brackets": "(" * 1_000_000,
    "several statements": "SELECT name FROM owner; DROP TABLE owner; SELECT 1",
    "half a token": "SELECT name FROM owner WHERE name = 'A",
    "half a comment": "SELECT name /* FROM owner",
    "half a name": 'SELECT "name FROM owner',
    "English": "I am sorry, but the question cannot be answered from the tables that were given.",
    "Chinese": "对不起，这个问题无法用给定的表来回答。SELECT 名字 FROM 主人",
    "Arabic": "عذراً، لا يمكن الإجابة على هذا السؤال SELECT الاسم FROM المالك",
    "Hindi": "क्षमा करें, इस प्रश्न का उत्तर नहीं दिया जा सकता",
    "Emoji": "SELECT 🐱 FROM 🏠 WHERE 🐱 = '🐶'",
    "surrogate": "SELECT \ud800 FROM owner",
    "C": 'int main(void) { printf("SELECT name FROM owner"); return 0; }',
    "JSON": '{"sql": "SELECT name FROM owner", "why": null}',
    "HTML": "<p>SELECT <b>name</b> FROM owner</p>",
}
"""Name → text."""

_SPLINTERS = ("(", ")", "'", '"', "`", "[", "\x00", "é", " and ", " as ", " join ", "--", "/*", ";", "\\")


def mutations(sqls: Sequence[str], count: int, seed: int) -> Iterator[str]:
    """Yield that many damaged queries."""
    rng = random.Random(seed)
    for _ in range(count):
        yield rng.choice(_DAMAGES)(rng.choice(sqls), rng.choice(sqls), rng)


def _cut(sql: str, _other: str, rng: random.Random) -> str:
    at = rng.randrange(len(sql))
    return rng.choice((sql[:at], sql[at:]))


def _splintered(sql: str, _other: str, rng: random.Random) -> str:
    at = rng.randrange(len(sql))
    return sql[:at] + rng.choice(_SPLINTERS) * rng.choice((1, 1, 2, 30)) + sql[at:]


def _short_of_a_word(sql: str, _other: str, rng: random.Random) -> str:
    words = sql.split()
    del words[rng.randrange(len(words))]
    return " ".join(words)


def _repetitive(sql: str, _other: str, rng: random.Random) -> str:
    words = sql.split()
    at = rng.randrange(len(words))
    words[at:at] = words[at : at + 1] * rng.choice((1, 40))
    return rng.choice((" ".join(words), sql * rng.randint(2, 4)))


def _shuffled(sql: str, _other: str, rng: random.Random) -> str:
    words = sql.split()
    return " ".join(rng.sample(words, len(words)))


def _crossed(sql: str, other: str, rng: random.Random) -> str:
    at = rng.randrange(len(sql))
    return sql[:at] + other[at:]


def _introduced(sql: str, _other: str, rng: random.Random) -> str:
    return rng.choice(tuple(DEGENERATE.values()))[:5_000] + sql


_DAMAGES = (_cut, _splintered, _short_of_a_word, _repetitive, _shuffled, _crossed, _introduced)
