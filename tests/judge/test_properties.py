"""Every comparison of results against its definition, on what a plain SQLite gives for drawn queries.

The definitions are as slow as they are short: they list every right answer there is.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, permutations, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.execute import Executor
from bench.judge.judge import judge
from bench.types import Column, Dataset, Example, Prediction, Row, Schema, Table

NAMES = ("a", "b", "c")
ROWS = [(1, "x", 2.0), (1, "y", 2.0), (2, "x", None), (2, "x", None), (3, "y", 0.5)]
TABLE = f"CREATE TABLE t({', '.join(NAMES)})"
METRICS = ("ex.bird", "ex.bag", "ex.ordered", "ex.strict", "ex.subset", "ex.test-suite-distinct")


@st.composite
def queries(draw: st.DrawFn) -> tuple[list[str], list[str], int | None]:
    """Draw the columns, the sort keys and the LIMIT of a query."""
    columns = draw(st.permutations(NAMES))[: draw(st.integers(1, 3))]
    keys = draw(st.permutations(NAMES))[: draw(st.integers(0, 2))]
    return list(columns), list(keys), draw(st.sampled_from([None, None, 1, 2, 3, 4])) if keys else None


def text(columns: Sequence[str], keys: Sequence[str], limit: int | None, *, distinct: bool = False) -> str:
    sql = f"SELECT {'DISTINCT ' if distinct else ''}{', '.join(columns)} FROM t"
    sql += f" ORDER BY {', '.join(keys)}" if keys else ""
    return sql if limit is None else f"{sql} LIMIT {limit}"


def answers(columns: Sequence[str], keys: Sequence[str], limit: int | None) -> Iterator[list[Row]]:
    """List every right answer: each way to order rows of equal rank, cut by the LIMIT."""
    places, ranks = ([NAMES.index(name) for name in names] for names in (columns, keys))

    def rank(row: Row) -> list[tuple[bool, object]]:
        return [(row[at] is not None, row[at]) for at in ranks]

    groups = [list(group) for _, group in groupby(sorted(ROWS, key=rank), key=rank)]
    for order in product(*(permutations(group) for group in groups)):
        rows = [tuple(row[at] for at in places) for group in order for row in group]
        yield rows[:limit]


def in_some_order(pred: Sequence[Row], width: int) -> Iterator[list[Row]]:
    """List the prediction with each choice and order of ``width`` of its columns."""
    for places in permutations(range(len(pred[0])), width):
        yield [tuple(row[at] for at in places) for row in pred]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("properties") / "t.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(TABLE)
        connection.executemany("INSERT INTO t VALUES(?, ?, ?)", ROWS)
    connection.close()
    return path


@pytest.fixture(scope="module")
def running() -> Iterator[Executor]:
    with Executor(workers=1) as executor:
        yield executor


@settings(max_examples=150, deadline=None)
@given(queries(), queries(), st.booleans())
def test_every_rule_is_its_definition(
    database: Path, running: Executor, asked: tuple, answered: tuple, distinct: bool
):
    gold, answer = text(*asked), text(*answered, distinct=distinct)
    connection = sqlite3.connect(database)
    rows, pred = connection.execute(gold).fetchall(), connection.execute(answer).fetchall()
    connection.close()
    width, ordered = len(rows[0]), bool(asked[1])
    right = [Counter(rows)] if not ordered else list(answers(*asked))

    def is_right(table: list[Row]) -> bool:
        return (table if ordered else Counter(table)) in right

    moved = list(in_some_order(pred, width))
    same_width = len(pred[0]) == width
    expected = {
        "ex.bird": set(rows) == set(pred),
        "ex.bag": Counter(rows) == Counter(pred),
        "ex.ordered": rows == pred,
        "ex.strict": same_width and any(map(is_right, moved)),
        "ex.subset": any(map(is_right, moved)),
        "ex.test-suite-distinct": same_width
        and any(rows == one if ordered else Counter(rows) == Counter(one) for one in moved),
    }
    schema = Schema("t", (Table("t", tuple(map(Column, NAMES))),))
    example = Example("0", "t", "?", (gold,))
    dataset = Dataset(
        "x", "dev", "X", "none", (), ("bird",), True, (example,), {"t": schema}, {"t": database}, "f"
    )
    found = next(judge(dataset, [Prediction("0", answer, answer)], METRICS, running)).metrics
    assert found == expected
