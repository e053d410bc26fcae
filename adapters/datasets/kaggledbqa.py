"""KaggleDBQA: questions on eight databases of Kaggle with the names and types people really use.

Lee, Polozov and Richardson, "KaggleDBQA: Realistic Evaluation of Text-to-SQL Parsers", ACL 2021
(arXiv 2106.11455). ``test`` is what the paper reports on; ``fewshot`` are the examples beside it, a
third of each database; ``all`` is both. Columns carry the documentation of the databases.
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.folder import Folder, Parts, Splits

DATABASES = (
    "GeoNuclearData",
    "GreaterManchesterCrime",
    "Pesticide",
    "StudentMathScore",
    "TheHistoryofBaseball",
    "USWildFires",
    "WhatCDHipHop",
    "WorldSoccerDataBase",
)


def _files(suffix: str) -> Parts:
    return tuple((f"examples/{name}{suffix}.json",) for name in DATABASES)


class KaggleDbqa(Folder):
    """The KaggleDBQA data set."""

    name = "kaggledbqa"
    title = "KaggleDBQA"
    licence = "CC BY-SA 4.0; databases as their sources"
    page = "https://github.com/Chia-Hsuan-Lee/KaggleDBQA"
    files: ClassVar[Splits] = {"test": _files("_test"), "fewshot": _files("_fewshot"), "all": _files("")}
    tables = ("KaggleDBQA_tables.json",)
    databases = ("databases", "database")
    holds = "KaggleDBQA_tables.json, examples/ and databases/"
