"""Dr.Spider: Spider dev under 17 perturbations of questions, databases and SQL.

Chang et al., "Dr.Spider: A Diagnostic Evaluation Benchmark towards Text-to-SQL Robustness", ICLR 2023
(arXiv 2301.08881). The folder is ``data/`` of the authors' archive, one folder for each perturbation::

    NLQ_keyword_synonym/questions_post_perturbation.json  tables_post_perturbation.json
    DB_schema_synonym/…  database_post_perturbation/<db_id>/<db_id>.sqlite

A split is a perturbation; with ``-pre`` behind it, the same questions as they were before.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from adapters.datasets.folder import Folder, Splits

PERTURBATIONS = (
    "DB_schema_synonym",
    "DB_schema_abbreviation",
    "DB_DBcontent_equivalence",
    "NLQ_keyword_synonym",
    "NLQ_keyword_carrier",
    "NLQ_column_synonym",
    "NLQ_column_carrier",
    "NLQ_column_attribute",
    "NLQ_column_value",
    "NLQ_value_synonym",
    "NLQ_multitype",
    "NLQ_others",
    "SQL_comparison",
    "SQL_sort_order",
    "SQL_NonDB_number",
    "SQL_DB_text",
    "SQL_DB_number",
)


class DrSpider(Folder):
    """The Dr.Spider data set."""

    name = "dr-spider"
    title = "Dr.Spider"
    licence = "CC BY-SA 4.0"
    page = "https://github.com/awslabs/diagnostic-robustness-text-to-sql"
    files: ClassVar[Splits] = {
        f"{name}{tail}": ((f"{name}/questions_{when}_perturbation.json",),)
        for name in PERTURBATIONS
        for when, tail in (("post", ""), ("pre", "-pre"))
    }
    host = "spider"
    holds = "the folders of the perturbations, such as NLQ_keyword_synonym/"

    def descriptions(self, split: str) -> Sequence[Path]:
        """Look into the folder of the perturbation first."""
        name, when = _parts(split)
        return [self.root / name / f"tables_{when}_perturbation.json", *super().descriptions(split)]

    def folders(self, split: str) -> Sequence[Path]:
        """Look into the folder of the perturbation first, if it perturbs databases."""
        name, when = _parts(split)
        return [self.root / name / f"database_{when}_perturbation", *super().folders(split)]


def _parts(split: str) -> tuple[str, str]:
    return split.removesuffix("-pre"), "pre" if split.endswith("-pre") else "post"
