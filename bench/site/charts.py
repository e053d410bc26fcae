"""The charts of a sheet: what they show, as Altair specifications and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean
from typing import TYPE_CHECKING, Any

from bench.judge.ends import ENDINGS
from bench.judge.score import CORRECT, Scorecard, levels_of
from bench.site.board import Line, Sheet
from bench.site.text import percent, visible

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT = 420, 260
INK, MUTED, RULE, GROUND, ACCENT = "#1b1d1f", "#596068", "#dfe2e5", "#ffffff", "#0a5c8f"
"""The colours of ``board.css`` in daylight; ``draw.py`` puts those of the night in their place."""

PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b07800", "#3a93c4", "#7a6fbe", "#8a8a00"]
"""After Okabe and Ito, told apart by most eyes; shapes and labels tell the same."""

MOST = 12
"""Rows that a chart of bars or lines shows; a table shows all."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its name in addresses, its title, its numbers in words, its Vega-Lite specification."""

    name: str
    title: str
    words: tuple[str, ...]
    spec: Mapping[str, Any]


def charts(sheet: Sheet, label: str, cards: Mapping[str, Scorecard]) -> tuple[Chart, ...]:
    """Draw up the charts of a sheet; one whose numbers were not measured is left out.

    Args:
        sheet: the table they show.
        label: the headline metric's name.
        cards: scorecards by the slug of their cell.
    """
    size = {
        line.name: float(fit.parameters)
        for line in sheet.done
        if (fit := next((cell.fit for cell in line.cells if cell.fit), None))
    }
    found = (
        _scatter(sheet, label, "cost", "training time, s", dict(_measured(sheet, "seconds"))),
        _scatter(sheet, label, "pace", "seconds per question", dict(_measured(sheet, "pace"))),
        _scatter(sheet, label, "size", "parameters", size),
        _levels(sheet, label),
        _failures(sheet, cards),
        _curves(sheet),
    )
    return tuple(chart for chart in found if chart is not None)


def front(points: Sequence[tuple[float, float]]) -> list[bool]:
    """Say of each (cost, gain) whether nothing else costs no more and gains no less, one of them strictly.

    >>> front([(1, 10), (2, 9), (3, 12)])
    [True, False, True]
    """
    return [
        not any(c <= cost and g >= gain and (c, g) != (cost, gain) for c, g in points)
        for cost, gain in points
    ]


def _measured(sheet: Sheet, key: str) -> list[tuple[str, float]]:
    shown = [(line.name, line.figures[key].number) for line in sheet.done if key in line.figures]
    return [(name, number) for name, number in shown if number]


def _scatter(sheet: Sheet, label: str, name: str, cost: str, costs: Mapping[str, float]) -> Chart | None:
    import altair as alt

    lines = [line for line in sheet.done if line.name in costs]
    if len(lines) < 2:
        return None
    gains = [100 * fmean(line.means) for line in lines]
    best = front([(costs[line.name], gain) for line, gain in zip(lines, gains, strict=True)])
    rows = [
        {**_named(line), "cost": costs[line.name], "gain": round(gain, 4), "front": on, "odd": i % 2 == 1}
        for i, (line, gain, on) in enumerate(zip(lines, gains, best, strict=True))
    ]
    x = alt.X("cost:Q", title=f"{cost} (log)", scale=alt.Scale(type="log", nice=True))
    y = alt.Y("gain:Q", title=f"{label}, %", scale=alt.Scale(domainMin=0))
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)
    pareto = base.transform_filter("datum.front").mark_line(
        interpolate="step-after", color=MUTED, strokeDash=[4, 3]
    )
    points = base.mark_point(filled=True, size=80, opacity=1).encode(
        color=_colour("method"),
        shape=alt.Shape("method:N", sort=None, legend=_legend()),
        tooltip=["row:N", "cost:Q", "gain:Q"],
    )
    above, below = (
        base.transform_filter(which)
        .mark_text(align="left", dx=8, dy=dy, color=INK)
        .encode(text=alt.Text("row:N"))
        for which, dy in (("!datum.odd", -7), ("datum.odd", 9))
    )
    words = (
        f"{row['row']}: {row['gain']:.1f} % at {row['cost']:,.4g}" + ", on the Pareto front" * row["front"]
        for row in rows
    )
    return Chart(name, f"{label} against {cost}", tuple(words), _finished(pareto + points + above + below))


