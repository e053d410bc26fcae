"""References: judging in the manner of the official scripts, and raw SQLite without any judging.

The manner is theirs, the code is not: for each question the schema is read from its database, each text
is cut into words by NLTK and by sqlparse, and each query has a connection of its own. What they do with
the words is done by our own parser, which is quicker than theirs.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import permutations, product
from pathlib import Path

import apsw
import sqlparse
from nltk.tokenize import NLTKWordTokenizer

from bench.sql.rewrite import orders
from bench.sql.spider.grammar import parse_words
from bench.sql.spider.hardness import hardness
from bench.sql.spider.match import clauses, compare
from bench.sql.spider.names import Names, names_of
from bench.sql.spider.normal import normalize
from bench.sql.spider.tokens import tokenize
from bench.sql.spider.tree import Query, Unparsed
from bench.types import Column, Schema, Table

Item = tuple[Path, str, str]
"""A database, a gold query and a prediction."""

WORDS = NLTKWordTokenizer()
"""What the official scripts cut their texts into words with, but for its splitting of sentences."""


def official_exact_match(items: Iterable[Item]) -> None:
    """Read the schema, cut and parse both texts, and compare, question by question."""
    for database, gold, answer in items:
        names = names_of(_schema(database))
        label, other = _parsed(gold, names), _parsed(answer, names)
        if isinstance(label, Query) and isinstance(other, Query):
            compare(clauses(normalize(label, names)), clauses(normalize(other, names)))


def official_execution(items: Iterable[Item]) -> None:
    """Read the schema, parse both texts, take DISTINCT out of them, run each, try orders of columns."""
    for database, gold, answer in items:
        names = names_of(_schema(database))
        for text in (gold, answer):
            _parsed(text, names)
        rows = [_rows(database, _without_distinct(text)) for text in (gold, answer)]
        _equal(rows[0], rows[1], orders(gold))


def _parsed(text: str, names: Names) -> Query | Unparsed:
    WORDS.tokenize(text)
    query = parse_words(tokenize(text) or [], names, "spider")
    hardness(query) if isinstance(query, Query) else None
    return query


def _without_distinct(text: str) -> str:
    return "".join(
        [
            token.value
            for statement in sqlparse.parse(text)
            for token in statement.flatten()
            if token.value.lower() != "distinct"
        ]
    )


def raw(items: Iterable[Item]) -> None:
    """Run every query once on kept connections and fetch its rows: no judging could be faster."""
    kept: dict[Path, apsw.Connection] = {}
    for database, *texts in items:
        if database not in kept:
            uri = f"file:{database}?mode=ro&immutable=1"
            kept[database] = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READONLY)
        for sql in texts:
            try:
                kept[database].execute(sql).fetchall()
            except (apsw.Error, UnicodeDecodeError):
                continue


def _schema(database: Path) -> Schema:
    with closing(sqlite3.connect(database)) as connection:
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return Schema(
            database.stem,
            tuple(
                Table(
                    name,
                    tuple(
                        Column(row[1])
                        for row in connection.execute(f"PRAGMA table_info(`{name}`)").fetchall()
                    ),
                )
                for (name,) in named
            ),
        )


def _rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        connection.text_factory = lambda raw: raw.decode(errors="ignore")
        try:
            return connection.execute(sql).fetchall()
        except sqlite3.Error:
            return []


def _equal(gold: Sequence[tuple], pred: Sequence[tuple], in_order: bool) -> bool:
    if len(gold) != len(pred) or not gold or len(gold[0]) != len(pred[0]):
        return gold == pred
    sets = [[{row[at] for row in rows} for at in range(len(gold[0]))] for rows in (gold, pred)]
    fitting = [[at for at, values in enumerate(sets[1]) if values == own] for own in sets[0]]
    orders = permutations(range(len(gold[0]))) if len(gold[0]) <= 3 else product(*fitting)
    for order in orders:
        moved = [tuple(row[at] for at in order) for row in pred]
        if gold == moved if in_order else Counter(gold) == Counter(moved):
            return True
    return False
