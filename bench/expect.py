"""Expect: what a suite says its scores must be, held against what they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from bench.errors import ConfigError, near
from bench.judge.score import score
from bench.results import CellResult, SuiteResult
from bench.suite import Cell, Expectation, Pick, Suite


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation held against one model × method × dataset, its seeds averaged."""

    text: str
    met: bool
    detail: str


def check(suite: Suite, result: SuiteResult) -> list[Finding]:
    """Hold every expectation of a suite against its results.

    Raises:
        ConfigError: an expectation names a metric or level that the suite does not have.
    """
    return [finding for expected in suite.expect for finding in _check(suite, expected, result)]


def _check(suite: Suite, expected: Expectation, result: SuiteResult) -> list[Finding]:
    if expected.metric not in result.metrics:
        raise ConfigError(
            f"expects the metric '{expected.metric}', which is not judged",
            where=suite.place("expect.metric"),
            todo=near(expected.metric, result.metrics),
        )
    groups: dict[tuple[str, str, str], list[CellResult]] = {}
    for cell in _picked(expected, result.cells):
        groups.setdefault((cell.model, cell.method, cell.dataset_name), []).append(cell)
    if not groups:
        return [Finding(_words(expected, "no cell"), False, "it selects no cell of the suite")]
    return [_hold(suite, expected, "/".join(name), cells, result) for name, cells in groups.items()]


def _hold(
    suite: Suite, expected: Expectation, name: str, cells: list[CellResult], result: SuiteResult
) -> Finding:
    text = _words(expected, name)
    value = _value(suite, expected, cells)
    if value is None:
        return Finding(text, False, "not run")
    said = f"{100 * value:.1f} %"
    if expected.above is None:
        low, high = expected.min, expected.max
        return Finding(text, (low is None or value >= low) and (high is None or value <= high), said)
    own = cells[0]
    others = [
        cell
        for cell in _picked(expected.above, result.cells)
        if expected.above.dataset or cell.dataset_name == own.dataset_name
    ]
    base = _value(suite, expected, others)
    if base is None:
        return Finding(text, False, f"{said}; what it should be above was not run")
    return Finding(text, value >= base + expected.margin, f"{said} against {100 * base:.1f} %")


def _value(suite: Suite, expected: Expectation, cells: Iterable[CellResult]) -> float | None:
    """Average one metric at one level over cells; ``None`` if any of them is missing."""
    values: list[float] = []
    for cell in cells:
        if cell.missing:
            return None
        part = score(cell.dataset, cell.verdicts, (expected.metric,)).metrics[expected.metric]
        levels = {"all": part.overall, **part.levels}
        if expected.level not in levels:
            raise ConfigError(
                f"expects the level '{expected.level}', which {cell.dataset.name} does not have",
                where=suite.place("expect.level"),
                todo=near(expected.level, levels),
            )
        values.append(levels[expected.level].value)
    return fmean(values) if values else None


def _picked(pick: Pick, cells: Iterable[CellResult]) -> list[CellResult]:
    return [
        cell
        for cell in cells
        if not cell.missing.startswith("skipped")
        and pick.matches(Cell(cell.model, cell.method, cell.dataset_name, cell.seed))
    ]


def _words(expected: Expectation, name: str) -> str:
    """Say an expectation in one line."""
    level = "" if expected.level == "all" else f" ({expected.level})"
    parts = []
    if expected.min is not None:
        parts.append(f"at least {100 * expected.min:.1f} %")
    if expected.max is not None:
        parts.append(f"at most {100 * expected.max:.1f} %")
    if expected.above is not None:
        names = [
            part for part in (expected.above.model, expected.above.method, expected.above.dataset) if part
        ]
        margin = f" by {100 * expected.margin:.1f} points" if expected.margin else ""
        parts.append(f"above {'/'.join(names)}{margin}")
    return f"{name} {expected.metric}{level} {' and '.join(parts)}"
