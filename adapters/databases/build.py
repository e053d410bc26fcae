"""Build: tables as values → a SQLite database, made beside its place and moved there when it is whole."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from bench.types import Scalar

_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filling:
    """A table to be made: its columns with their declared types, its rows, its primary key."""

    name: str
    columns: Sequence[tuple[str, str]]
    rows: Iterable[Sequence[Scalar]]
    primary_key: Sequence[str] = ()

    def ddl(self, types: Mapping[str, str], quote: Callable[[str], str]) -> str:
        """Write its CREATE TABLE in the words of another engine.

        Args:
            types: type of a column as this table says it → the engine's word.
            quote: writes a name as the engine wants it.
        """
        parts = [f"{quote(name)} {types[kind]}" for name, kind in self.columns]
        if self.primary_key:
            parts.append(f"PRIMARY KEY ({', '.join(map(quote, self.primary_key))})")
        return f"CREATE TABLE {quote(self.name)} ({', '.join(parts)})"


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
