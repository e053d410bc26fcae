"""Charts of lines: scores by difficulty and training losses, each line named at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from statistics import fmean
from typing import TYPE_CHECKING, Any

from bench.judge.score import levels_of
from bench.site.board import Line, Sheet
from bench.site.dress import (
    HEIGHT,
    INK,
    SWATCHES,
    TOLD,
    WIDTH,
    Chart,
    best,
    ceiling,
    choice,
    dashes,
    finished,
    hues,
    named,
    turns,
)
from bench.site.legend import Sign
from bench.site.lettering import LINE, spread
from bench.site.text import visible

if TYPE_CHECKING:
    import altair as alt

BINS = 40
"""Points of a loss curve; each is the mean over a stretch of training."""

LEVEL = "datum.row + ', ' + datum.level + ': ' + format(datum.share, '.1f') + ' %'"
LOSS = "datum.row + ': ' + format(datum.loss, '.3f') + ' at step ' + format(datum.step, ',')"
"""What a point says, in Vega's expressions."""

FAINT = 0.15
"""Opacity of the lines that a pointer is not at."""


def levels(sheet: Sheet, signs: Mapping[str, Sign], label: str) -> Chart | None:
    """Draw the headline by difficulty; ``None`` with fewer than two levels or without a row."""
    import altair as alt

    names, lines = levels_of(sheet.dataset), best(sheet)
    rows = [
        {**named(i, line), "level": visible(level), "share": round(100 * (found.number or 0.0), 4)}
        for i, line in lines
        for level in names
        if (found := line.figures[f"level:{level}"])
    ]
    if len(names) < 2 or not rows:
        return None
    order = [visible(level) for level in names]
    top = ceiling(row["share"] for row in rows)
    shown = [line for _, line in lines]
    _name([row for row in rows if row["level"] == order[-1]], "share", top, turns(signs, shown))
    base = (
        alt.Chart(alt.Data(values=rows))
        .transform_calculate(told=LEVEL)
        .encode(
            x=alt.X("level:O", sort=order, title="difficulty", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("share:Q", title=f"{label}, %", scale=alt.Scale(domain=[0, top], nice=False)),
            detail="row:N",
        )
    )
    words = tuple(visible(f"{line.name}: {_told(line, names)} %") for _, line in lines)
    drawn = _drawn(base, signs, shown, points=True)
    return Chart("levels", f"{label} by difficulty{choice(sheet)}", words, drawn)


def curves(sheet: Sheet, signs: Mapping[str, Sign]) -> Chart | None:
    """Draw the losses of training; ``None`` where no row was trained."""
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
    top = max(float(row["loss"]) for row in rows)
    _name(list({row["row"]: row for row in rows}.values()), "loss", top, turns(signs, lines))
    base = (
        alt.Chart(alt.Data(values=rows))
        .transform_calculate(told=LOSS)
        .encode(
            x=alt.X("step:Q", title="optimiser step", scale=alt.Scale(nice=False)),
            y=alt.Y("loss:Q", title="training loss", scale=alt.Scale(domain=[0, top], nice=False)),
            detail="row:N",
        )
    )
    title = f"Training loss{choice(sheet)}; losses of different objectives do not compare"
    return Chart("curves", title, tuple(words), _drawn(base, signs, lines))


def _told(line: Line, levels: Sequence[str]) -> str:
    return ", ".join(f"{level} {line.figures[f'level:{level}'].text}" for level in levels)


def smoothed(losses: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Thin a loss curve out to 40 points, each the mean over its stretch at the stretch's last step.

    >>> smoothed([(1, 4.0), (2, 2.0)])
    [(1, 4.0), (2, 2.0)]
    """
    width = -(-len(losses) // BINS) or 1
    parts = [losses[start : start + width] for start in range(0, len(losses), width)]
    return [(part[-1][0], fmean(loss for _, loss in part)) for part in parts]


def _name(ends: Sequence[dict[str, Any]], key: str, top: float, turn: Mapping[str, int]) -> None:
    """Write at the end of each line what tells it from the others, and how far down its name stands."""
    models, methods = ({row[what] for row in ends} for what in ("model", "method"))
    what = "method" if len(models) == 1 else "model" if len(methods) == 1 else "row"
    heights = [HEIGHT * (1 - row[key] / top) if top else 0.0 for row in ends]
    for row, shift in zip(ends, spread(heights, HEIGHT - LINE / 2), strict=True):
        row |= {"name": row[what], "swatch": SWATCHES[turn[row["row"]]], "dy": shift}


def _drawn(
    base: alt.Chart, signs: Mapping[str, Sign], lines: Sequence[Line], *, points: bool = False
) -> dict[str, Any]:
    """Draw lines, their names beside their ends; a pointer at one makes the others faint.

    Lines without points may end early: their names stand at the right edge, at the height of their ends.
    Their points are there all the same, unseen, for a pointer and for the keyboard.
    """
    import altair as alt

    colour = hues(signs, lines)
    pointed = alt.selection_point(
        name="pointed", fields=["row"], on="pointerover", clear="pointerout", nearest=True
    )
    opacity = alt.condition(pointed, alt.value(1), alt.value(FAINT))
    line = base.mark_line(strokeWidth=1.75, aria=False).encode(
        color=colour, strokeDash=dashes(signs, lines), opacity=opacity
    )
    point = (
        base.properties(name="points")
        .mark_point(filled=True, size=45, fillOpacity=float(points))
        .encode(color=colour, opacity=opacity, tooltip=TOLD, description=TOLD)
    )
    ends = base.transform_filter("isValid(datum.name)")
    if not points:
        ends = ends.encode(x=alt.value("width"))
    shift = alt.ExprRef("datum.dy")
    swatch = ends.mark_text(aria=False, align="left", dx=8, dy=shift, fontSize=9).encode(
        text="swatch:N", color=colour, opacity=opacity
    )
    name = ends.mark_text(aria=False, align="left", dx=18, dy=shift, color=INK).encode(
        text="name:N", opacity=opacity
    )
    return finished(line + point.add_params(pointed) + swatch + name, width=WIDTH - 90)
