"""What all charts share: their measures, the colours of the page, its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.site.board import Line, Sheet
from bench.site.legend import Sign
from bench.site.text import visible

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT = 420, 260
INK, MUTED, RULE, GROUND, ACCENT = "#1b1d1f", "#596068", "#dfe2e5", "#ffffff", "#0a5c8f"
"""The colours of ``board.css`` in daylight; ``draw.py`` puts those of the night in their place."""

MOST = 12
"""Rows that a chart of bars or lines shows; a table shows all."""

DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
"""What tells the lines of one model from those of another."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its name in addresses, its title, its numbers in words, its Vega-Lite specification."""

    name: str
    title: str
    words: tuple[str, ...]
    spec: Mapping[str, Any]


def best(sheet: Sheet) -> tuple[tuple[int, Line], ...]:
    """Give the rows that fit a chart of bars or lines, with their place in the table: the best ones."""
    done = [(i, line) for i, line in enumerate(sheet.lines) if not line.missing]
    kept = sorted(done, key=lambda one: -sum(one[1].means))[:MOST]
    return tuple(sorted(kept, key=lambda one: one[0]))


def choice(sheet: Sheet) -> str:
    """Say which rows a chart of bars or lines shows, where it does not show all."""
    return f", the best {MOST} of {len(sheet.done)} rows" if len(sheet.done) > MOST else ""


def named(number: int, line: Line) -> dict[str, Any]:
    """Give what each record of a chart carries: its row in the table and the names of it."""
    return {
        "line": number,
        "row": visible(f"{line.model} {line.method}"),
        "model": visible(line.model),
        "method": visible(line.method),
    }


def hues(signs: Mapping[str, Sign], lines: Sequence[Line]) -> alt.Color:
    """Colour what is of a method; the legend names those that are there."""
    import altair as alt

    there = dict.fromkeys(line.method for line in lines)
    names = [visible(method) for method in signs if method in there]
    colours = [sign.colour for method, sign in signs.items() if method in there]
    return alt.Color("method:N", scale=alt.Scale(domain=names, range=colours), legend=legend())


def dashes(lines: Sequence[Line]) -> alt.StrokeDash:
    """Tell lines of different models apart; models after the fourth share a dash."""
    import altair as alt

    models = [visible(model) for model in dict.fromkeys(line.model for line in lines)]
    range_ = [DASHES[i % len(DASHES)] for i in range(len(models))]
    shown = legend(lines=True) if len(models) > 1 else None
    return alt.StrokeDash("model:N", scale=alt.Scale(domain=models, range=range_), legend=shown)


def legend(*, lines: bool = False) -> alt.Legend:
    """Put a legend below its chart; of lines it shows how they are dashed."""
    import altair as alt

    found = alt.Legend(title=None, orient="bottom", columns=6, labelLimit=200, symbolStrokeWidth=2)
    if lines:
        found.symbolType, found.symbolStrokeColor = "stroke", INK
    return found


def finished(chart: alt.Chart | alt.LayerChart) -> dict[str, Any]:
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
