"""The charts of a sheet: what they show, as Altair specifications and in words."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from statistics import fmean

from bench.judge.ends import ENDINGS
from bench.judge.score import CORRECT, Scorecard, levels_of
from bench.site.board import Sheet
from bench.site.dress import GROUND, Chart, best, choice, dashes, finished, hues, legend, named
from bench.site.legend import Sign, colour_of
from bench.site.scatter import scatter
from bench.site.text import percent, visible

BINS = 40
"""Points of a loss curve; each is the mean over a stretch of training."""


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
        _levels(sheet, signs, label),
        _failures(sheet, cards),
        _curves(sheet, signs),
    )
    return tuple(chart for chart in found if chart is not None)


def _measured(sheet: Sheet, key: str) -> dict[str, float]:
    shown = [(line.name, line.figures[key].number) for line in sheet.done if key in line.figures]
    return {name: number for name, number in shown if number}


def _levels(sheet: Sheet, signs: Mapping[str, Sign], label: str) -> Chart | None:
    import altair as alt

    levels, lines = levels_of(sheet.dataset), best(sheet)
    rows = [
        {**named(i, line), "level": visible(level), "share": round(100 * (found.number or 0.0), 4)}
        for i, line in lines
        for level in levels
        if (found := line.figures[f"level:{level}"])
    ]
    if len(levels) < 2 or not rows:
        return None
    order = [visible(level) for level in levels]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("level:O", sort=order, title="difficulty", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("share:Q", title=f"{label}, %", scale=alt.Scale(domainMin=0)),
        color=hues(signs, [line for _, line in lines]),
        detail="row:N",
        tooltip=["row:N", "level:N", "share:Q"],
    )
    dashed = base.mark_line().encode(strokeDash=dashes([line for _, line in lines]))
    chart = dashed + base.mark_point(filled=True, size=50, opacity=1)
    words = (
        f"{line.name}: "
        + ", ".join(f"{level} {line.figures[f'level:{level}'].text}" for level in levels)
        + " %"
        for _, line in lines
    )
    title = f"{label} by difficulty{choice(sheet)}"
    return Chart("levels", title, tuple(map(visible, words)), finished(chart))


def _failures(sheet: Sheet, cards: Mapping[str, Scorecard]) -> Chart | None:
    import altair as alt

    rows, words = [], []
    for i, line in best(sheet):
        done = [cards[cell.slug] for cell in line.cells if not cell.missing]
        ends = {
            end: fmean(card.outcomes.get(end, 0) / card.n for card in done) for end in ENDINGS if done[0].n
        }
        failed = {end: share for end, share in ends.items() if share and end != CORRECT}
        rows += [
            {**named(i, line), "end": ENDINGS[end], "share": round(100 * share, 4), "order": place}
            for place, end in enumerate(ENDINGS)
            if (share := failed.get(end))
        ]
        told = ", ".join(f"{ENDINGS[end]} {percent(share)} %" for end, share in failed.items())
        words.append(visible(f"{line.name}: {told or 'every answer correct'}"))
    if not rows:
        return None
    there = [end for end in ENDINGS if any(row["end"] == ENDINGS[end] for row in rows)]
    colours = alt.Scale(domain=[ENDINGS[end] for end in there], range=list(map(colour_of, there)))
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(stroke=GROUND, strokeWidth=1)
        .encode(
            y=alt.Y("row:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
            x=alt.X("share:Q", title="answers, %", stack=True),
            color=alt.Color("end:N", scale=colours, legend=legend()),
            order=alt.Order("order:Q"),
            tooltip=["row:N", "end:N", "share:Q"],
        )
    )
    return Chart("failures", f"How wrong answers ended{choice(sheet)}", tuple(words), finished(chart))


def _curves(sheet: Sheet, signs: Mapping[str, Sign]) -> Chart | None:
    import altair as alt

    rows, words, lines = [], [], []
    for i, line in best(sheet):
        fit = next((cell.fit for cell in line.cells if cell.fit), None)
        found = smoothed([(step, loss) for step, loss in fit.losses if isfinite(loss)]) if fit else []
        rows += [{**named(i, line), "step": step, "loss": round(loss, 5)} for step, loss in found]
        if found:
            (start, first), (end, last) = found[0], found[-1]
            words.append(visible(f"{line.name}: {first:.3f} at step {start:,}, {last:.3f} at step {end:,}"))
            lines.append(line)
    if not rows:
        return None
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(strokeWidth=1.5)
        .encode(
            x=alt.X("step:Q", title="optimiser step"),
            y=alt.Y("loss:Q", title="training loss", scale=alt.Scale(domainMin=0)),
            color=hues(signs, lines),
            strokeDash=dashes(lines),
            detail="row:N",
            tooltip=["row:N", "step:Q", "loss:Q"],
        )
    )
    title = f"Training loss{choice(sheet)}; losses of different objectives do not compare"
    return Chart("curves", title, tuple(words), finished(chart))


def smoothed(losses: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Thin a loss curve out to 40 points, each the mean over its stretch at the stretch's last step.

    >>> smoothed([(1, 4.0), (2, 2.0)])
    [(1, 4.0), (2, 2.0)]
    """
    width = -(-len(losses) // BINS) or 1
    parts = [losses[start : start + width] for start in range(0, len(losses), width)]
    return [(part[-1][0], fmean(loss for _, loss in part)) for part in parts]
