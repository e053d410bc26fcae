"""Load: what was asked, as a data set by name or as the files the official scripts are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from bench.errors import ConfigError, DataError
from bench.execute.live import Live
from bench.judge.exact import EM_RULES
from bench.judge.rate import rated
from bench.registry import find
from bench.sets import opened
from bench.types import Dataset

_PATTERN = frozenset("*?[")

READ = (".sql", ".txt", ".json", ".jsonl", ".csv")
"""Suffixes of prediction files that are taken from a folder."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where questions, gold queries and databases come from.

    Attributes:
        dataset: the name of a data set that an adapter brings; ``spider`` if nothing is said.
        folder: where that data set lies.
        split: the split that was answered; ``dev`` if nothing is said.
        gold: a file of gold queries, in place of a data set.
        databases: the folder of that file's databases.
        tables: Spider's ``tables.json``; without it schemas are read off the databases.
        questions: BIRD's ``dev.json``, for difficulty and wording.
        live: where the databases of the data set are, if they are not SQLite files.
    """

    dataset: str = ""
    folder: Path | None = None
    split: str = ""
    gold: Path | None = None
    databases: Path | None = None
    tables: Path | None = None
    questions: Path | None = None
    live: Live | None = None


def load(source: Source, rules: Sequence[str] = ()) -> Dataset:
    """Read what was asked; every example has a difficulty that can have one.

    Args:
        source: where it is read from.
        rules: those asked for; where all of them compare queries, no database has to be there.

    Raises:
        ConfigError: options that do not go together, or an unknown data set or split.
        DataError: a file is missing or damaged, or not one database is there.
    """
    dataset = _read(source)
    if source.live:
        return rated(replace(dataset, dialect=source.live.adapter.dialect))
    if not rules or not set(rules) <= EM_RULES.keys():
        _refuse_bare(dataset)
    return rated(dataset)


def files(given: Sequence[Path]) -> tuple[Path, ...]:
    """Find the prediction files that paths, folders and patterns mean, in the order given.

    Raises:
        ConfigError: nothing is given, or a folder or pattern holds no file.
    """
    if not given:
        raise ConfigError("there is nothing to score", todo="give --predictions FILE, or --gold-check")
    found: dict[Path, None] = {}
    for path in given:
        inside = _inside(path)
        if not inside:
            raise ConfigError(
                "no prediction file is there",
                where=str(path),
                todo=f"a folder's files are read if they end in {', '.join(READ)}",
            )
        found |= dict.fromkeys(inside)
    return tuple(found)


def _inside(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(
            one
            for one in path.iterdir()
            if one.is_file() and one.suffix.lower() in READ and not one.name.startswith(".")
        )
    if not path.exists() and _PATTERN & set(path.name):
        return sorted(one for one in path.parent.glob(path.name) if one.is_file())
    return [path]


def _read(source: Source) -> Dataset:
    if source.gold is None:
        stray = {"--db": source.databases, "--table": source.tables, "--diff_json": source.questions}
        for option, given in stray.items():
            if given is not None:
                raise ConfigError("goes with --gold FILE", where=option, todo="or give --dataset and --data")
        return opened(source.dataset or "spider", source.folder, where="--dataset").load(
            source.split or "dev"
        )
    if source.dataset:
        raise ConfigError(
            "does not go with --gold FILE, which takes its place",
            where="--dataset",
            todo="leave one of them out",
        )
    if source.databases is None or source.folder is not None:
        raise ConfigError(
            "a gold file goes with the folder of its databases", where="--gold", todo="--db DIR"
        )
    if source.split:
        raise ConfigError(
            "goes with a data set: a gold file is scored whole", where="--split", todo="leave it out"
        )
    read = cast("Callable[..., Any]", find("datasets", "gold-file"))
    files = {"gold": source.gold, "tables": source.tables, "questions": source.questions}
    return cast("Dataset", read(source.databases, **files).load("all"))


def _refuse_bare(dataset: Dataset) -> None:
    """Say once that no database is there, rather than once for each of them."""
    if any(path.exists() for path in dataset.databases.values()):
        return
    first = next(iter(dataset.databases.values()))
    raise DataError(
        f"holds none of the databases that the questions ask ({len(dataset.databases)} wanted)",
        where=str(first.parent.parent),
        todo=f"put the first at {first}, and the others beside it; or compare the queries: --rule em.modern",
    )
