"""Build: tables as values → a SQLite database, made beside its place and moved there when it is whole."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from bench.types import Scalar

_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """What columns of a table must keep, in words that every engine knows.

    Attributes:
        kind: PRIMARY KEY, UNIQUE or FOREIGN KEY.
        table: whose columns they are.
        columns: the columns.
        to: the table that a foreign key references.
        to_columns: its columns, one by one.
        left: why a copy is made without it; empty where it is made.
    """

    kind: str
    table: str
    columns: tuple[str, ...]
    to: str = ""
    to_columns: tuple[str, ...] = ()
    left: str = ""

    def __str__(self) -> str:
        """Write it as people do."""
        columns = f"{self.table}({', '.join(self.columns)})"
        return f"{columns} → {self.to}({', '.join(self.to_columns)})" if self.to else columns

    def ddl(self, quote: Callable[[str], str]) -> str:
        """Write it as it stands in CREATE TABLE and after ALTER TABLE … ADD."""
        words = f"{self.kind} ({', '.join(map(quote, self.columns))})"
        target = f" REFERENCES {quote(self.to)} ({', '.join(map(quote, self.to_columns))})"
        return words + (target if self.to else "")


@dataclass(frozen=True, slots=True)
class Filling:
    """A table to be made: its columns with their declared types, its rows, its keys, what is never NULL."""

    name: str
    columns: Sequence[tuple[str, str]]
    rows: Iterable[Sequence[Scalar]]
    keys: Sequence[Key] = ()
    required: Collection[str] = ()

    def ddl(self, types: Mapping[str, str], quote: Callable[[str], str], keys: Iterable[Key] = ()) -> str:
        """Write its CREATE TABLE in the words of another engine.

        Args:
            types: type of a column as this table says it → the engine's word.
            quote: writes a name as the engine wants it.
            keys: those that are made before its rows are there.
        """
        columns = [
            f"{quote(name)} {types[kind]}{' NOT NULL' if name in self.required else ''}"
            for name, kind in self.columns
        ]
        parts = ", ".join([*columns, *(key.ddl(quote) for key in keys)])
        return f"CREATE TABLE {quote(self.name)} ({parts})"


def build(path: Path, tables: Iterable[Filling]) -> None:
    """Write a database that holds ``tables``.

    Of columns with one name the later ones get a number behind it; a short row is filled with NULL.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    unfinished.unlink(missing_ok=True)
    try:
        database = apsw.Connection(str(unfinished))
        try:
            database.execute("PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF")
            with database:
                for table in tables:
                    _fill(database, table)
        finally:
            database.close()
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def distinct(names: Iterable[str]) -> list[str]:
    """Tell names apart that differ in case only, or not at all.

    >>> distinct(["Year", "year", ""])
    ['Year', 'year 2', 'column']
    """
    seen: set[str] = set()
    told: list[str] = []
    for name in names:
        plain = " ".join(name.split()) or "column"
        number, chosen = 1, plain
        while chosen.lower() in seen:
            number += 1
            chosen = f"{plain} {number}"
        seen.add(chosen.lower())
        told.append(chosen)
    return told


def quoted(name: str) -> str:
    """Write a name so that SQL takes it for one, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def spoken(name: str) -> str:
    """Write a name as people write it, in quotes only where it needs them.

    >>> spoken("sale"), spoken("order"), spoken("unit price")
    ('sale', '"order"', '"unit price"')
    """
    return name if _PLAIN.fullmatch(name) and name.upper() not in apsw.keywords else quoted(name)


def _fill(database: apsw.Connection, table: Filling) -> None:
    names = distinct(name for name, _ in table.columns)
    columns = ", ".join(
        f"{quoted(name)} {kind}".strip() for name, (_, kind) in zip(names, table.columns, strict=True)
    )
    database.execute(f"CREATE TABLE {quoted(table.name)} ({columns})")
    places = ", ".join("?" * len(names))
    short = [None] * len(names)
    rows = ((*row, *short)[: len(names)] for row in table.rows)
    database.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({places})", rows)
