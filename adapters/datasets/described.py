"""Described: schemas as ``tables.json`` of Spider and BIRD tells them, held against the databases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.databases.sqlite import Sqlite
from adapters.datasets.text import read_text
from bench.checksum import digest_all
from bench.errors import BenchError, DataError
from bench.types import Column, Example, ForeignKey, Schema, Table


def read_list(path: Path) -> list[dict[str, Any]]:
    """Read a file that holds a list of objects.

    Raises:
        DataError: it is missing, damaged, or something else.
    """
    items = read_json(path)
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise DataError(
            "is no list of objects, or an empty one", where=str(path), todo="unpack the archive again"
        )
    return items


def read_json(path: Path) -> object:
    """Read a JSON file, with or without a byte-order mark.

    Raises:
        DataError: it is missing, a Git LFS pointer, not UTF-8 or not JSON.
    """
    try:
        return json.loads(read_text(path))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(
            f"cannot be read ({error})", where=str(path), todo="give a JSON file, or unpack the archive again"
        ) from error


def schema(db_id: str, database: Path, described: Mapping[str, Any] | None) -> Schema:
    """Read tables and columns off the database, names and foreign keys off ``tables.json``.

    The official scripts do the same. Without a readable database the description has to serve. An
    unchanged pair is read once per process.
    """
    try:
        stat = database.stat()
        state = stat.st_size, stat.st_mtime_ns, stat.st_ino
    except OSError:
        state = -1, -1, -1
    key = db_id, str(database), state, json.dumps(described)
    if key not in _SCHEMAS:
        _SCHEMAS[key] = _read(db_id, database, described)
    return _SCHEMAS[key]


_SCHEMAS: dict[tuple[str, str, tuple[int, int, int], str], Schema] = {}


def _read(db_id: str, database: Path, described: Mapping[str, Any] | None) -> Schema:
    try:
        from_file = from_entry(described) if described else Schema(db_id, ())
    except (LookupError, TypeError, ValueError) as error:
        raise DataError(
            f"the description of the database '{db_id}' is damaged ({error!r})",
            where="tables.json, or what describes schemas in its place",
            todo="unpack the archive again",
        ) from error
    try:
        real = Sqlite().introspect(database, db_id)
    except BenchError:
        return from_file
    by_name = {table.name.lower(): table for table in from_file.tables}
    order = [*by_name]
    tables = sorted(real.tables, key=lambda table: _place(table.name, order))
    return Schema(
        db_id,
        tuple(_labelled(table, by_name.get(table.name.lower())) for table in tables),
        from_file.foreign_keys or real.foreign_keys,
    )


def faults(db_id: str, database: Path, described: Mapping[str, Any]) -> Iterable[str]:
    """Say in what a description and its database differ; nothing where the database is not there."""
    try:
        real = Sqlite().introspect(database, db_id)
    except BenchError:
        return
    told = from_entry(described)
    there, said = _columns(real), _columns(told)
    for table in sorted(said.keys() - there.keys()):
        yield f"table {table} is described, but not in the database"
    for table in sorted(there.keys() - said.keys()):
        yield f"table {table} is in the database, but not described"
    for table in sorted(there.keys() & said.keys()):
        for column in sorted(said[table] - there[table]):
            yield f"column {table}.{column} is described, but not in the database"
        for column in sorted(there[table] - said[table]):
            yield f"column {table}.{column} is in the database, but not described"
    for key in told.foreign_keys:
        if key.to_column.lower() not in there.get(key.to_table.lower(), ()):
            yield f"{key.table}.{key.column} refers to {key.to_table}.{key.to_column}, which is not there"


def _columns(schema: Schema) -> dict[str, set[str]]:
    return {table.name.lower(): {column.name.lower() for column in table.columns} for table in schema.tables}


def _labelled(table: Table, described: Table | None) -> Table:
    """Give a real table the names that people use, and the order of the description.

    The order matters: of columns that are keys of one another, exact match takes the first.
    """
    if described is None:
        return table
    known = {column.name.lower(): column for column in described.columns}
    order = [*known]
    columns = (
        replace(found, name=column.name, type=column.type)
        if (found := known.get(column.name.lower()))
        else column
        for column in table.columns
    )
    return Table(
        table.name,
        tuple(sorted(columns, key=lambda column: _place(column.name, order))),
        table.primary_key or described.primary_key,
        described.label,
    )


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name.lower()) if name.lower() in order else len(order)


def from_entry(item: Mapping[str, Any]) -> Schema:
    """Turn an entry of ``tables.json`` into a schema, foreign keys in the order of the file."""
    names: list[str] = item["table_names_original"]
    columns = [(int(table), str(name)) for table, name in item["column_names_original"]]
    primary = {columns[key] if isinstance(key, int) else None for key in item["primary_keys"]}
    labels = item.get("column_names", item["column_names_original"])
    told = item.get("column_descriptions") or [""] * len(columns)
    tables = tuple(
        Table(
            name,
            tuple(
                Column(column[1], kind, label[1], description)
                for column, label, kind, description in zip(
                    columns, labels, item["column_types"], told, strict=True
                )
                if column[0] == number
            ),
            tuple(column[1] for column in columns if column[0] == number and column in primary),
            item["table_names"][number],
        )
        for number, name in enumerate(names)
    )
    keys = tuple(
        ForeignKey(names[columns[a][0]], columns[a][1], names[columns[b][0]], columns[b][1])
        for a, b in item["foreign_keys"]
    )
    return Schema(item["db_id"], tables, keys)


def fingerprint(
    examples: Iterable[Example],
    databases: Mapping[str, Path],
    tables: Mapping[str, object],
    others: Mapping[str, Sequence[Path]],
) -> str:
    """Hash questions, with evidence and history, gold, descriptions and the bytes of every database asked.

    ``others`` are those of test suites, as :func:`suites` gives them.
    """
    parts = [json.dumps([item.id, item.db_id, item.question, item.gold, *_told(item)]) for item in examples]
    for db_id, path in databases.items():
        parts += [db_id, _content(path), json.dumps(tables.get(db_id), sort_keys=True)]
    parts += [_content(path) for paths in others.values() for path in paths]
    return digest_all(parts)


def _told(example: Example) -> list[object]:
    """Give what is told beside a question, if anything is."""
    history = [turn.question for turn in example.history]
    return [example.evidence, history] if example.evidence or history else []


def suites(databases: Mapping[str, Path]) -> dict[str, tuple[Path, ...]]:
    """Find test suites: the other SQLite files in a folder named like its database (arXiv 2010.02840)."""
    found: dict[str, tuple[Path, ...]] = {}
    for db_id, path in databases.items():
        if path.parent.name == db_id and path.parent.is_dir():
            beside = (one for one in path.parent.iterdir() if one.suffix == ".sqlite" and one != path)
            found[db_id] = tuple(sorted(beside))
    return {db_id: others for db_id, others in found.items() if others}


def _content(path: Path) -> str:
    """Hash a database; one that is missing or none at all is named when its questions are judged."""
    try:
        return Sqlite().content_hash(path)
    except DataError:
        return "unusable"
