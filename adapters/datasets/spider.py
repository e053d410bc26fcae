"""Spider 1.0, and every set laid out like it: questions as JSON, ``tables.json``, SQLite folders.

Yu et al., "Spider: A Large-Scale Human-Labeled Dataset for Complex and Cross-Domain Semantic Parsing
and Text-to-SQL Task", EMNLP 2018. The folder is the one the authors' archive unpacks to::

    dev.json  train_spider.json  train_others.json  tables.json  database/<db_id>/<db_id>.sqlite

A database missing from ``database/`` is also looked for in other folders beside it whose names
start with ``database``. Files that are absent or damaged are named when they are needed; they do
not stop the questions on other databases.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.databases.sqlite import Sqlite
from bench.errors import BenchError, ConfigError, DataError, near
from bench.identity import digest_all
from bench.types import Column, Dataset, Example, ForeignKey, Schema, Table

FILES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "train": (("train_spider.json", "train_spider_min.json"), ("train_others.json", "train_others_min.json")),
    "dev": (("dev.json",),),
}
"""Split → the files it is made of, each with the names it is known by."""


class Spider:
    """The Spider data set under a folder of the user's."""

    name = "spider"
    title = "Spider 1.0"
    licence = "CC BY-SA 4.0"
    levels = ("easy", "medium", "hard", "extra")
    rules = ("test-suite", "bird")
    synthetic = False
    splits = tuple(FILES)

    def __init__(self, root: Path | None = None) -> None:
        """Look at a folder.

        Raises:
            DataError: no folder is given, or it is not Spider's.
        """
        if root is None:
            raise DataError(
                "Spider is not embedded",
                where="data set 'spider'",
                todo="give the folder of its archive: --data DIR, or 'root' in the suite",
            )
        if not (root / "tables.json").is_file():
            raise DataError(
                "has no tables.json, so it is not Spider's folder",
                where=str(root),
                todo="give the folder that holds dev.json, tables.json and database/",
            )
        self.root = root

    def load(self, split: str) -> Dataset:
        """Load one split.

        Raises:
            ConfigError: no such split.
            DataError: a file of questions is missing or damaged.
        """
        if split not in FILES:
            raise ConfigError(f"unknown split '{split}'", where="data set 'spider'", todo=near(split, FILES))
        items = [item for names in FILES[split] for item in _read(self._file(names))]
        tables = {table["db_id"]: table for table in _read(self.root / "tables.json")}
        wanted = sorted({item["db_id"] for item in items})
        databases = {db_id: self._database(db_id) for db_id in wanted}
        schemas = {db_id: _schema(db_id, databases[db_id], tables.get(db_id)) for db_id in wanted}
        examples = tuple(_example(split, number, item) for number, item in enumerate(items))
        return Dataset(
            name=self.name,
            split=split,
            title=self.title,
            licence=self.licence,
            levels=self.levels,
            rules=self.rules,
            synthetic=self.synthetic,
            examples=examples,
            schemas=schemas,
            databases=databases,
            fingerprint=_fingerprint(examples, databases, tables),
        )

    def _file(self, names: Iterable[str]) -> Path:
        paths = [self.root / name for name in names]
        found = next((path for path in paths if path.is_file()), None)
        if found is None:
            raise DataError(
                f"has no {paths[0].name}", where=str(self.root), todo="give the folder that holds it"
            )
        return found

    def _database(self, db_id: str) -> Path:
        """Find a database; where there is none, say where it should be."""
        folders = [self.root / "database", *sorted(self.root.glob("database?*"))]
        paths = [folder / db_id / f"{db_id}.sqlite" for folder in folders]
        return next((path for path in paths if path.is_file()), paths[0])


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"cannot be read ({error})", where=str(path), todo="unpack the archive again"
        ) from error
    if not isinstance(items, list):
        raise DataError("is not a list of questions", where=str(path), todo="unpack the archive again")
    return items


def _example(split: str, number: int, item: Mapping[str, Any]) -> Example:
    return Example(
        id=f"spider/{split}/{number:04}",
        db_id=item["db_id"],
        question=item["question"].strip(),
        gold=(item["query"].strip(),),
    )


def _schema(db_id: str, database: Path, described: Mapping[str, Any] | None) -> Schema:
    """Read tables and columns off the database, names and foreign keys off ``tables.json``.

    The official scripts do the same. Without a readable database the description has to serve.
    """
    from_file = _described(described) if described else Schema(db_id, ())
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


def _labelled(table: Table, described: Table | None) -> Table:
    """Give a real table the names that people use, and the order of the description.

    The order matters: of columns that are keys of one another, exact match takes the first.
    """
    if described is None:
        return table
    labels = {column.name.lower(): column.label for column in described.columns}
    order = [*labels]
    columns = (
        Column(column.name, column.type, labels.get(column.name.lower(), "")) for column in table.columns
    )
    return Table(
        table.name,
        tuple(sorted(columns, key=lambda column: _place(column.name, order))),
        table.primary_key or described.primary_key,
        described.label,
    )


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name.lower()) if name.lower() in order else len(order)


def _described(item: Mapping[str, Any]) -> Schema:
    """Turn an entry of ``tables.json`` into a schema, foreign keys in the order of the file."""
    names: list[str] = item["table_names_original"]
    columns = [(int(table), str(name)) for table, name in item["column_names_original"]]
    primary = {columns[key] if isinstance(key, int) else None for key in item["primary_keys"]}
    tables = tuple(
        Table(
            name,
            tuple(
                Column(column[1], kind, label[1])
                for column, label, kind in zip(
                    columns, item["column_names"], item["column_types"], strict=True
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


def _fingerprint(
    examples: Iterable[Example], databases: Mapping[str, Path], tables: Mapping[str, object]
) -> str:
    """Hash questions, gold, descriptions and the bytes of every database asked."""
    sqlite = Sqlite()
    parts = [json.dumps([item.id, item.db_id, item.question, item.gold]) for item in examples]
    for db_id, path in databases.items():
        content = sqlite.content_hash(path) if path.is_file() else "missing"
        parts += [db_id, content, json.dumps(tables.get(db_id), sort_keys=True)]
    return digest_all(parts)
