"""What must hold for every query: equal to itself, blind to spelling, never an exception."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.sql.extract import extract
from bench.sql.spider import Query, exact_match, hardness, parse
from bench.types import Column, ForeignKey, Schema, Table

SCHEMA = Schema(
    "pets",
    (
        Table("owner", (Column("id"), Column("name"), Column("age"))),
        Table("pet", (Column("id"), Column("owner_id"), Column("weight"))),
    ),
    (ForeignKey("pet", "owner_id", "owner", "id"),),
)

columns = st.sampled_from(
    ["T1.id", "T1.name", "T1.age", "T2.weight", "T2.owner_id", "count(*)", "max(T1.age)"]
)
operators = st.sampled_from(["=", ">", "<=", "!=", "LIKE", "NOT IN"])
values = st.sampled_from(
    [
        "1",
        "2.5",
        "'A b'",
        "T2.weight",
        "(SELECT owner_id FROM pet WHERE weight > 3)",
        "(SELECT max(age) FROM owner)",
    ]
)
conditions = st.tuples(columns, operators, values).map(" ".join)


@st.composite
def queries(draw):
    """A query of the official grammar, with its conditions apart so that they can be put in any order."""
    select = ", ".join(draw(st.lists(columns, min_size=1, max_size=3)))
    where = draw(st.lists(conditions, max_size=3))
    tail = draw(
        st.sampled_from(
            ["", "GROUP BY T1.name", "GROUP BY T1.name HAVING count(*) > 2", "ORDER BY T1.age DESC LIMIT 3"]
        )
    )
    return select, where, tail


def spelled(select, where, tail):
    joined = f"WHERE {' AND '.join(where)}" if where else ""
    text = f"SELECT {select} FROM owner AS T1 JOIN pet AS T2 ON T1.id = T2.owner_id {joined} {tail}"
    return " ".join(text.split())


def em(gold, pred):
    return exact_match(gold, pred, SCHEMA)


def outside_literals(sql, change):
    """Apply ``change`` to all of ``sql`` but its literals."""
    return "".join(part if part.startswith("'") else change(part) for part in re.split(r"('[^']*')", sql))


@given(queries())
def test_a_query_matches_itself(query):
    sql = spelled(*query)
    match = em(sql, sql)
    assert match.exact
    assert all(partial.score == 1 for partial in match.partial.values())
    assert hardness(parse(sql, SCHEMA)) in ("easy", "medium", "hard", "extra")


@given(queries(), st.randoms(use_true_random=False))
def test_spelling_does_not_matter(query, rng):
    sql = spelled(*query)
    select, where, tail = query
    shuffled = rng.sample(where, len(where))
    assert em(sql, spelled(select, shuffled, tail)).exact
    assert em(sql, outside_literals(sql, str.upper)).exact
    assert em(sql, outside_literals(sql, str.lower)).exact
    assert em(
        sql, outside_literals(sql, lambda text: text.replace(" ", rng.choice(["  ", "\n", " \t "])))
    ).exact
    assert em(sql, sql.replace("T1", "left_one").replace("T2", "b")).exact
    assert em(sql, sql.replace("T1.", "owner.").replace("T2.", "pet.")).exact


@given(queries(), queries())
def test_matching_is_symmetric(first, second):
    assert em(spelled(*first), spelled(*second)).exact == em(spelled(*second), spelled(*first)).exact


@given(queries())
def test_another_aggregate_never_matches(query):
    select, where, tail = query
    assert not em(spelled(select, where, tail), spelled(f"{select}, min(T1.age)", where, tail)).exact


WORDS = [
    *"()*,;=<>!.'\"`",
    "select",
    "from",
    "where",
    "and",
    "or",
    "as",
    "t1",
    "t1.id",
    "owner",
    "pet",
    "join",
    "on",
]
WORDS += [
    "group",
    "by",
    "having",
    "order",
    "limit",
    "1",
    "union",
    "in",
    "not",
    "between",
    "count",
    "distinct",
    "\x00",
]


@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join) | st.text())
@settings(max_examples=400)
def test_no_text_raises(text):
    for variant in ("spider", "test-suite"):
        match = exact_match("SELECT name FROM owner", text, SCHEMA, variant)
        assert match.exact in (True, False)
        exact_match(text, "SELECT name FROM owner", SCHEMA, variant)
    hardness(parse(text, SCHEMA))
    extract(text)


@pytest.mark.shared
@pytest.mark.timeout(60)
def test_ten_thousand_mutations_of_real_queries(verdicts, schema_of):
    rng = random.Random(3)
    golds = verdicts("spider_dev/gold.jsonl")
    parsed = 0
    for _ in range(10_000):
        item = rng.choice(golds)
        text = mutated(item["pred"], rng)
        schema = schema_of(item["db_id"])
        exact_match(item["pred"], text, schema)
        query = parse(extract(text) or text, schema)
        parsed += isinstance(query, Query)
        hardness(query)
    assert 500 < parsed < 9_500


def mutated(sql, rng):
    kind = rng.randrange(6)
    at = rng.randrange(len(sql))
    words = sql.split()
    if kind == 0:
        return sql[:at]
    if kind == 1:
        return (
            sql[:at]
            + rng.choice(["(", ")", "'", '"', "\x00", "é", " and ", " as ", "--", "/*", ";"])
            + sql[at:]
        )
    if kind == 2:
        del words[rng.randrange(len(words))]
    elif kind == 3:
        words.insert(rng.randrange(len(words)), rng.choice(words))
    elif kind == 4:
        rng.shuffle(words)
    else:
        return sql * rng.randint(2, 4)
    return " ".join(words)
