"""Folder: data sets that are a folder of questions in JSON, ``tables.json`` and SQLite databases.

Spider laid out its archive like this, and most sets since follow it::

    dev.json  train.json  tables.json  database/<db_id>/<db_id>.sqlite

A set of this kind is a child of :class:`Folder` that says how its files and fields are called. One
that rewrites the questions of another set, its *host*, asks the host's databases: what its own folder
lacks is looked for beside it in a folder named like the host, and in the host as it is installed.

Files that are absent or damaged are named when they are needed; a database that is missing does not
stop the questions on others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from adapters.datasets.described import faults, fingerprint, read_list, schema, suites
from bench.errors import ConfigError, DataError, near
from bench.sets.protocol import AbsentError
from bench.sets.shelf import installed
from bench.sets.source import Source
from bench.types import Dataset, Example, Schema

Item: TypeAlias = Mapping[str, Any]

Parts: TypeAlias = tuple[tuple[str, ...], ...]
"""The files that a split is made of, each with the names it is known by."""

Splits: TypeAlias = Mapping[str, Parts]


_NAME = re.compile(r"(?!\.)[^/\\]+")
"""The name of a database, which names a file as well: no way leads out of the folder by it."""


class Folder:
    """A data set in a folder of the user's, or as it is installed."""

    name: ClassVar[str]
    title: ClassVar[str]
    licence: ClassVar[str]
    levels: ClassVar[tuple[str, ...]] = ("easy", "medium", "hard", "extra")
    rules: ClassVar[tuple[str, ...]] = ("test-suite", "bird")
    synthetic: ClassVar[bool] = False
    splits: ClassVar[tuple[str, ...]]

    files: ClassVar[Splits]
    """Split → its files."""
    tables: ClassVar[tuple[str, ...]] = ("tables.json",)
    """Names of the file that describes the schemas."""
    databases: ClassVar[tuple[str, ...]] = ("database", "database?*")
    """Patterns of the folders that hold the databases, the best first."""
    host: ClassVar[str] = ""
    """The data set whose databases are asked, if not its own."""
    kept: ClassVar[str] = ""
    """The installed data set whose folder this one reads, if it has none of its own."""
    question: ClassVar[tuple[str, ...]] = ("question",)
    query: ClassVar[tuple[str, ...]] = ("query",)
    holds: ClassVar[str] = "dev.json, tables.json and database/"
    """What its folder holds, for messages."""
    golds: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Split → other files of gold that are published for it, in the order of its questions."""
    bare: ClassVar[tuple[str, ...]] = ()
    """Splits that come without databases, for no query of theirs is meant to run."""
    page: ClassVar[str] = ""
    """Where its authors offer it."""
    sources: ClassVar[tuple[Source, ...]] = ()
    """Its files at addresses that stay, if they have such."""

    def __init_subclass__(cls) -> None:
        if "files" in cls.__dict__:
            cls.splits = tuple(cls.files)

    def __init__(self, root: Path | None = None) -> None:
        """Look at a folder, or at what is installed.

        Raises:
            DataError: no folder is given and none installed, or it is not this data set's.
        """
        found = installed(self.kept or self.name) if root is None else None
        if root is None and found is None:
            raise DataError(
                f"{self.title} is not installed",
                where=f"data set '{self.name}'",
                todo=f"install it (bench data add {self.kept or self.name} --from DIR_OR_ARCHIVE), "
                "give --data DIR, or set 'root' in the suite",
            )
        self.root = root or (found.folder if found else Path())
        self.roots = (self.root, *self._hosts())
        self._refuse_stranger()

    def load(self, split: str) -> Dataset:
        """Load one split.

        Raises:
            ConfigError: no such split.
            DataError: a file is missing or damaged, a question lacks a field, or two share an id.
        """
        self.refuse_unknown(split)
        examples: list[Example] = []
        for names in self.files[split]:
            path = self._file(names)
            items = self.chosen(split, self.items(path))
            examples += read_examples(self, split, items, path, len(examples))
        refuse_twice(examples, str(self.root))
        return self._dataset(split, examples)

    def items(self, path: Path) -> Sequence[Item]:
        """Read one file of questions."""
        return read_list(path)

    def chosen(self, split: str, items: Sequence[Item]) -> Sequence[Item]:  # noqa: ARG002
        """Choose the entries of a file that are of a split, where the file holds several."""
        return items

    def example(self, split: str, number: int, item: Item) -> Example:
        """Make an example of one entry of a file.

        Raises:
            KeyError: a field is missing.
        """
        return Example(
            id=f"{self.name}/{split}/{number:04}",
            db_id=item["db_id"],
            question=first(item, self.question).strip(),
            gold=(first(item, self.query).strip(),),
        )

    def described(self, split: str) -> dict[str, Item]:
        """Read how the schemas of a split are described, by database."""
        found = next((path for path in self.descriptions(split) if path.is_file()), None)
        return {table["db_id"]: table for table in read_list(found)} if found else {}

    def descriptions(self, split: str) -> Sequence[Path]:  # noqa: ARG002
        """List where the schemas of a split may be described, the best first."""
        return [root / name for root in self.roots for name in self.tables]

    def folders(self, split: str) -> Sequence[Path]:  # noqa: ARG002
        """List the folders that may hold the databases of a split, the best first."""
        return [folder for root in self.roots for name in self.databases for folder in _folders(root, name)]

    def database(self, split: str, db_id: str) -> Path:
        """Find a database; where there is none, say where it should be."""
        paths = [folder / db_id / f"{db_id}.sqlite" for folder in self.folders(split)]
        return next((path for path in paths if path.is_file()), paths[0])

    def versions(self, split: str) -> dict[str, list[str]]:
        """Read the other golds of a split, by file: one for each question, in order."""
        paths = [self.root / name for name in self.golds.get(split, ())]
        return {path.name: read_golds(path) for path in paths if path.is_file()}

    def schema_faults(self, split: str) -> Iterable[tuple[str, str]]:
        """Say in what the description of a schema and its database differ, by database."""
        for db_id, item in sorted(self.described(split).items()):
            yield from ((db_id, fault) for fault in faults(db_id, self.database(split, db_id), item))

    def dialect(self, split: str) -> str:  # noqa: ARG002
        """Name the language of a split's gold queries."""
        return "sqlite"

    def _dataset(self, split: str, examples: Sequence[Example]) -> Dataset:
        tables = self.described(split)
        dialect = self.dialect(split)
        wanted = sorted({example.db_id for example in examples})
        databases = {db_id: self.database(split, db_id) for db_id in wanted}
        others = suites(databases)
        return self.made(
            split,
            examples,
            schemas={db_id: schema(db_id, path, tables.get(db_id)) for db_id, path in databases.items()},
            databases={db_id: _spoken(path, dialect) for db_id, path in databases.items()},
            fingerprint=fingerprint(examples, databases, tables, others),
            dialect=dialect,
            suites=others,
        )

    def made(
        self,
        split: str,
        examples: Sequence[Example],
        *,
        schemas: Mapping[str, Schema],
        databases: Mapping[str, Path],
        fingerprint: str,
        dialect: str = "sqlite",
        suites: Mapping[str, tuple[Path, ...]] | None = None,
    ) -> Dataset:
        """Make a split of what was read of it, and of what is so of the whole data set."""
        return Dataset(
            name=self.name,
            split=split,
            title=self.title,
            licence=self.licence,
            levels=self.levels,
            rules=self.rules,
            synthetic=self.synthetic,
            examples=tuple(examples),
            schemas=schemas,
            databases=databases,
            fingerprint=fingerprint,
            dialect=dialect,
            suites=suites or {},
        )

    def refuse_unknown(self, split: str) -> None:
        """Refuse a split that the data set does not have.

        Raises:
            ConfigError: with near misses.
        """
        if split not in self.files:
            raise ConfigError(
                f"unknown split '{split}'", where=f"data set '{self.name}'", todo=near(split, self.files)
            )

    def _hosts(self) -> tuple[Path, ...]:
        if not self.host:
            return ()
        mine = installed(self.host)
        return (self.root.parent / self.host, *((mine.folder,) if mine else ()))

    def _refuse_stranger(self) -> None:
        """Refuse a folder that is not this data set's."""
        questions = [name for parts in self.files.values() for names in parts for name in names]
        wanted = questions if self.host or not self.tables else self.tables
        if not any((self.root / name).is_file() for name in wanted):
            raise AbsentError(
                f"has no {wanted[0]}, so it is not the folder of {self.title}",
                where=str(self.root),
                todo=f"give the folder that holds {self.holds}",
            )

    def _file(self, names: Iterable[str]) -> Path:
        paths = [self.root / name for name in names]
        found = next((path for path in paths if path.is_file()), None)
        if found is None:
            raise AbsentError(
                f"has no {paths[0].name}",
                where=str(self.root),
                todo=f"give the folder that holds {self.holds}",
            )
        return found


