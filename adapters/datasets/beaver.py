"""BEAVER: questions on the data warehouses of enterprises, with hundreds of tables.

Chen et al., "BEAVER: An Enterprise Benchmark for Text-to-SQL", 2024 (arXiv 2409.02038). ``dev`` is both
sources, ``dw`` and ``nw``; gold is MySQL's, and that of ``dw`` is there for Oracle as well. The databases are
MySQL dumps: without an engine that holds them only queries are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from adapters.datasets.described import read_json
from adapters.datasets.folder import Folder, Item, Splits
from adapters.datasets.listed import Field, Key, entry
from bench.types import Example

DW, NW = ("dev_dw.json",), ("dev_nw.json",)


class Beaver(Folder):
    """The BEAVER data set."""

    name = "beaver"
    title = "BEAVER"
    licence = "MIT"
    page = "https://github.com/peterbaile/beaver"
    rules = ("bird",)
    files: ClassVar[Splits] = {"dev": (DW, NW), "dw": (DW,), "nw": (NW,), "dw-oracle": (DW,)}
    tables = ("dev_tables.json",)
    query = ("sql",)
    holds = "dev_dw.json, dev_nw.json and dev_tables.json"

    def example(self, split: str, number: int, item: Item) -> Example:
        """Take the gold of the split's dialect."""
        sql = item["oracle_sql"] if split == "dw-oracle" else item["sql"]
        return super().example(split, number, {**item, "sql": sql})

    def described(self, split: str) -> dict[str, Item]:
        """Put the tables of each database together; the joins of the warehouse stand in a file apart."""
        found = next((path for path in self.descriptions(split) if path.is_file()), None)
        listed = cast("Mapping[str, Mapping[str, Any]]", read_json(found)) if found else {}
        tables: defaultdict[str, dict[str, list[Field]]] = defaultdict(dict)
        keys: defaultdict[str, list[Key]] = defaultdict(list)
        for table in listed.values():
            name, db_id = table["table_name_original"], table["db_id"]
            primary = table.get("primary_key") or ()
            tables[db_id][name] = [
                Field(column, kind.partition(" ")[0], column in primary)
                for column, kind in zip(table["column_names_original"], table["column_types"], strict=True)
            ]
            keys[db_id] += _keys(name, table.get("foreign_key") or ())
        joins = self.root / "dw_join_keys.json"
        if joins.is_file():
            keys["dw"] += [(*_parts(a), *_parts(b)) for a, b in cast("Any", read_json(joins))]
        return {db_id: entry(db_id, found, keys[db_id]) for db_id, found in tables.items()}

    def schema_faults(self, split: str) -> Iterable[tuple[str, str]]:  # noqa: ARG002
        """Find nothing, for no database of theirs is SQLite's."""
        return ()

    def dialect(self, split: str) -> str:
        """Name the engine that gold is for."""
        return "oracle" if split == "dw-oracle" else "mysql"


def _keys(table: str, told: Iterable[Mapping[str, str]]) -> Iterable[Key]:
    for key in told:
        other = key["referenced_table_name"].rpartition("#sep#")[2]
        yield table, key["column_name"], other, key["referenced_column_name"]


def _parts(name: str) -> tuple[str, str]:
    table, _, column = name.partition(".")
    return table, column
