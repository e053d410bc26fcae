"""Numbers that papers and repositories report, with their source: shown beside ours, never ranked."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from pathlib import Path

_SHARES = frozenset({"EX", "similarity", "grammar", "execution"})
"""Metrics that DB-GPT-Hub writes as shares; everything else is shown as it was written."""

_TRAINING = {"none": "hardware needed", "": "training time"}
"""What a file calls numbers of training, which belong to no data set."""

_TITLES = {
    "spider_dev_testsuite_db": "Spider dev, on the databases of its test suites",
    "spider_dev_original_db": "Spider dev, on its original databases",
    "spider_dev_user_report": "Spider dev, as a user reports it",
    "spider_dev_db_unstated": "Spider dev, databases not stated",
    "BIRD dev w/o EK": "BIRD dev without evidence",
    "BIRD dev w/ EK": "BIRD dev with evidence",
    "average of ten": "Mean of the ten scores above",
    "tugraph-db_cypher": "TuGraph-DB, Cypher",
    "tugraph-db-example_cypher": "TuGraph-DB, Cypher, the examples",
    "tugraph-analytics_gql": "TuGraph Analytics, GQL",
    "training time": "Training time",
    "hardware needed": "Hardware needed",
}
"""What files call a data set → its title; these come in this order, after those that need no words."""

_HEADS = {
    "EX": "EX, %",
    "EX easy": "EX easy, %",
    "EX medium": "EX medium, %",
    "EX hard": "EX hard, %",
    "EX extra": "EX extra, %",
    "TS": "TS, %",
    "mixed": "EX and TS, %",
    "similarity": "similarity, %",
    "grammar": "grammar, %",
    "execution": "execution, %",
    "training latency / SFT": "time, SFT = 1",
    "min_gpu_ram_gb": "GPU memory, GB at least",
    "min_cpu_ram_gb": "host memory, GB at least",
    "min_disk_gb": "disk, GB at least",
}
"""Metrics as files write them → the head of their column."""

_PUBLICATIONS = {
    "dbgpthub_2023": "DB-GPT-Hub (repository, 2023)",
    "kid_emnlp2024": "KID (EMNLP 2024, arXiv 2410.11371)",
}
"""Files → what they were taken from."""

_MEASURED = {"spider": "spider dev", "bird": "bird dev"}
"""The data set of a sheet → how names of reported data sets begin that speak of the same questions."""


@dataclass(frozen=True, slots=True)
class Row:
    """One reported system on one data set.

    Attributes:
        values: metric, with its level where it has one → the number as text.
        notes: what makes its numbers doubtful.
    """

    dataset: str
    model: str
    method: str
    values: Mapping[str, str]
    source: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """What one source file reports of one data set; ``publication`` is what the file was taken from."""

    dataset: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    publication: str

    @property
    def title(self) -> str:
        """The data set in the words of a reader."""
        return _TITLES.get(self.dataset, self.dataset)

    @property
    def source(self) -> str:
        """The source of most of its rows."""
        return Counter(row.source for row in self.rows).most_common(1)[0][0]

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of its columns."""
        return tuple(_HEADS.get(name.removesuffix(" all"), name) for name in self.columns)


@cache
def listings() -> tuple[Listing, ...]:
    """Read every reported number that comes with the bench, in the order of its files."""
    found: list[Listing] = []
    for file in sorted(_folder().iterdir(), key=lambda one: one.name):
        if file.name.endswith(".csv"):
            rows = sorted(_rows(csv.DictReader(file.read_text("utf-8").splitlines())), key=_place)
            stem = file.name.removesuffix(".csv")
            for dataset, own in groupby(rows, lambda row: row.dataset):
                found.append(_listing(dataset, tuple(own), _PUBLICATIONS.get(stem, stem)))
    return tuple(found)


def _place(row: Row) -> tuple[int, str]:
    titled = list(_TITLES)
    return (1 + titled.index(row.dataset) if row.dataset in titled else 0, row.dataset)


def beside(dataset_name: str, split: str) -> tuple[Listing, ...]:
    """Give what is reported on the questions of a sheet; nothing for data that nobody else has."""
    prefix = _MEASURED.get(dataset_name, "") if split == "dev" else ""
    return tuple(
        one for one in listings() if prefix and one.dataset.lower().replace("_", " ").startswith(prefix)
    )


def _folder() -> Traversable:
    """Find the reported numbers in the installed package, or else in the checkout."""
    bundled = files("bench").joinpath("bundled", "reported")
    return bundled if bundled.is_dir() else Path(__file__).parents[2] / "leaderboards" / "reported"


def _listing(dataset: str, rows: tuple[Row, ...], publication: str) -> Listing:
    columns = tuple(dict.fromkeys(name for row in rows for name in row.values))
    return Listing(dataset, columns, rows, publication)


def _rows(records: Iterable[Mapping[str, str]]) -> list[Row]:
    """Gather the long form, a number in each record, into a row for each system and source."""
    systems: dict[tuple[str, str, str, str], dict[str, str]] = {}
    for record in records:
        model = " ".join(filter(None, [record["model"], record.get("size", "")]))
        teacher = record.get("teacher", "")
        method = record["method"] + (f" from {teacher}" if teacher else "")
        level = record.get("difficulty", "")
        name = record["metric"] + (f" {level}" if level not in ("", "n/a") else "")
        key = (_TRAINING.get(record["dataset"], record["dataset"]), model, method, record["source"])
        systems.setdefault(key, {})[name] = _value(record)
    return [
        Row(dataset, model, method, values, source, tuple(_doubts(values)))
        for (dataset, model, method, source), values in systems.items()
    ]


def _value(record: Mapping[str, str]) -> str:
    if "difficulty" in record and record["metric"] in _SHARES:
        return f"{100 * float(record['value']):.1f}"
    return record["value"]


def _doubts(values: Mapping[str, str]) -> Iterable[str]:
    """Name what cannot be right, or cannot be read, about the numbers of one system."""
    levels = [float(value) for name, value in values.items() if name.startswith("EX ")]
    if len(levels) > 1 and not any(levels):
        yield "zero at every level: the source does not say whether it failed or was not run"
    if "TS" in values and "EX" in values and float(values["TS"]) > float(values["EX"]):
        yield "TS is above EX, though what passes TS passes EX: probably swapped or mistyped"