def read_examples(
    folder: Folder, split: str, items: Iterable[Item], path: Path, begin: int = 0
) -> list[Example]:
    """Make examples of the entries of one file, numbered from ``begin``.

    Raises:
        DataError: an entry lacks a field, or a field is of another kind.
    """
    made = []
    for number, item in enumerate(items):
        try:
            one = folder.example(split, begin + number, item)
            if not isinstance(one.db_id, str) or not _NAME.fullmatch(one.db_id):
                raise KeyError("db_id")
        except (LookupError, AttributeError, TypeError, ValueError) as error:
            lacks = isinstance(error, KeyError)
            raise DataError(
                f"question {number} {f'has no usable {error}' if lacks else f'is damaged ({error})'}",
                where=str(path),
                todo="each needs db_id, question and query; get the file again if it is not yours",
            ) from error
        made.append(one)
    return made


def read_golds(path: Path) -> list[str]:
    """Read a file of gold: JSON objects with SQL, or lines of SQL, a tab and a database."""
    if path.suffix == ".json":
        return [str(item.get("SQL", item.get("query", ""))) for item in read_list(path)]
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.partition("\t")[0].strip() for line in lines if line.strip()]


def first(item: Item, names: Sequence[str]) -> str:
    """Give the field that is there of several.

    Raises:
        KeyError: none of them is, or it is no text.
    """
    name = next((name for name in names if name in item), names[0])
    if not isinstance(item[name], str):
        raise KeyError(name)
    return str(item[name])


def refuse_twice(examples: Iterable[Example], where: str) -> None:
    """Refuse two examples with one id, and none at all.

    Raises:
        AbsentError: there is no example.
        DataError: with the id.
    """
    found = Counter(example.id for example in examples).most_common(1)
    if not found:
        raise AbsentError("holds no question", where=where, todo="get the file again")
    ((name, count),) = found
    if count > 1:
        raise DataError(f"{count} questions have the id '{name}'", where=where, todo="give each its own")


def _spoken(database: Path, dialect: str) -> Path:
    """Name the database that gold can be run on: not the SQLite file where gold is not SQLite's."""
    return database if dialect == "sqlite" else database.with_suffix(f".{dialect}")


def _folders(root: Path, pattern: str) -> Sequence[Path]:
    return sorted(root.glob(pattern)) if "*" in pattern else [root / pattern]