def _levels(sheet: Sheet, label: str) -> Chart | None:
    import altair as alt

    levels = levels_of(sheet.dataset)
    lines = sheet.done[:MOST]
    rows = [
        {**_named(line), "level": visible(level), "share": round(100 * (found.number or 0.0), 4)}
        for line in lines
        for level in levels
        if (found := line.figures[f"level:{level}"])
    ]
    if len(levels) < 2 or not rows:
        return None
    order = [visible(level) for level in levels]
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=alt.OverlayMarkDef(filled=True, size=50))
        .encode(
            x=alt.X("level:O", sort=order, title="difficulty", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("share:Q", title=f"{label}, %", scale=alt.Scale(domainMin=0)),
            color=_colour("row"),
            tooltip=["row:N", "level:N", "share:Q"],
        )
    )
    words = (
        f"{line.name}: "
        + ", ".join(f"{level} {line.figures[f'level:{level}'].text}" for level in levels)
        + " %"
        for line in lines
    )
    return Chart("levels", f"{label} by difficulty", tuple(map(visible, words)), _finished(chart))


def _failures(sheet: Sheet, cards: Mapping[str, Scorecard]) -> Chart | None:
    import altair as alt

    rows, words = [], []
    for line in sheet.done[:MOST]:
        done = [cards[cell.slug] for cell in line.cells if not cell.missing]
        ends = {
            end: fmean(card.outcomes.get(end, 0) / card.n for card in done) for end in ENDINGS if done[0].n
        }
        failed = {ENDINGS[end]: share for end, share in ends.items() if share and end != CORRECT}
        rows += [
            {**_named(line), "end": end, "share": round(100 * share, 4)} for end, share in failed.items()
        ]
        told = ", ".join(f"{end} {percent(share)} %" for end, share in failed.items())
        words.append(visible(f"{line.name}: {told or 'every answer correct'}"))
    if not rows:
        return None
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(stroke=GROUND, strokeWidth=1)
        .encode(
            y=alt.Y("row:N", sort=None, title=None),
            x=alt.X("share:Q", title="answers, %", stack=True),
            color=_colour("end"),
            tooltip=["row:N", "end:N", "share:Q"],
        )
    )
    return Chart("failures", "How wrong answers ended", tuple(words), _finished(chart))


def _curves(sheet: Sheet) -> Chart | None:
    import altair as alt

    rows, words = [], []
    for line in sheet.done[:MOST]:
        fit = next((cell.fit for cell in line.cells if cell.fit), None)
        found = [(step, loss) for step, loss in fit.losses if isfinite(loss)] if fit else []
        rows += [{**_named(line), "step": step, "loss": round(loss, 5)} for step, loss in found]
        if found:
            first, last = found[0], found[-1]
            words.append(
                visible(
                    f"{line.name}: {first[1]:.3f} at step {first[0]:,}, {last[1]:.3f} at step {last[0]:,}"
                )
            )
    if not rows:
        return None
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(strokeWidth=1.5)
        .encode(
            x=alt.X("step:Q", title="optimiser step"),
            y=alt.Y("loss:Q", title="training loss", scale=alt.Scale(domainMin=0)),
            color=_colour("row"),
            tooltip=["row:N", "step:Q", "loss:Q"],
        )
    )
    return Chart("curves", "Training loss", tuple(words), _finished(chart))


def _named(line: Line) -> dict[str, Any]:
    return {"row": visible(f"{line.model} {line.method}"), "method": visible(line.method)}


def _colour(field: str) -> alt.Color:
    import altair as alt

    return alt.Color(f"{field}:N", sort=None, scale=alt.Scale(range=PALETTE), legend=_legend())


def _legend() -> alt.Legend:
    import altair as alt

    return alt.Legend(title=None, orient="bottom", columns=3, labelLimit=200)


def _finished(chart: alt.Chart | alt.LayerChart) -> dict[str, Any]:
    """Dress a chart in the page's colours and type; the address of the schema is left out."""
    dressed = (
        chart.properties(width=WIDTH, height=HEIGHT, background=GROUND)
        .configure(font="sans-serif")
        .configure_axis(
            labelColor=MUTED,
            titleColor=INK,
            gridColor=RULE,
            domainColor=MUTED,
            tickColor=MUTED,
            titleFontWeight=500,
        )
        .configure_legend(labelColor=INK)
        .configure_view(stroke=None)
    )
    spec: dict[str, Any] = dressed.to_dict()
    spec.pop("$schema")
    return spec
