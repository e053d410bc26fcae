"""Scaffold: a live database or CSV files → a data set of one's own, with questions to begin with.

The database becomes a SQLite copy beside the questions, so that answers stay what they are when the
live one goes on. The questions that are written are a beginning: counts, extremes and values of each
table, true of the data and loadable at once, to be replaced by questions that people really ask.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from adapters.databases.build import Filling, build, spoken
from adapters.databases.sqlite import Sqlite
from adapters.datasets.tables import from_csv
from bench.errors import ConfigError, DataError
from bench.execute.live import Live, is_address
from bench.store import write_text
from bench.types import Schema, Table

SQLITE = (".sqlite", ".db", ".sqlite3")
DUCKDB = (".duckdb", ".ddb")
CSV = (".csv", ".tsv")
NUMBERS = ("INT", "REAL", "NUM", "DEC", "DOUB", "FLOAT")


def scaffold(folder: Path, sources: Sequence[str | Path], name: str = "") -> dict[str, int]:
    """Make the folder of a data set.

    Args:
        folder: where it is made; it must not be there, or be empty.
        sources: one SQLite or DuckDB database, the address of one, or CSV files or folders of them.
        name: what the data set and its database are called; the folder's name unless given.

    Returns:
        Split → how many questions it begins with.

    Raises:
        ConfigError: the folder holds something, or the sources do not go together.
        DataError: a source is missing, damaged or empty.
        BenchError: a server cannot be reached, or refuses the account.
    """
    name = name or folder.resolve().name
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError("is there already", where=str(folder), todo="name a folder that is not there")
    address = next((str(source) for source in sources if is_address(str(source))), "")
    files = [] if address else _files([Path(source) for source in sources])
    if address and len(sources) > 1:
        raise ConfigError("takes one database", where="--from", todo="make a set of each")
    database = folder / "database" / f"{name}.sqlite"
    database.parent.mkdir(parents=True, exist_ok=True)
    try:
        if address:
            build(database, _live(address))
        else:
            _copy(files, database)
        schema = Sqlite().introspect(database, name)
        questions = beginnings(schema)
        if not questions:
            raise DataError("has no table with a column", where=str(sources[0]))
    except BaseException:
        database.unlink(missing_ok=True)
        database.parent.rmdir()
        if not any(folder.iterdir()):
            folder.rmdir()
        raise
    write_text(folder / "set.toml", f'name = "{name}"\ntitle = "{name}"\nlicence = "internal"\n')
    splits = {"dev": questions[::2], "train": questions[1::2] or questions}
    for split, items in splits.items():
        lines = [json.dumps({"question": asked, "sql": sql}, ensure_ascii=False) for asked, sql in items]
        write_text(folder / f"{split}.jsonl", "\n".join(lines) + "\n")
    return {split: len(items) for split, items in splits.items()}


def beginnings(schema: Schema) -> list[tuple[str, str]]:
    """Write a few questions on each table, with their SQL."""
    return [pair for table in schema.tables for pair in _questions(table)]


def _questions(table: Table) -> list[tuple[str, str]]:
    if not table.columns:
        return []
    name = spoken(table.name)
    number = next((one.name for one in table.columns if one.type.upper().startswith(NUMBERS)), None)
    text = next((one.name for one in table.columns if not one.type.upper().startswith(NUMBERS)), None)
    found = [(f"How many rows does {table.name} have?", f"SELECT count(*) FROM {name}")]
    if number:
        asked = f"What are the lowest and the highest {number} of {table.name}?"
        found.append((asked, f"SELECT min({spoken(number)}), max({spoken(number)}) FROM {name}"))
    if text:
        asked = f"Which different {text} does {table.name} have?"
        found.append((asked, f"SELECT DISTINCT {spoken(text)} FROM {name}"))
    return found


def _files(sources: Sequence[Path]) -> list[Path]:
    """List the files that are meant; a folder stands for the CSV files in it."""
    found: list[Path] = []
    for source in sources:
        if not source.exists():
            raise DataError("is not there", where=str(source), todo="give a database or CSV files")
        inside = [source]
        if source.is_dir():
            inside = sorted(one for one in source.iterdir() if one.suffix.lower() in CSV)
        if not inside:
            raise DataError("holds no CSV file", where=str(source))
        found += inside
    kinds = {one.suffix.lower() for one in found}
    for unknown in sorted(kinds - {*SQLITE, *DUCKDB, *CSV}):
        raise ConfigError(
            f"'{unknown}' is not known", where="--from", todo=f"known: {', '.join((*SQLITE, *DUCKDB, *CSV))}"
        )
    if len(found) > 1 and not kinds <= set(CSV):
        raise ConfigError("takes one database, or CSV files", where="--from", todo="make a set of each")
    return found


def _live(address: str) -> Iterator[Filling]:
    """Read every table that the account may read."""
    live = Live(address, where="--from")
    return cast("Iterator[Filling]", cast("Any", live.adapter).tables(address))


def _copy(files: Sequence[Path], target: Path) -> None:
    kind = files[0].suffix.lower()
    if kind in CSV:
        build(target, from_csv(files))
    elif kind in DUCKDB:
        build(target, _live(f"duckdb:{files[0]}"))
    else:
        Sqlite().introspect(files[0], target.stem)  # says what is wrong with it, if anything
        uri = f"{files[0].resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
