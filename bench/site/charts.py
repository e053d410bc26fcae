"""The charts of a sheet: what they show, as Altair specifications and in words."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

from bench.judge.ends import ENDINGS
from bench.judge.score import CORRECT, Scorecard
from bench.site.board import Sheet
from bench.site.dress import GROUND, TOLD, WIDTH, Chart, best, choice, finished, legend, named
from bench.site.legend import ENDS, Sign, colour_of
from bench.site.lines import curves, levels
from bench.site.scatter import scatter
from bench.site.text import percent, visible

WORDS = "datum.row + ', ' + datum.end + ': ' + format(datum.share, '.1f') + ' %'"
"""What a bar says, in Vega's expressions."""


def charts(
    sheet: Sheet, signs: Mapping[str, Sign], label: str, cards: Mapping[str, Scorecard]
) -> tuple[Chart, ...]:
    """Draw up the charts of a sheet; one whose numbers were not measured is left out.

    Args:
        sheet: the table they show.
        signs: how each method is drawn.
        label: the headline metric's name.
        cards: scorecards by the slug of their cell.
    """
    found = (
        scatter(sheet, signs, label, "cost", "training time, s", _measured(sheet, "seconds")),
        scatter(sheet, signs, label, "pace", "seconds per question", _measured(sheet, "pace")),
        scatter(sheet, signs, label, "size", "parameters", _measured(sheet, "size")),
        levels(sheet, signs, label),
        _failures(sheet, cards),
        curves(sheet, signs),
    )
    return tuple(chart for chart in found if chart is not None)


def _measured(sheet: Sheet, key: str) -> dict[str, float]:
    shown = [(line.name, line.figures[key].number) for line in sheet.done if key in line.figures]
    return {name: number for name, number in shown if number}


def _failures(sheet: Sheet, cards: Mapping[str, Scorecard]) -> Chart | None:
    import altair as alt

    rows, words = [], []
    for i, line in best(sheet):
        done = [cards[cell.slug] for cell in line.cells if not cell.missing]
        ends = {end: fmean(card.outcomes.get(end, 0) / card.n for card in done) for end in ENDS if done[0].n}
        failed = {end: share for end, share in ends.items() if share and end != CORRECT}
        rows += [
            {**named(i, line), "end": ENDINGS[end], "share": round(100 * share, 4), "order": place}
            for place, end in enumerate(ENDS)
            if (share := failed.get(end))
        ]
        shares = ", ".join(f"{ENDINGS[end]} {percent(share)} %" for end, share in failed.items())
        words.append(visible(f"{line.name}: {shares or 'every answer correct'}"))
    if not rows:
        return None
    there = [end for end in ENDS if any(row["end"] == ENDINGS[end] for row in rows)]
    colours = alt.Scale(domain=[ENDINGS[end] for end in there], range=list(map(colour_of, there)))
    chart = (
        alt.Chart(alt.Data(values=rows))
        .transform_calculate(told=WORDS)
        .mark_bar(stroke=GROUND, strokeWidth=1)
        .encode(
            y=alt.Y("row:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
            x=alt.X("share:Q", title="answers, %", stack=True),
            color=alt.Color("end:N", scale=colours, legend=legend(3)),
            order=alt.Order("order:Q"),
            tooltip=TOLD,
            description=TOLD,
        )
    )
    title = f"How wrong answers ended{choice(sheet)}"
    return Chart("failures", title, tuple(words), finished(chart, WIDTH - 90))
