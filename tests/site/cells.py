"""Cells of three small models on a few questions, as a store would give them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from bench.results import CellResult
from bench.types import (
    Column,
    Dataset,
    Example,
    Fit,
    ForeignKey,
    Outcome,
    Prediction,
    Schema,
    Status,
    Table,
    Turn,
    Verdict,
)

CONCERT = """
CREATE TABLE singer (id INTEGER PRIMARY KEY, name TEXT, country TEXT, age INTEGER);
CREATE TABLE concert (id INTEGER PRIMARY KEY, title TEXT, year INTEGER, singer_id INTEGER, seats INTEGER);
INSERT INTO singer VALUES (1,'Ana Reis','Portugal',31),(2,'Bo Lind','Sweden',44),(3,'Cy Okoro','Nigeria',27),
  (4,'Di Faro','Portugal',NULL);
INSERT INTO concert VALUES (1,'Night Music',2021,1,900),(2,'Harbour',2022,2,1200),(3,'Open Air',2022,1,5400),
  (4,'Winter',2023,3,640);
"""
MUSEUM = """
CREATE TABLE museum (id INTEGER PRIMARY KEY, name TEXT, city TEXT, opened INTEGER);
CREATE TABLE visit (museum_id INTEGER, day TEXT, visitors INTEGER, revenue REAL);
INSERT INTO museum VALUES (1,'Tide House','Porto',1998),(2,'Glass Works','Turku',2006),
  (3,'O''Hara Hall','Cork',1974);
INSERT INTO visit VALUES (1,'2023-05-01',120,840.5),(1,'2023-05-02',90,630.0),(2,'2023-05-01',300,2400.0),
  (3,'2023-05-01',45,NULL);
