"""FIBEN: nested questions of business intelligence on a financial ontology, as 152 tables of Db2.

Sen et al., "ATHENA++: Natural Language Querying for Complex Nested SQL Queries", VLDB 2020. The folder is
the authors' repository (``FIBEN_Queries.json``, ``FIBEN.sql``), or the two parts that few-shot studies cut
its 300 questions into: ``queries.json`` (``dev``) and ``examples.json`` (``train``). The schema is read
off ``FIBEN.sql``; without that file none is known. The database runs on Db2: only queries are compared.
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.folder import Folder, Item, Splits
from adapters.datasets.listed import declared
from adapters.datasets.text import read_text
from bench.types import Example

SCHEMA = "FIBEN.sql"


class Fiben(Folder):
    """The FIBEN data set."""

    name = "fiben"
    title = "FIBEN"
    licence = "not stated"
    page = "https://github.com/IBM/fiben-benchmark"
    rules = ("bird",)
    files: ClassVar[Splits] = {
        "all": (("FIBEN_Queries.json",),),
        "dev": (("queries.json",),),
        "train": (("examples.json",),),
    }
    tables = ()
    query = ("SQL", "sql")
    holds = "FIBEN_Queries.json and FIBEN.sql"

    def example(self, split: str, number: int, item: Item) -> Example:
        """Ask the one database that there is."""
        return super().example(split, number, {**item, "db_id": "fiben"})

    def described(self, split: str) -> dict[str, Item]:  # noqa: ARG002
        """Read the schema off the statements that make it."""
        path = self.root / SCHEMA
        return {"fiben": declared("fiben", read_text(path))} if path.is_file() else {}

    def dialect(self, split: str) -> str:  # noqa: ARG002
        """Name the language of Db2."""
        return "db2"
