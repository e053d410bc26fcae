"""WikiSQL: one question on one table of Wikipedia, its gold given as a logical form.

Zhong, Xiong and Socher, "Seq2SQL: Generating Structured Queries from Natural Language using
Reinforcement Learning", 2017 (arXiv 1709.00103). The folder is ``data/`` of the authors' archive::

    train.jsonl  train.tables.jsonl  dev.jsonl  dev.tables.jsonl  test.jsonl  test.tables.jsonl

Logical forms become SQL, and the tables of a split one SQLite database under the user's cache. A
question's schema is its own table, with the columns called as in their headings. The authors compare
text in lower case; here text columns compare without case (``COLLATE NOCASE``), so that values keep
theirs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from platformdirs import user_cache_path

from adapters.databases.build import Filling, build, distinct, quoted
from adapters.datasets.folder import Folder, Item, Splits, read_examples, refuse_twice
from adapters.datasets.lines import read_lines
from bench.checksum import digest_all
from bench.errors import DataError
from bench.sets.protocol import AbsentError
from bench.sets.source import Source
from bench.types import Column, Dataset, Example, Scalar, Schema, Table

AGGREGATES = ("", "MAX", "MIN", "COUNT", "SUM", "AVG")
OPERATORS = ("=", ">", "<", "OP")
KINDS: Mapping[str, str] = {"real": "REAL", "text": "TEXT COLLATE NOCASE"}


class WikiSql(Folder):
    """The WikiSQL data set."""

    name = "wikisql"
    title = "WikiSQL"
    licence = "BSD 3-Clause"
    page = "https://github.com/salesforce/WikiSQL"
    sources = (
        Source(
            "https://raw.githubusercontent.com/salesforce/WikiSQL/a9e07caff1472ed242bf101c0b6fc6cd5a6fbabf/data.tar.bz2",
            "755c728ab188e364575705c8641f3fafd86fb089cb8b08e8c03f01832aae0881",
            "data.tar.bz2",
        ),
    )
    rules = ("bird",)
    files: ClassVar[Splits] = {
        split: ((f"{split}.jsonl", f"data/{split}.jsonl"),) for split in ("train", "dev", "test")
    }
    tables = ()
    holds = "dev.jsonl and dev.tables.jsonl"

    def load(self, split: str) -> Dataset:
        """Load one split; the first time, its database is made.

        Raises:
            ConfigError: no such split.
            DataError: a file is missing or damaged, or a question asks a table that is not there.
        """
        self.refuse_unknown(split)
        path = self._file(self.files[split][0])
        described = path.with_name(f"{split}.tables.jsonl")
        if not described.is_file():
            raise AbsentError(
                f"has no {described.name} beside it",
                where=str(path),
                todo=f"give the folder that holds {self.holds}",
            )
        tables = _tables(described)
        items = [{**item, "table": _known(tables, item, path)} for item in read_lines(path)]
        examples = read_examples(self, split, items, path)
        refuse_twice(examples, str(path))
        content = hashlib.sha256(described.read_bytes()).hexdigest()
        database = user_cache_path("text2sql-bench") / "wikisql" / f"{split}-{content[:16]}.sqlite"
        if not database.is_file():
            build(database, (_filling(item) for item in read_lines(described)))
        wanted = sorted({example.db_id for example in examples})
        return self.made(
            split,
            examples,
            schemas={name: Schema(name, (tables[name],)) for name in wanted},
            databases=dict.fromkeys(wanted, database),
            fingerprint=digest_all(
                [*(json.dumps([one.id, one.db_id, one.question, one.gold]) for one in examples), content]
            ),
        )

    def example(self, split: str, number: int, item: Item) -> Example:
        """Write the logical form as SQL."""
        return Example(
            id=f"{self.name}/{split}/{number:05}",
            db_id=item["table_id"],
            question=item["question"].strip(),
            gold=(query(item["sql"], item["table"]),),
        )


def query(form: Mapping[str, Any], table: Table) -> str:
    """Turn a logical form into SQL.

    Args:
        form: ``sel`` (a column), ``agg`` (an aggregate) and ``conds`` (column, operator, value), by number.
        table: what it asks.
    """
    chosen = quoted(table.columns[form["sel"]].name)
    shown = f"{AGGREGATES[form['agg']]}({chosen})" if form["agg"] else chosen
    conditions = [
        f"{quoted(table.columns[column].name)} {OPERATORS[operator]} {_literal(value, table.columns[column])}"
        for column, operator, value in form["conds"]
    ]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {shown} FROM {quoted(table.name)}{where}"


def _tables(path: Path) -> dict[str, Table]:
    """Read the tables of a split, by id."""
    try:
        return {item["id"]: _table(item) for item in read_lines(path)}
    except (LookupError, TypeError, ValueError) as error:
        raise DataError(
            f"a table has no usable {error}", where=str(path), todo="unpack the archive again"
        ) from error


def _known(tables: Mapping[str, Table], item: Item, path: Path) -> Table:
    try:
        return tables[item["table_id"]]
    except KeyError as error:
        raise DataError(
            f"a question asks the table {error}, which is not described",
            where=str(path),
            todo="unpack the archive again",
        ) from error


def _table(item: Item) -> Table:
    columns = zip(distinct(item["header"]), item["types"], strict=True)
    return Table("table_" + item["id"].replace("-", "_"), tuple(Column(name, kind) for name, kind in columns))


def _filling(item: Item) -> Filling:
    table = _table(item)
    rows = (
        [_value(value, column) for value, column in zip(row, table.columns, strict=False)]
        for row in item["rows"]
    )
    return Filling(table.name, [(column.name, KINDS[column.type]) for column in table.columns], rows)


def _value(value: object, column: Column) -> Scalar:
    """Take a number for one where its column is of numbers, however it is written."""
    if isinstance(value, int | float):
        return value if column.type == "real" else str(value)
    text = str(value)
    try:
        return float(text.replace(",", "")) if column.type == "real" else text
    except ValueError:
        return text


def _literal(value: object, column: Column) -> str:
    known = _value(value, column)
    return repr(known) if isinstance(known, int | float) else "'" + str(known).replace("'", "''") + "'"
