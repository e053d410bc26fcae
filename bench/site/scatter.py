"""Scores against what they cost: a point for each row, and the front that nothing beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil, floor, log10
from statistics import fmean
from typing import Any

from bench.site.board import Sheet
from bench.site.dress import HEIGHT, INK, MUTED, TOLD, WIDTH, Chart, ceiling, finished, hues, legend, named
from bench.site.legend import Sign
from bench.site.lettering import Box, Lettered, letter
from bench.site.text import visible

COST = "datum.cost < 1e4 ? format(datum.cost, ',.4~r') : format(datum.cost, ',.0f')"
FRONT = "datum.front ? ', on the Pareto front' : ''"
WORDS = f"datum.row + ': ' + format(datum.gain, '.1f') + ' % at ' + ({COST}) + ({FRONT})"
"""What a point says, in Vega's expressions: the words of :func:`scatter`."""


def scatter(
    sheet: Sheet, signs: Mapping[str, Sign], label: str, name: str, cost: str, costs: Mapping[str, float]
) -> Chart | None:
    """Draw up one chart; ``None`` with fewer than two points.

    Args:
        sheet: the table whose headline is the gain.
        signs: how each method is drawn.
        label: the headline metric's name.
        name: the chart's name in addresses.
        cost: what is counted, with its unit.
        costs: row → its cost; a row without one has no point.
    """
    rows = _rows(sheet, costs)
    if len(rows) < 2:
        return None
    words = (
        f"{row['row']}: {row['gain']:.1f} % at {_cost(row['cost'])}" + ", on the Pareto front" * row["front"]
        for row in rows
    )
    return Chart(name, f"{label} against {cost}", tuple(words), _spec(sheet, signs, label, cost, rows))


def _cost(cost: float) -> str:
    return f"{cost:,.4g}" if cost < 1e4 else f"{cost:,.0f}"


def front(points: Sequence[tuple[float, float]]) -> list[bool]:
    """Say of each (cost, gain) whether nothing else costs no more and gains no less, one of them strictly.

    >>> front([(1, 10), (2, 9), (3, 12)])
    [True, False, True]
    """
    return [
        not any(c <= cost and g >= gain and (c, g) != (cost, gain) for c, g in points)
        for cost, gain in points
    ]


def ticks(low: float, high: float) -> list[float]:
    """Choose marks for a logarithmic axis, far enough apart for their numbers.

    >>> ticks(20, 900), ticks(3, 40000)
    ([20.0, 50.0, 100.0, 200.0, 500.0], [10.0, 100.0, 1000.0, 10000.0])
    """
    first, last = floor(log10(low)), ceil(log10(high))
    steps = (1, 2, 5) if last - first <= 3 else (1,)
    found = [float(f"{step}e{power}") for power in range(first, last + 1) for step in steps]
    return [tick for tick in found if low <= tick <= high]


def _rows(sheet: Sheet, costs: Mapping[str, float]) -> list[dict[str, Any]]:
    found = [(i, line) for i, line in enumerate(sheet.lines) if not line.missing and line.name in costs]
    points = [(costs[line.name], 100 * fmean(line.means)) for _, line in found]
    return [
        {**named(i, line), "cost": cost, "gain": round(gain, 4), "front": on}
        for (i, line), (cost, gain), on in zip(found, points, front(points), strict=True)
    ]


def _spec(
    sheet: Sheet, signs: Mapping[str, Sign], label: str, cost: str, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    import altair as alt

    low, high = min(row["cost"] for row in rows) / 1.4, max(row["cost"] for row in rows) * 1.6
    top = ceiling(row["gain"] for row in rows)
    for row, place in zip(rows, _letter(rows, low, high, top), strict=True):
        row |= {"named": place is not None}
        row |= {"dx": place.dx, "dy": place.dy, "align": place.align} if place else {}
    axis = alt.Axis(values=ticks(low, high), format=",~r")
    logarithmic = alt.Scale(type="log", domain=[low, high], nice=False)
    x = alt.X("cost:Q", title=f"{cost} (log)", axis=axis, scale=logarithmic)
    y = alt.Y("gain:Q", title=f"{label}, %", scale=alt.Scale(domain=[0, top], nice=False))
    base = alt.Chart(alt.Data(values=rows)).transform_calculate(told=WORDS).encode(x=x, y=y)
    pareto = base.transform_filter("datum.front").mark_line(
        interpolate="step-after", color=MUTED, strokeDash=[4, 3], aria=False
    )
    there = [line for line in sheet.done if line.name in {f"{row['model']}/{row['method']}" for row in rows}]
    shown = {visible(line.method): signs[line.method] for line in there}
    shapes = alt.Scale(domain=list(shown), range=[sign.path for sign in shown.values()])
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        color=hues(signs, there, shown=legend()),
        shape=alt.Shape("method:N", scale=shapes, legend=legend()),
        tooltip=TOLD,
        description=TOLD,
    )
    names = (
        base.transform_filter("datum.named")
        .mark_text(
            aria=False,
            color=INK,
            dx=alt.ExprRef("datum.dx"),
            dy=alt.ExprRef("datum.dy"),
            align=alt.ExprRef("datum.align"),  # type: ignore[arg-type, unused-ignore]
        )
        .encode(text=alt.Text("row:N"))
    )
    return finished(pareto + points + names)


def _letter(rows: list[dict[str, Any]], low: float, high: float, top: float) -> list[Lettered | None]:
    """Name the points on the front first, then the better ones."""
    order = sorted(range(len(rows)), key=lambda i: (not rows[i]["front"], -rows[i]["gain"]))
    across = [WIDTH * log10(row["cost"] / low) / log10(high / low) for row in rows]
    down = [HEIGHT * (1 - row["gain"] / top) for row in rows]
    points = [(across[i], down[i], rows[i]["row"]) for i in order]
    steps = sorted((across[i], down[i]) for i in order if rows[i]["front"])
    places = dict(zip(order, letter(points, WIDTH, HEIGHT, walls(steps)), strict=True))
    return [places[i] for i in range(len(rows))]


def walls(steps: Sequence[tuple[float, float]]) -> list[Box]:
    """Box the lines of a front: along to the next point, then up to it."""
    along = [(x, y - 2, to_x, y + 2) for (x, y), (to_x, _) in pairwise(steps)]
    up = [(to_x - 2, to_y, to_x + 2, y) for (_, y), (to_x, to_y) in pairwise(steps)]
    return along + up
