"""Spider 1.0: questions on 200 databases, each in one split only.

Yu et al., "Spider: A Large-Scale Human-Labeled Dataset for Complex and Cross-Domain Semantic Parsing
and Text-to-SQL Task", EMNLP 2018 (arXiv 1809.08887). The folder is the one the authors' archive
unpacks to::

    train_spider.json  train_others.json  dev.json  tables.json  database/<db_id>/<db_id>.sqlite
    test.json  test_tables.json  test_database/<db_id>/<db_id>.sqlite

A database missing from ``database/`` is also looked for in other folders beside it whose names
start with ``database``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from adapters.datasets.described import read_list
from adapters.datasets.folder import Folder, Item, Splits
from bench.sets.source import Source

SPIDER = ("train_spider.json", "train_spider_min.json")
OTHERS = ("train_others.json", "train_others_min.json")


class Spider(Folder):
    """The Spider data set."""

    name = "spider"
    title = "Spider 1.0"
    licence = "CC BY-SA 4.0"
    page = "https://yale-lily.github.io/spider"
    sources = (
        Source(
            "https://drive.usercontent.google.com/download?id=1403EGqzIDoHMdQF4c9Bkyl7dZLZ5Wt6J&export=download&confirm=t",
            "00636695dabed6b5f4b8328a16b13e069a2f16591d5efcce57660669c85b121b",
            "spider_data.zip",
        ),
    )
    files: ClassVar[Splits] = {
        "train": (SPIDER, OTHERS),
        "dev": (("dev.json",),),
        "test": (("test.json", "test_questions_min.json"),),
        "train-spider": (SPIDER,),
        "train-others": (OTHERS,),
    }
    tables = ("tables.json", "test_tables.json")
    databases = ("database", "database?*", "test_database*")
    question = ("question", "question_hinglish")
    golds: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "dev": ("dev_gold.sql",),
        "test": ("test_gold.sql",),
        "train": ("train_gold.sql",),
    }

    def described(self, split: str) -> dict[str, Item]:
        """Let ``test_tables.json`` add the databases that ``tables.json`` does not describe."""
        paths = [path for path in reversed(self.descriptions(split)) if path.is_file()]
        return {table["db_id"]: table for path in paths for table in read_list(path)}
