"""References: judging in the manner of the official scripts, and raw SQLite without any judging.

The manner is theirs, the code is not: for each question the schema is read from its database, each text
is cut into words by one pattern after another, and each query has a connection of its own.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import permutations, product
from pathlib import Path

import apsw

from bench.sql.rewrite import orders
from bench.sql.spider.grammar import parse_query
from bench.sql.spider.hardness import hardness
from bench.sql.spider.match import compare
from bench.sql.spider.names import names_of
from bench.sql.spider.normal import normalize
from bench.sql.spider.tree import Unparsed
from bench.types import Column, Schema, Table

Item = tuple[Path, str, str]
"""A database, a gold query and a prediction."""

WORDS = "select from where group order by having limit join on as and or not in like between union except"
PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(--|# ).*?(\r\n|\r|\n|$)",
        r"/\*[\s\S]*?\*/",
        r"(\r\n|\r|\n)",
        r"\s+",
        r":=",
        r"::",
        r"\*",
        r"`(``|[^`])*`",
        r"´(´´|[^´])*´",
        r"((?<![\w\"\$])\$(?:[_A-Z]\w*)?\$)[\s\S]*?\1",
        r"\?",
        r"%(\(\w+\))?s",
        r"(?<!\w)[$:?]\w+",
        r"\\\w+",
        r"(CASE|IN|VALUES|USING|FROM|AS)\b",
        r"[A-Z]\w*(?=\s*\.)",
        r"(?<=\.)[A-Z]\w*",
        r"[A-Z]\w*(?=\()",
        r"-?0x[\dA-F]+",
        r"-?\d+(\.\d+)?E-?\d+",
        r"(?![_A-Z])-?(\d+(\.\d*)|\.\d+)(?![_A-Z])",
        r"(?![_A-Z])-?\d+(?![_A-Z])",
        r"'(''|\\\\|\\'|[^'])*'",
        r"\"(\"\"|\\\\|\\\"|[^\"])*\"",
        r"(?<![\w\])])(\[[^\]\[]+\])",
        r"((LEFT\s+|RIGHT\s+|FULL\s+)?(INNER\s+|OUTER\s+)?|(CROSS\s+|NATURAL\s+)?)?JOIN\b",
        r"END(\s+IF|\s+LOOP|\s+WHILE)?\b",
        r"NOT\s+NULL\b",
        r"GROUP\s+BY\b",
        r"ORDER\s+BY\b",
        r"[0-9_A-Z][_$#\w]*",
        r"[;:()\[\],\.]",
        r"[<>=~!]+",
        r"[+/@#%^&|^-]+",
    )
]
PASSES = [re.compile(rf"({re.escape(mark)})(?=\S)") for mark in "()[]{}<>;@#$%&?!*«»“”„‘’–—'\",:|~^+=/"[:33]]
"""As many passes over a text as the tokenizer of the official exact match makes."""


def official_exact_match(items: Iterable[Item]) -> None:
    """Read the schema, cut and parse both texts, and compare, question by question."""
    for database, gold, answer in items:
        names = names_of(_schema(database))
        parsed = []
        for text in (gold, answer):
            for one in PASSES:
                one.sub(r" \1 ", text)
            parsed.append(parse_query(text, names, "spider"))
        if not isinstance(parsed[0], Unparsed):
            hardness(parsed[0])
        if not any(isinstance(query, Unparsed) for query in parsed):
            compare(*(normalize(query, names) for query in parsed))  # type: ignore[arg-type]


def official_execution(items: Iterable[Item]) -> None:
    """Read the schema, cut both texts, run each on a connection of its own, try orders of columns."""
    for database, gold, answer in items:
        _schema(database)
        rows = [
            _rows(database, "".join(word for word in _words(text) if word.lower() != "distinct"))
            for text in (gold, answer)
        ]
        _equal(*rows, orders(gold))


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


def _words(text: str) -> list[str]:
    words, at = [], 0
    while at < len(text):
        match = next(
            (found for pattern in PATTERNS if (found := pattern.match(text, at)) and found.end() > at), None
        )
        words.append(match.group() if match else text[at])
        at += len(words[-1])
    return words


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
