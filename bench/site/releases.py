"""Releases: the data of a board as it was on a day, kept beside it for ever, and then against now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import fmean

from bench.errors import ConfigError, StoreError
from bench.judge.stats import estimate, holm, paired
from bench.site import downloads
from bench.site.board import Board, Line, Sheet
from bench.site.figures import BLANK, Figure, difference, proportion
from bench.site.text import percent

FOLDER = "releases"


@dataclass(frozen=True, slots=True)
class Release:
    """What a board said on a day.

    Attributes:
        finished: how many of its cells had scores.
        fingerprints: data set → the fingerprint of what was asked.
        marks: data set, model and method → metric → per seed, its value for each question.
    """

    day: str
    finished: int
    fingerprints: Mapping[str, str]
    marks: Mapping[tuple[str, str, str], Mapping[str, Sequence[Sequence[float]]]]

    def covers(self, sheet: Sheet) -> bool:
        """Say whether it asked the questions of a sheet, on the same data."""
        return self.fingerprints.get(sheet.name) == sheet.dataset.fingerprint

    def seeds(self, sheet: Sheet, line: Line, metric: str) -> Sequence[Sequence[float]]:
        """Give a row's metric for each question, seed by seed; empty where it was not run."""
        return self.marks.get((sheet.name, line.model, line.method), {}).get(metric, ())

    def means(self, sheet: Sheet, line: Line, metric: str) -> list[float]:
        """Give a row's metric for each question, averaged over seeds; empty where it was not run."""
        return [fmean(marks) for marks in zip(*self.seeds(sheet, line, metric), strict=True)]


@dataclass(frozen=True, slots=True)
class Trail:
    """One row over time: its score in each release and now, and the change from each of these to the next."""

    line: Line
    then: tuple[Figure, ...]
    now: Figure
    changes: tuple[Figure, ...]


def keep(board: Board, home: Path, day: str) -> list[Path]:
    """Keep the data of a board under ``releases/DAY``.

    Returns:
        The files that were written; none where that release is there already, as it is.

    Raises:
        ConfigError: the day is not written as ``YYYY-MM-DD``.
        StoreError: another release of that day is there.
    """
    try:
        date.fromisoformat(day)
    except ValueError:
        raise ConfigError(f"'{day}' is no day", where="--release", todo="write YYYY-MM-DD") from None
    folder = home / FOLDER / day
    files = {"results.csv": downloads.table(board), "results.json": downloads.document(board)}
    if folder.is_dir():
        if all((folder / name).read_bytes() == content for name, content in files.items()):
            return []
        raise StoreError(
            "is a release already, and releases do not change", where=str(folder), todo="name another day"
        )
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def releases(home: Path) -> tuple[Release, ...]:
    """Read the releases of the board in ``home``, the oldest first.

    Raises:
        StoreError: one of them cannot be read.
    """
    return tuple(_read(path) for path in sorted(home.glob(f"{FOLDER}/*/results.json")))


def today(sheet: Sheet, metric: str) -> Release:
    """Give what a sheet says now as the releases are given, each row as its mean over seeds."""
    marks = {(sheet.name, line.model, line.method): {metric: [line.marks[metric]]} for line in sheet.done}
    return Release("now", len(sheet.done), {sheet.name: sheet.dataset.fingerprint}, marks)


def trails(sheet: Sheet, kept: Sequence[Release], metric: str) -> tuple[Trail, ...]:
    """Set each row of a sheet beside what it was, and each day beside the next."""
    steps = [_changes(sheet, *step, metric) for step in pairwise([*kept, today(sheet, metric)])]
    return tuple(
        Trail(
            line,
            tuple(_score(sheet, line, release, metric) for release in kept),
            line.figures[metric],
            tuple(step.get(line.name, Figure(BLANK)) for step in steps),
        )
        for line in sheet.lines
    )


def _changes(sheet: Sheet, before: Release, after: Release, metric: str) -> dict[str, Figure]:
    """Test each row's change from one day to another, by Holm over the rows; none on other questions."""
    if before.fingerprints.get(sheet.name) != after.fingerprints.get(sheet.name):
        return {}
    clusters = [example.db_id for example in sheet.dataset.examples]
    found = {}
    for line in sheet.lines:
        then, now = (day.means(sheet, line, metric) for day in (before, after))
        if then and now:
            # Which database a question of other data was on is not kept: its change has no interval.
            found[line.name] = paired(then, now, clusters if before.covers(sheet) else [""] * len(then))
    adjusted = holm([one.p for one in found.values()])
    return {name: difference(one, p) for (name, one), p in zip(found.items(), adjusted, strict=True)}


def _score(sheet: Sheet, line: Line, release: Release, metric: str) -> Figure:
    means = release.means(sheet, line, metric)
    if not means:
        return Figure(BLANK)
    if release.covers(sheet):
        return proportion(estimate(means, [example.db_id for example in sheet.dataset.examples]))
    return Figure(percent(fmean(means)), fmean(means), "on other questions")


def _read(path: Path) -> Release:
    try:
        document = json.loads(path.read_text("utf-8"))
        done = [cell for cell in document["cells"] if not cell["missing"]]
        marks: defaultdict[tuple[str, str, str], dict[str, list[list[float]]]] = defaultdict(dict)
        for cell in done:
            row = marks[cell["dataset"], cell["model"], cell["method"]]
            for metric, column in cell["verdicts"].items():
                row.setdefault(metric, []).append([float(mark) for mark in column])
        fingerprints = {name: data["fingerprint"] for name, data in document["datasets"].items()}
        return Release(path.parent.name, len(done), fingerprints, marks)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = "is not the data of a release"
        raise StoreError(why, where=str(path), todo="put that release back, or remove it") from error
