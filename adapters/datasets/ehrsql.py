"""EHRSQL: questions of hospital staff on the records of MIMIC-III and eICU.

Lee et al., "EHRSQL: A Practical Text-to-SQL Benchmark for Electronic Health Records", NeurIPS 2022
(arXiv 2301.07695). The databases are given to credentialed users only; their schemas are described.

Questions that no SQL answers (``"is_impossible"``, gold ``null``) test whether a system abstains. In gold,
the words that the official script fills in before it runs a query are filled in: the time that is "now",
and the bounds of normal vital signs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from adapters.datasets.folder import Folder, Item, Splits
from bench.types import ABSTAIN, Example

NOW = "2105-12-31 23:59:00"

NORMAL: Mapping[str, tuple[float, float]] = {
    "temperature": (35.5, 38.1),
    "sao2": (95.0, 100.0),
    "heart_rate": (60.0, 100.0),
    "respiration": (12.0, 18.0),
    "systolic_bp": (90.0, 120.0),
    "diastolic_bp": (60.0, 90.0),
    "mean_bp": (60.0, 110.0),
}
"""Vital sign → its normal bounds."""

_BOUND = re.compile(rf"\b({'|'.join(NORMAL)})_(lower|upper)\b")


class EhrSql(Folder):
    """The EHRSQL data set."""

    name = "ehrsql"
    title = "EHRSQL"
    licence = "CC BY 4.0; databases by PhysioNet's agreement"
    page = "https://github.com/glee4810/EHRSQL"
    rules = ("bird",)
    files: ClassVar[Splits] = {
        f"{short}-{split}": ((f"{folder}/{split}.json", f"dataset/ehrsql/{folder}/{split}.json"),)
        for short, folder in (("mimic", "mimic_iii"), ("eicu", "eicu"))
        for split in ("train", "valid", "test")
    }
    tables = ("tables.json", "dataset/ehrsql/tables.json")
    databases = ("database", "databases", "dataset/ehrsql/mimic_iii", "dataset/ehrsql/eicu")
    holds = "tables.json, mimic_iii/ and eicu/"

    def example(self, split: str, number: int, item: Item) -> Example:
        """Fill in what the official script fills in."""
        query = ABSTAIN if item.get("is_impossible") else _filled(item["query"])
        return super().example(split, number, {**item, "query": query})


def _filled(query: str) -> str:
    timed = re.sub(r"\bcurrent_time\b", f"'{NOW}'", query)
    return _BOUND.sub(lambda found: str(NORMAL[found[1]][found[2] == "upper"]), timed)
