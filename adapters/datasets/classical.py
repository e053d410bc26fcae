"""The classical sets, as text2sql-data brought them together: ATIS, GeoQuery, Advising, Scholar and more.

Finegan-Dollak et al., "Improving Text-to-SQL Evaluation Methodology", ACL 2018 (arXiv 1806.09029). Questions
and queries hold variables (``state_name0``), which are filled in here; where a question leaves one open, the
example that the set gives of it is taken. All published forms of a query are accepted.

``atis-dev`` is the split by question, ``atis-query-dev`` the one by query, in which no query of the training
split is asked. Academic, IMDB, Restaurants and Yelp are cut into ten parts for cross-validation:
``yelp`` is all of them. Only GeoQuery has a SQLite database that its gold runs on: that of Restaurants
calls its columns otherwise.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from adapters.datasets.described import read_list
from adapters.datasets.folder import Folder, Item, Parts, Splits
from adapters.datasets.listed import Field, entry
from adapters.datasets.text import read_text
from bench.types import Example

SPLIT = ("advising", "atis", "geography", "scholar")
RUNS = ("geography",)
FOLDED = ("academic", "imdb", "restaurants", "yelp")


def _files() -> Iterator[tuple[str, Parts]]:
    for name in SPLIT:
        for kind in ("", "-query"):
            for split in ("train", "dev", "test"):
                yield f"{name}{kind}-{split}", ((f"{name}.json", f"data/{name}.json"),)
    for name in FOLDED:
        yield name, ((f"{name}.json", f"data/{name}.json"),)


class Classical(Folder):
    """The classical sets."""

    name = "classical"
    title = "Classical sets (text2sql-data)"
    licence = "each its own: see the authors' LICENSE.md"
    page = "https://github.com/jkkummerfeld/text2sql-data"
    rules = ("bird",)
    files: ClassVar[Splits] = dict(_files())
    tables = ()
    holds = "atis.json, atis-schema.csv and the like"

    def items(self, path: Path) -> Sequence[Item]:
        """Lay the questions of a file out, each with its queries."""
        return [
            {**sentence, "entry": query, "db_id": path.stem}
            for query in read_list(path)
            for sentence in query["sentences"]
        ]

    def example(self, split: str, number: int, item: Item) -> Example:
        """Fill in the variables."""
        filled = {one["name"]: str(one["example"]) for one in item["entry"]["variables"]}
        filled |= {name: value for name, value in item["variables"].items() if value or name not in filled}
        golds = dict.fromkeys(_filled(sql, filled) for sql in item["entry"]["sql"])
        return Example(
            id=f"{self.name}/{split}/{number:04}",
            db_id=item["db_id"],
            question=_filled(item["text"], filled),
            gold=tuple(golds),
        )

    def chosen(self, split: str, items: Sequence[Item]) -> Sequence[Item]:
        """Take the questions of a split; some of Advising's are in none by question."""
        kind, _, part = split.rpartition("-")
        if not kind:
            return items
        if kind.endswith("-query"):
            return [item for item in items if item["entry"]["query-split"] == part]
        return [item for item in items if item["question-split"] == part]

    def described(self, split: str) -> dict[str, Item]:
        """Read ``<set>-schema.csv``."""
        name = split.partition("-")[0]
        path = self._file((f"{name}.json", f"data/{name}.json")).with_name(f"{name}-schema.csv")
        return {name: entry(name, _tables(path))} if path.is_file() else {}

    def database(self, split: str, db_id: str) -> Path:
        """Find the database of a set beside its questions."""
        names = (f"{db_id}-db.added-in-2020.sqlite", f"data/{db_id}-db.added-in-2020.sqlite")
        beside = [self.root / name for name in names if db_id in RUNS and (self.root / name).is_file()]
        return beside[0] if beside else super().database(split, db_id)


def _tables(path: Path) -> Mapping[str, Sequence[Field]]:
    """Read a schema; lines of dashes stand between tables."""
    tables: dict[str, list[Field]] = {}
    for row in csv.DictReader(read_text(path).splitlines(), skipinitialspace=True):
        table, name = row["Table Name"].strip(), row["Field Name"].strip()
        if table and table != "-":
            kind = (row["Type"] or "text").split()[0]
            is_key = row["Is Primary Key"].strip().lower() in ("y", "pri")
            tables.setdefault(table, []).append(Field(name, kind, is_key))
    return tables


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\w+", lambda word: values.get(word[0], word[0]), text).strip()
