"""SEDE: what users of Stack Exchange's Data Explorer asked, with the SQL that they wrote themselves.

Hazoom, Malik and Bogin, "Text-to-SQL in the Wild: A Naturally-Occurring Dataset Based on Stack Exchange
Data", NLP4Prog 2021 (arXiv 2106.05006). Gold is SQL Server's, often with parameters (``##Tag##``), and no
database belongs to it: only queries are compared, and not by the authors' PCM-F1. The ``-original``
splits hold titles and descriptions as they were before annotators looked at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from adapters.datasets.folder import Folder, Item, Splits
from adapters.datasets.lines import read_lines
from bench.types import Example


def _named(name: str) -> tuple[str, ...]:
    return (f"{name}.jsonl", f"data/sede/{name}.jsonl")


class Sede(Folder):
    """The SEDE data set."""

    name = "sede"
    title = "SEDE"
    licence = "Apache-2.0"
    page = "https://github.com/hirupert/sede"
    rules = ("bird",)
    files: ClassVar[Splits] = {
        "train": (_named("train"),),
        "dev": (_named("val"),),
        "test": (_named("test"),),
        "dev-original": (_named("val_original"),),
        "test-original": (_named("test_original"),),
    }
    tables = ("stackexchange_schema/tables_so.json", "tables_so.json")
    query = ("QueryBody",)
    holds = "val.jsonl, test.jsonl and stackexchange_schema/"

    def items(self, path: Path) -> Sequence[Item]:
        """Read the lines of a file."""
        return list(read_lines(path))

    def example(self, split: str, number: int, item: Item) -> Example:
        """Ask the title, and the description where there is one."""
        told = [item["Title"], item.get("Description") or ""]
        question = "\n".join(text.strip() for text in told if text.strip())
        return super().example(split, number, {**item, "db_id": "stackexchange", "question": question})

    def dialect(self, split: str) -> str:  # noqa: ARG002
        """Name SQL Server's language."""
        return "tsql"
