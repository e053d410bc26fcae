"""What one trained method costs and gains against another on the same base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from bench.judge.stats import holm, paired
from bench.site.board import Line, Sheet
from bench.site.figures import BLANK, Figure, difference, peak_bytes, step_seconds
from bench.site.text import amount


@dataclass(frozen=True, slots=True)
class Pair:
    """Two trained methods of one model: what the first scores and costs, as shares of the second."""

    model: str
    first: Line
    second: Line
    gain: Figure
    """The first's headline minus the second's."""
    p: float
    """That of the test, by Holm over the pairs of the table."""
    ratios: tuple[Figure, ...]
    """First over second, in the order of :data:`RATIOS`; the score is the headline."""
    places: tuple[int, int]
    """The numbers of both rows in their sheet."""
    unlike: str
    """What makes their training times no comparison of the methods, or empty."""


RATIOS = ("score", "training time", "time of a step", "peak memory", "seconds per question")


def pairs(sheet: Sheet) -> tuple[Pair, ...]:
    """Set each trained method of a model beside each other one, in the order of the suite."""
    trained = [line for line in sheet.done if any(cell.fit for cell in line.cells)]
    met = [(a, b) for b, a in combinations(trained, 2) if a.model == b.model]
    clusters = [example.db_id for example in sheet.dataset.examples]
    found = [paired(second.means, first.means, clusters) for first, second in met]
    adjusted = holm([one.p for one in found])
    at = {line.name: i for i, line in enumerate(sheet.lines)}
    return tuple(
        _pair(first, second, difference(one, p), p, (at[first.name], at[second.name]))
        for (first, second), one, p in zip(met, found, adjusted, strict=True)
    )


def _pair(first: Line, second: Line, gain: Figure, p: float, places: tuple[int, int]) -> Pair:
    return Pair(first.model, first, second, gain, p, _ratios(first, second), places, _unlike(first, second))


def _unlike(first: Line, second: Line) -> str:
    """Say so where one trained for more steps than the other: seconds then tell of that."""
    steps = [fmean(cell.fit.steps for cell in line.cells if cell.fit) for line in (first, second)]
    return "" if steps[0] == steps[1] else f"{amount(steps[0])} steps against {amount(steps[1])}"


def references(sheet: Sheet) -> dict[str, tuple[Pair, ...]]:
    """Set every other trained method of a model against each one: reference → its pairs.

    A pair stands twice, once from each side; it was tested once.
    """
    by_name: dict[str, list[Pair]] = {line.method: [] for line in sheet.done}
    for pair in _both_ways(sheet):
        by_name[pair.second.method].append(pair)
    return {reference: tuple(own) for reference, own in by_name.items() if own}


def compared(sheet: Sheet, wanted: Sequence[tuple[str, str]]) -> tuple[Pair, ...]:
    """Give the pairs of these methods on every model, the first of each against the second."""
    met = [(pair.first.method, pair.second.method, pair) for pair in _both_ways(sheet)]
    return tuple(pair for asked in wanted for first, second, pair in met if (first, second) == asked)


def _both_ways(sheet: Sheet) -> list[Pair]:
    found = pairs(sheet)
    turned = tuple(_turned(pair, sheet) for pair in found)
    return sorted((*found, *turned), key=lambda pair: pair.places[0])


def _turned(pair: Pair, sheet: Sheet) -> Pair:
    clusters = [example.db_id for example in sheet.dataset.examples]
    back = paired(pair.first.means, pair.second.means, clusters)
    return _pair(pair.second, pair.first, difference(back, pair.p), pair.p, pair.places[::-1])


def pivot(
    sheet: Sheet, headline: str
) -> tuple[tuple[str, ...], tuple[tuple[Line, tuple[tuple[int | None, Figure], ...]], ...]]:
    """Lay the headline out with a model in each row and a method in each column.

    Returns:
        The methods, and for each model its first line and, per method, the number of a line with its figure.
    """
    methods = tuple(dict.fromkeys(line.method for line in sheet.lines))
    places = {(line.model, line.method): (i, line.figures[headline]) for i, line in enumerate(sheet.lines)}
    rows = tuple(
        (line, tuple(places.get((line.model, method), (None, Figure(BLANK))) for method in methods))
        for line in sheet.lines
        if line.opens
    )
    return methods, rows


def _ratios(first: Line, second: Line) -> tuple[Figure, ...]:
    measured = [(_costs(first)[name], _costs(second)[name]) for name in RATIOS]
    return tuple(_ratio(a, b) for a, b in measured)


def _ratio(a: float | None, b: float | None) -> Figure:
    if not a or not b:
        return Figure(BLANK)
    return Figure(f"{a / b + 1e-9:,.2f}", a / b, f"{a:,.4g} against {b:,.4g}")


def _costs(line: Line) -> dict[str, float | None]:
    fits = [cell.fit for cell in line.cells if cell.fit is not None]
    return {
        "score": fmean(line.means) if line.means else None,
        "training time": _mean([fit.seconds for fit in fits]),
        "time of a step": _mean([step_seconds(fit) for fit in fits]),
        "peak memory": _mean([float(peak_bytes(fit)) for fit in fits]),
        "seconds per question": line.figures["pace"].number,
    }


def _mean(found: Sequence[float]) -> float | None:
    return fmean(found) if found else None
