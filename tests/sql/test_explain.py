"""Differences in words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.sql.explain import explain

G = "SELECT T1.name, count(*) FROM singer AS T1 JOIN song AS T2 ON T1.id = T2.singer_id GROUP BY T1.name"


@pytest.mark.parametrize(
    "gold, pred, sentences",
    [
        (G, G.replace("T1", "x").replace("T2", "y").lower(), []),
        (G, G.replace("JOIN song", "LEFT JOIN song"), ["uses LEFT JOIN"]),
        (G, G.replace("count(*)", "max(age)"), ["selects MAX(age) instead of COUNT(*)"]),
        (
            G,
            G.replace("singer_id", "id"),
            ["joins on singer.id = song.id instead of singer.id = song.singer_id"],
        ),
        (G, G.replace("song", "album"), ["reads from album instead of song"]),
        (
            G,
            "SELECT name FROM singer",
            ["misses table song", "does not select COUNT(*)", "does not group by singer.name"],
        ),
        ("SELECT a FROM t", "SELECT DISTINCT a FROM t", ["adds DISTINCT"]),
        ("SELECT DISTINCT a FROM t", "SELECT a FROM t", ["misses DISTINCT"]),
        ("SELECT a, b FROM t", "SELECT b, a FROM t", ["selects the same columns in another order"]),
        ("SELECT a FROM t", "SELECT a, b FROM t", ["also selects b"]),
        ("SELECT a FROM t WHERE b = 1", "SELECT a FROM t", ["misses the condition b = 1"]),
        ("SELECT a FROM t", "SELECT a FROM t WHERE b = 1", ["adds the condition b = 1"]),
        (
            "SELECT a FROM t WHERE b = 'x'",
            "SELECT a FROM t WHERE b = 'y'",
            ["compares b with 'y' instead of 'x'"],
        ),
        (
            "SELECT a FROM t WHERE b > 1",
            "SELECT a FROM t WHERE b >= 1",
            ["has the condition b >= 1 instead of b > 1"],
        ),
        (
            "SELECT a FROM t WHERE b = 1 AND c = 2",
            "SELECT a FROM t WHERE c = 2 OR b = 1",
            ["joins conditions by OR"],
        ),
        (
            "SELECT a FROM t GROUP BY a HAVING count(*) > 1",
            "SELECT a FROM t GROUP BY a",
            ["misses the HAVING condition COUNT(*) > 1"],
        ),
        (
            "SELECT a FROM t ORDER BY b DESC LIMIT 1",
            "SELECT a FROM t ORDER BY b LIMIT 3",
            ["orders by b instead of b DESC", "has LIMIT 3 instead of 1"],
        ),
        ("SELECT a FROM t LIMIT 1", "SELECT a FROM t", ["misses LIMIT 1"]),
        ("SELECT a FROM t UNION SELECT b FROM u", "SELECT a FROM t", ["misses the UNION of two queries"]),
        (
            "SELECT a FROM t INTERSECT SELECT b FROM u",
            "SELECT a FROM t EXCEPT SELECT b FROM u",
            ["combines two queries by EXCEPT instead of INTERSECT"],
        ),
    ],
)
def test_says_what_differs(gold, pred, sentences):
    assert explain(gold, pred) == sentences


@pytest.mark.parametrize("pred", ["", "hello", "DROP TABLE t", "SELECT ((((", "\x00", "SELECT FROM WHERE"])
def test_says_that_it_cannot_read(pred):
    (sentence,) = explain("SELECT a FROM t", pred)
    assert sentence.startswith("cannot be parsed: ")


@pytest.mark.parametrize(
    "pred", ["SELECT " + "(" * 5_000 + "1", "SELECT " + "(" * 800 + "1" + ")" * 800, "SELECT a " * 100_000]
)
def test_gives_up_on_what_is_too_much(pred):
    (sentence,) = explain("SELECT a FROM t", pred)
    assert sentence.startswith(("is nested too deeply", "is too long", "cannot be"))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_never_raises(text):
    assert isinstance(explain("SELECT a FROM t", text), list)


def test_is_kept_short():
    gold = f"SELECT {', '.join(f'a{n}' for n in range(40))} FROM t"
    sentences = explain(gold, "SELECT b FROM t")
    assert len(sentences) == 13
    assert sentences[-1] == "and 29 differences more"


LONG = "SELECT a FROM t WHERE b = 1 AND a IN (SELECT name FROM singer WHERE country = 'France' AND age {})"


def test_a_long_text_is_cut_between_words():
    (sentence,) = explain(LONG.format("BETWEEN 50 AND 60 AND y > 1"), "SELECT a FROM t WHERE b = 1")[:1]
    condition = "t.a IN (SELECT singer.name FROM singer WHERE singer.country = 'France' AND singer.age …"
    assert sentence == f"misses the condition {condition}"
    (sentence,) = explain("SELECT a FROM t", f"SELECT a FROM t WHERE b = '{'x' * 200}'")
    assert sentence == f"adds the condition b = '{'x' * 84}…"


def test_what_differs_behind_a_long_text_alike_is_found_and_shown():
    (sentence,) = explain(LONG.format("BETWEEN 50 AND 60"), LONG.format("BETWEEN 50 AND 61"))
    assert sentence == (
        "has the condition … AND singer.age BETWEEN 50 AND 61) instead of … AND singer.age BETWEEN 50 AND 60)"
    )