"""
SCHEMAS = {
    "concert": Schema(
        "concert",
        (
            Table(
                "singer",
                (
                    Column("id", "INTEGER"),
                    Column("name", "TEXT"),
                    Column("country", "TEXT"),
                    Column("age", "INTEGER"),
                ),
                ("id",),
            ),
            Table(
                "concert",
                (
                    Column("id", "INTEGER"),
                    Column("title", "TEXT"),
                    Column("year", "INTEGER"),
                    Column("singer_id", "INTEGER", "singer"),
                    Column("seats", "INTEGER", "number of seats"),
                ),
                ("id",),
            ),
        ),
        (ForeignKey("concert", "singer_id", "singer", "id"),),
    ),
    "museum": Schema(
        "museum",
        (
            Table(
                "museum",
                (
                    Column("id", "INTEGER"),
                    Column("name", "TEXT"),
                    Column("city", "TEXT"),
                    Column("opened", "INTEGER"),
                ),
                ("id",),
            ),
            Table(
                "visit",
                (
                    Column("museum_id", "INTEGER"),
                    Column("day", "TEXT"),
                    Column("visitors", "INTEGER"),
                    Column("revenue", "REAL", "revenue in euros"),
                ),
            ),
        ),
        (ForeignKey("visit", "museum_id", "museum", "id"),),
    ),
}
QUESTIONS = (
    ("concert", "easy", "How many singers are there?", "SELECT COUNT(*) FROM singer"),
    ("concert", "easy", "List the names of all singers.", "SELECT name FROM singer"),
    ("museum", "easy", "Which cities have a museum?", "SELECT DISTINCT city FROM museum"),
    (
        "concert",
        "medium",
        "Which singers come from Portugal?",
        "SELECT name FROM singer WHERE country = 'Portugal'",
    ),
    (
        "concert",
        "medium",
        "Show the title of each concert with its singer.",
        "SELECT concert.title, singer.name FROM concert JOIN singer ON concert.singer_id = singer.id",
    ),
    ("museum", "medium", "What is the total revenue?", "SELECT SUM(revenue) FROM visit"),
    (
        "concert",
        "hard",
        "Which singer gave the most concerts?",
        (
            "SELECT singer.name FROM singer JOIN concert ON concert.singer_id = singer.id GROUP BY singer.id "
            "ORDER BY COUNT(*) DESC LIMIT 1"
        ),
    ),
    (
        "museum",
        "hard",
        "Which museums had more than 100 visitors on one day?",
        (
            "SELECT DISTINCT museum.name FROM museum JOIN visit ON visit.museum_id = museum.id "
            "WHERE visit.visitors > 100"
        ),
    ),
    (
        "museum",
        "hard",
        "Average visitors per museum?",
        "SELECT museum_id, AVG(visitors) FROM visit GROUP BY museum_id",
    ),
    (
        "concert",
        "extra",
        "Which singers never gave a concert?",
        "SELECT name FROM singer WHERE id NOT IN (SELECT singer_id FROM concert)",
    ),
    (
        "museum",
        "extra",
        "Which museum earned the most, and how much?",
        (
            "SELECT museum.name, SUM(visit.revenue) FROM museum JOIN visit ON visit.museum_id = museum.id "
            "GROUP BY museum.id ORDER BY SUM(visit.revenue) DESC LIMIT 1"
        ),
    ),
    (
        "museum",
        "extra",
        "Cities with a museum opened before 1980 or with fewer than 100 visitors on some day?",
        (
            "SELECT city FROM museum WHERE opened < 1980 UNION SELECT museum.city FROM museum JOIN visit "
            "ON visit.museum_id = museum.id WHERE visit.visitors < 100"
        ),
    ),
)
SLIPS = {
    3: ("SELECT name FROM singer WHERE country = 'Sweden'", None),
    4: ("SELECT title, singer_id FROM concert", None),
    5: ("SELECT SUM(income) FROM visit", (Status.ERROR_SCHEMA, "no such column: income")),
    6: ("SELECT name FROM singer ORDER BY age DESC LIMIT 1", None),
    7: ("SELECT name FROM museum, visit WHERE visitors > 100", None),
    8: ("SELECT museum_id, AVG(visitors FROM visit", (Status.ERROR_SYNTAX, 'near "FROM": syntax error')),
    9: (None, (Status.NOT_A_QUERY, "no statement was found")),
    10: ("SELECT name, SUM(revenue) FROM museum, visit", None),
    11: (
        "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT i FROM t",
        (Status.TIMEOUT, ""),
    ),
}
"""Question → a wrong answer to it, and how running it ends where it does not end well."""


def example(i: int) -> Example:
    db_id, level, question, gold = QUESTIONS[i]
    return Example(
        id=f"dev-{i + 1}",
        db_id=db_id,
        question=question,
        gold=(gold,),
        difficulty=level,
        evidence="revenue is counted in euros" if i == 5 else "",
        history=(Turn("List the names of all singers."),) if i == 9 else (),
    )


def ran(sql: str, db_id: str, steps: int) -> Outcome:
    connection = sqlite3.connect(":memory:")
    connection.executescript(CONCERT if db_id == "concert" else MUSEUM)
    cursor = connection.execute(sql)
    rows = cursor.fetchall()
    names = tuple(column[0] for column in cursor.description)
    connection.close()
    return Outcome(Status.OK, "", steps, len(rows), names, tuple(rows[:10]))


def verdict(i: int, asked: Example, sql: str | None, ended: tuple[Status, str] | None) -> Verdict:
    gold = ran(asked.gold[0], asked.db_id, 40 + 7 * i)
    right = sql == asked.gold[0]
    if ended is not None:
        answer = Outcome(*ended, steps=10_000_000 if ended[0] is Status.TIMEOUT else 0)
    else:
        assert sql is not None
        answer = ran(sql, asked.db_id, 38 + 9 * i)
    reason = (
        "" if right else "the results differ" if ended is None else f"the statement did not run: {ended[1]}"
    )
    return Verdict(
        asked.id,
        asked.db_id,
        asked.difficulty or "",
        {"ex.spider": right, "em.spider": right},
        gold,
        answer,
        reason,
    )


def cell(dataset: Dataset, model: str, method: str, slips: set[int], *, seed: int = 0) -> CellResult:
    """One finished cell that gets the questions in ``slips`` wrong."""
    predictions, verdicts = [], []
    for i, asked in enumerate(dataset.examples):
        sql, ended = SLIPS[i] if i in slips else (asked.gold[0], None)
        text = sql if sql is not None and i % 3 else f"Sure! Here is the query:\n```sql\n{sql or ''}\n```"
        predictions.append(Prediction(asked.id, text, sql, 180 + i, 12 + i))
        verdicts.append(verdict(i, asked, sql, ended))
    slug = f"{model}-{method}-mini-s{seed}"
    return CellResult(
        slug=slug,
        key="0a1b2c3d",
        model=model,
        method=method,
        dataset_name="mini",
        seed=seed,
        dataset=dataset,
        source=f"tiny:{model.removeprefix('tiny-')}",
        base_note="a toy model, trained from scratch on made-up schemas",
        method_text={"base": "the base as it is"}.get(method, f"{method} tuning, supervised fine-tuning"),
        fit=None if method == "base" else fit(method),
        predictions=tuple(predictions),
        verdicts=tuple(verdicts),
        prompts={
            asked.id: f"tables: {asked.db_id}\nquestion: {asked.question}\nSQL:" for asked in dataset.examples
        },
        seconds=1.5,
        provenance=provenance(method),
        command=f"bench run suites/tiny.toml --cell {slug}",
    )


def provenance(method: str) -> dict[str, object]:
    """Say how a cell was made, as the store does."""
    run = {
        "command": "bench run suites/tiny.toml",
        "date": "2026-11-20",
        "machine": {"processor": "a processor", "cores": 2, "memory_bytes": 8_000_000_000, "system": "Linux"},
        "source": {"commit": "0123456", "dirty": False},
        "versions": {"python": "3.11.7", "apsw": "3.50.4"},
    }
    settings = {"title": "", "tuning": {"kind": method, "rank": 8}, "training": {"lr": 0.001, "epochs": None}}
    trained = {} if method == "base" else {"fit": run, "method": settings}
    return {"dataset_fingerprint": "0" * 64, "predict": run, **trained}


def fit(method: str) -> Fit:
    trainable = {"lora": 41_984, "qlora": 41_984}.get(method, 852_000)
    return Fit(
        parameters=852_000 + (trainable if trainable < 100_000 else 0),
        trainable=trainable,
        steps=300,
        examples=1200,
        tokens=410_000,
        seconds=21.4,
        tokens_per_second=19158.9,
        peak_host_bytes=912_000_000,
        peak_device_bytes=None,
        device="cpu",
        threads=2,
        losses=tuple(
            (step, round(3.2 / (1 + step / 25) + 0.04 * (step % 3), 4)) for step in range(0, 301, 10)
        ),
    )


def absent(done: CellResult) -> CellResult:
    """The same point of the grid, before it was run."""
    return replace(
        done,
        missing="not run",
        fit=None,
        predictions=(),
        verdicts=(),
        prompts={},
        seconds=None,
        provenance={},
    )
