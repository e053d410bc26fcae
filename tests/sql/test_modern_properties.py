"""What must hold of every pair of queries: equal to itself, blind to spelling, never an exception."""

import gc
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.sql import modern, spider
from bench.sql.extract import extract
from tests.sql.hostile import DEGENERATE, mutations
from tests.sql.test_spider_properties import SCHEMA, WORDS, outside_literals

pytestmark = pytest.mark.filterwarnings(
    # The deepest recursion, or the end of the two seconds, may come while Python calls back on its own.
    "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)

columns = st.sampled_from(["o.id", "o.name", "o.age", "p.weight", "p.owner_id"])
expressions = columns | st.sampled_from(
    [
        "count(*)",
        "max(o.age)",
        "CASE WHEN p.weight > 3 THEN o.age ELSE 0 END",
        "rank() OVER (PARTITION BY o.name ORDER BY p.weight DESC)",
        "o.age * 2 + p.weight",
        "CAST(p.weight AS REAL) / o.age",
        "(SELECT max(x.weight) FROM pet AS x WHERE x.owner_id = o.id AND x.weight > 2)",
    ]
)
values = st.sampled_from(
    ["1", "'A b'", "o.age", "(SELECT y.owner_id FROM pet AS y WHERE y.weight > 3 AND y.id < 5)"]
)
comparisons = st.tuples(columns, st.sampled_from(["=", ">", "<=", "<>", "LIKE", "NOT LIKE"]), values).map(
    " ".join
)
leaves = comparisons | st.sampled_from(
    [
        "o.age IS NOT NULL",
        "p.weight BETWEEN 1 AND 3",
        "o.name IN ('a', 'b')",
        "EXISTS (SELECT 1 FROM pet AS z WHERE z.owner_id = o.id AND z.weight > 1)",
    ]
)
conditions = leaves | st.lists(leaves, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(parts)})")
tails = st.sampled_from(
    [
        "",
        "GROUP BY o.name, o.age HAVING count(*) > 2 AND max(p.weight) < 9",
        "ORDER BY o.age DESC, p.weight LIMIT 3 OFFSET 1",
        "UNION ALL SELECT o.name FROM owner AS o",
    ]
)
queries = st.tuples(
    st.lists(expressions, min_size=1, max_size=3), st.lists(conditions, max_size=4), tails, st.booleans()
)


def spelled(query):
    select, where, tail, shared = query
    kept = f"WHERE {' AND '.join(where)}" if where else ""
    source = "q" if shared else "pet"
    head = "WITH q AS (SELECT v.* FROM pet AS v WHERE v.weight > 1 AND v.id > 2) " if shared else ""
    join = f"FROM owner AS o LEFT JOIN {source} AS p ON o.id = p.owner_id"
    return " ".join(f"{head}SELECT {', '.join(select)} {join} {kept} {tail}".split())


def em(gold, pred):
    match = modern.exact_match(gold, pred, SCHEMA)
    assert (match.unparsed, match.gold_unparsed) == ("", "")
    return match.exact


@settings(deadline=None)
@given(queries)
def test_a_query_matches_itself(query):
    sql = spelled(query)
    match = modern.exact_match(sql, sql, SCHEMA)
    assert match.exact
    assert all(partial.score == 1 for partial in match.partial.values())


@settings(deadline=None)
@given(queries, st.randoms(use_true_random=False))
def test_spelling_does_not_matter(query, rng):
    sql = spelled(query)
    select, where, tail, shared = query
    assert em(sql, spelled((rng.sample(select, len(select)), where, tail, shared)))
    assert em(sql, spelled((select, rng.sample(where, len(where)), tail, shared)))
    assert em(sql, outside_literals(sql, str.upper))
    assert em(sql, outside_literals(sql, str.lower))
    assert em(sql, outside_literals(sql, lambda part: part.replace(" ", rng.choice(["  ", "\n", " \t "]))))
    renamed = sql
    for alias in "opqvxyz":
        renamed = renamed.replace(f"{alias}.", f"new_{alias}.").replace(f"AS {alias} ", f"new_{alias} ")
    renamed = renamed.replace("WITH q AS", "WITH new_q AS").replace("JOIN q ", "JOIN new_q ")
    assert renamed.count("new_")
    assert em(sql, renamed.replace("AS o", "AS new_o") if renamed.endswith("AS o") else renamed)


@settings(deadline=None)
@given(queries, queries)
def test_matching_is_symmetric(first, second):
    gold, pred = spelled(first), spelled(second)
    assert em(gold, pred) == em(pred, gold)


@settings(deadline=None)
@given(queries, comparisons)
def test_a_condition_more_never_matches(query, condition):
    select, where, tail, shared = query
    assert not em(spelled(query), spelled((select, [*where, condition], tail, shared)))


@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join) | st.text())
@settings(max_examples=300, deadline=None)
def test_no_text_raises(text):
    stand(text)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.parity) if "MB" in name else name for name in DEGENERATE],
)
def test_no_degenerate_text_raises(name):
    stand(DEGENERATE[name])


@pytest.mark.shared
def test_stands_mutations_of_real_queries(verdicts):
    assert 20 < survivors(verdicts, 300) < 280


@pytest.mark.shared
@pytest.mark.parity
@pytest.mark.timeout(1800)
def test_stands_ten_thousand_mutations_and_forgets_them(verdicts):
    """Nothing of them is kept but bounded caches, which the first half fills."""
    tracemalloc.start()
    survivors(verdicts, 5_000, seed=1)
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    assert 500 < survivors(verdicts, 5_000, seed=2) < 4_500
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 20_000_000


def survivors(verdicts, count, seed=0):
    golds = [item["pred"] for item in verdicts("spider_dev/gold.jsonl")]
    return sum(stand(text) for text in mutations(golds, count, seed))


def stand(text):
    """Put a text through everything that reads SQL; tell whether it is still a query."""
    plain = "SELECT name FROM owner"
    for sql in (text, extract(text) or ""):
        for variant in ("spider", "test-suite"):
            assert spider.exact_match(plain, sql, SCHEMA, variant).exact in (True, False)
        spider.hardness(spider.parse(sql, SCHEMA))
        assert modern.exact_match(plain, sql, SCHEMA).exact in (True, False)
        own = modern.exact_match(sql, sql, SCHEMA)
        assert own.exact == (not own.gold_unparsed)
    return not own.gold_unparsed
