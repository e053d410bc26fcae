"""Schemas and questions that prompts are written for, and a small real database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from bench.methods import PromptSpec
from bench.prompts import Prompter
from bench.types import Column, Dataset, Example, ForeignKey, Schema, Table, Turn


def columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


SCHEMA = Schema(
    "concert_singer",
    (
        Table(
            "stadium",
            columns("Stadium_ID", "Location", "Name", "Capacity", "Highest", "Lowest", "Average"),
            ("Stadium_ID",),
        ),
        Table(
            "singer",
            columns("Singer_ID", "Name", "Country", "Song_Name", "Song_release_year", "Age", "Is_male"),
            ("Singer_ID",),
        ),
        Table(
            "concert", columns("concert_ID", "concert_Name", "Theme", "Stadium_ID", "Year"), ("concert_ID",)
        ),
        Table("singer_in_concert", columns("concert_ID", "Singer_ID"), ("concert_ID", "Singer_ID")),
    ),
    (
        ForeignKey("concert", "Stadium_ID", "stadium", "Stadium_ID"),
        ForeignKey("singer_in_concert", "Singer_ID", "singer", "Singer_ID"),
        ForeignKey("singer_in_concert", "concert_ID", "concert", "concert_ID"),
    ),
)
QUESTION = Example(
    "dev/0", "concert_singer", "How many singers do we have?", ("SELECT count(*) FROM singer",)
)
SMALL = Schema(
    "shop",
    (
        Table("item", (Column("id", "INTEGER"), Column("unit price", "REAL")), ("id",)),
        Table("sale", (Column("item", "INTEGER"),)),
    ),
    (ForeignKey("sale", "item", "item", "id"),),
)
TALK = Example(
    "t/1",
    "shop",
    "Only the\nexpensive ones.",
    ("SELECT 1",),
    evidence="expensive means above 10",
    history=(Turn("List the items.", "SELECT * FROM item"), Turn("Sorted.")),
)


def dataset(
    examples: Sequence[Example],
    schema: Schema,
    database: Path | None = None,
    split: str = "dev",
    dialect: str = "sqlite",
) -> Dataset:
    databases = {schema.db_id: database} if database else {}
    return Dataset(
        "toy",
        split,
        "Toy",
        "none",
        ("easy",),
        ("bird",),
        True,
        tuple(examples),
        {schema.db_id: schema},
        databases,
        f"toy-{split}",
        dialect,
    )


def text(spec: PromptSpec, example: Example, schema: Schema, database: Path | None = None) -> str:
    """Write one prompt."""
    return Prompter(spec, dataset([example], schema, database))(example)


WORLD = Schema(
    "world",
    (
        Table(
            "city",
            (
                Column("id", "integer"),
                Column("name", "text"),
                Column("country", "text", "country of the city", "ISO code of the country"),
                Column("founded", "date"),
            ),
            ("id",),
        ),
        Table("land", (Column("code", "text"), Column("Full Name", "text")), ("code",), "nation"),
        Table("wine", (Column("grape", "text"), Column("score", "real"))),
    ),
    (ForeignKey("city", "country", "land", "code"),),
)


def world(folder: Path) -> Path:
    """Make the database of ``WORLD``: with an index that would turn the rows around, and invalid text."""
    path = folder / "world.sqlite"
    database = sqlite3.connect(path)
    database.executescript("""
        CREATE TABLE city (id integer PRIMARY KEY, name text, country text, founded date);
        INSERT INTO city VALUES (3, 'York', 'GB', '0071-01-01'), (5, 'New York', 'US', '1624-05-01'),
            (9, 'Aachen', 'DE', NULL), (10, 'Aachen', '', '1800-01-01');
        CREATE INDEX by_name ON city (name, country, founded);
        CREATE TABLE land (code text PRIMARY KEY, "Full Name" text) WITHOUT ROWID;
        INSERT INTO land VALUES ('GB', 'Great Britain'), ('DE', 'Germany'), ('US', 'United States');
        CREATE TABLE wine (grape text, score real);
        INSERT INTO wine VALUES (CAST(x'52697cfc' AS text), 91.5);
        INSERT INTO wine VALUES ('a grape with a name of thirty characters', 3.0);
    """)
    database.commit()
    database.close()
    return path
