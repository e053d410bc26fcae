"""What all charts share: their measures, the colours of the page, its type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Any

from bench.site.board import Line, Sheet
from bench.site.legend import PALETTE, Sign
from bench.site.text import visible

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT = 420, 260
INK, MUTED, RULE, GROUND, ACCENT = "#1b1d1f", "#596068", "#dfe2e5", "#ffffff", "#0a5c8f"
"""The colours of ``board.css`` in daylight; ``draw.py`` puts those of the night in their place."""

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""vl-convert ships the first, so that it sets a drawing alike on every machine; the others are as wide."""

TOLD = "told:N"
"""What a mark says under a pointer and to who hears it: a field that each chart computes of its records."""

MOST = 12
"""Rows that a chart of bars or lines shows; a table shows all."""

DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
SWATCHES = ("■", "□", "●", "○")
"""What tells lines of one colour apart, and stands before their names."""


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


def hues(signs: Mapping[str, Sign], lines: Sequence[Line], *, shown: alt.Legend | None = None) -> alt.Color:
    """Colour what is of a method; where all is of one method, what is of a model.

    Args:
        signs: how each method is drawn.
        lines: the rows that are there.
        shown: the legend; without one, names stand elsewhere.
    """
    methods = dict.fromkeys(line.method for line in lines)
    models = dict.fromkeys(line.model for line in lines)
    if len(methods) == 1 < len(models):
        colours = {visible(model): PALETTE[i % len(PALETTE)] for i, model in enumerate(models)}
        return _colour("model:N", colours, shown)
    colours = {visible(method): sign.colour for method, sign in signs.items() if method in methods}
    return _colour("method:N", colours, shown)


def turns(signs: Mapping[str, Sign], lines: Sequence[Line]) -> dict[str, int]:
    """Number the lines that have one colour: of one method, or of methods beyond the palette.

    Returns:
        The row as charts name it → its number, from 0.
    """
    models = list(dict.fromkeys(line.model for line in lines))
    alone = len({line.method for line in lines}) == 1
    met: Counter[int] = Counter()
    found: dict[str, int] = {}
    for i, line in enumerate(lines):
        hue = models.index(line.model) % len(PALETTE) if alone else signs[line.method].number
        found[named(i, line)["row"]] = met[hue] % len(DASHES)
        met[hue] += 1
    return found


def dashes(signs: Mapping[str, Sign], lines: Sequence[Line]) -> alt.StrokeDash:
    """Dash the lines that have one colour, each in its way."""
    import altair as alt

    turn = turns(signs, lines)
    scale = alt.Scale(domain=list(turn), range=[DASHES[number] for number in turn.values()])
    return alt.StrokeDash("row:N", scale=scale, legend=None)


def ceiling(shares: Iterable[float]) -> int:
    """Give the upper end of an axis of percents: the next ten.

    >>> ceiling([12.0, 61.5]), ceiling([100.0])
    (70, 100)
    """
    return min(100, 10 * (floor(max(shares) / 10) + 1))


def _colour(field: str, colours: Mapping[str, str], shown: alt.Legend | None) -> alt.Color:
    import altair as alt

    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(field, scale=scale, legend=shown)


def legend(columns: int = 6) -> alt.Legend:
    """Put a legend below its chart."""
    import altair as alt

    return alt.Legend(title=None, orient="bottom", columns=columns, labelLimit=200, symbolStrokeWidth=2)


def finished(chart: alt.Chart | alt.LayerChart, width: int = WIDTH) -> dict[str, Any]:
    """Dress a chart in the page's colours and type; the address of the schema is left out."""
    dressed = (
        chart.properties(width=width, height=HEIGHT, background=GROUND)
        .configure(font=FONT)
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
