"""Releases: the data of a board as it was on a day, kept beside it for ever, and then against now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean

from bench.errors import ConfigError, StoreError
from bench.judge.stats import Difference, estimate, holm, paired
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

    def means(self, sheet: Sheet, line: Line, metric: str) -> list[float]:
        """Give a row's metric for each question, averaged over seeds; empty where it was not run."""
        seeds = self.marks.get((sheet.name, line.model, line.method), {}).get(metric, ())
        return [fmean(marks) for marks in zip(*seeds, strict=True)]


@dataclass(frozen=True, slots=True)
class Trail:
    """One row over time: its score in each release, now, and the change since the last release."""

    line: Line
    then: tuple[Figure, ...]
    now: Figure
    change: Figure


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


def trails(sheet: Sheet, kept: Sequence[Release], metric: str) -> tuple[Trail, ...]:
    """Set each row of a sheet beside what it was; a change is tested where the questions are the same."""
    last = kept[-1]
    found = {line.name: one for line in sheet.done if (one := _changed(sheet, line, last, metric))}
    adjusted = dict(zip(found, holm([one.p for one in found.values()]), strict=True))
    return tuple(
        Trail(
            line,
            tuple(_score(sheet, line, release, metric) for release in kept),
            line.figures[metric],
            difference(found[line.name], adjusted[line.name]) if line.name in found else Figure(BLANK),
        )
        for line in sheet.lines
    )


def _changed(sheet: Sheet, line: Line, last: Release, metric: str) -> Difference | None:
    before = last.means(sheet, line, metric)
    if not before or not last.covers(sheet):
        return None
    return paired(before, line.marks[metric], [example.db_id for example in sheet.dataset.examples])


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
