"""Blocks of markup that a board repeats by the hundred thousand; a template takes several times as long."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from bench.site.grids import Grid, Slot
from bench.site.text import clip, finalize
from bench.words import count

_MARKS = tuple(Markup('<span class="mark" aria-hidden="true">{}</span>').format(sign) for sign in "✗✓")
_NONE = '<tr><td class="null">no rows</td></tr>'


def mark(right: bool) -> Markup:
    """Say right or wrong at a glance; the words stand beside it."""
    return _MARKS[right]


def rows(grid: Grid, caption: str, label: str) -> Markup:
    """Lay out the first rows of a result as a table that scrolls by itself."""
    lines = [
        f'<div class="scroll" tabindex="0" role="group" aria-label="{_clean(label)}">',
        '<table class="rows">',
        f"<caption>{_clean(caption)}: {count(grid.total, 'row')}</caption>",
    ]
    if grid.columns:
        names = "".join(f'<th scope="col">{_clean(name)}</th>' for name in grid.columns)
        lines.append(f"<thead><tr>{names}</tr></thead>")
    lines.append("<tbody>")
    lines += [f"<tr>{''.join(map(_cell, row))}</tr>" for row in grid.rows] or [_NONE]
    lines += ["</tbody>", "</table>", "</div>"]
    if more := _more(grid):
        lines.append(f'<p class="more">{more}</p>')
    return Markup("\n".join([*lines, ""]))  # noqa: S704 - every text in it is escaped


def _more(grid: Grid) -> str:
    rows = f"and {count(grid.more_rows, 'more row')}" if grid.more_rows > 0 else ""
    columns = count(grid.more_columns, "more column") if grid.more_columns else ""
    return ", ".join(filter(None, [rows, columns]))


def clipped(text: str, limit: int = 4000) -> Markup:
    """Show a text as it is, as far as there is room for it."""
    shown, left = clip(text, limit)
    more = f'<span class="more"> … {count(left, "more character")}</span>' if left else ""
    return Markup(f'<pre class="text"><bdi>{_clean(shown)}</bdi>{more}</pre>')  # noqa: S704 - escaped


def metrics(found: Mapping[str, bool | float]) -> str:
    """List what each metric says."""
    return ", ".join(f"{metric} {_said(value)}" for metric, value in found.items())


def _said(value: bool | float) -> str:
    if isinstance(value, bool):
        return "right" if value else "wrong"
    return f"{value:.3f}"


def _cell(slot: Slot) -> str:
    text = _clean(slot.text)
    return f'<td class="{slot.kind}">{f"<mark>{text}</mark>" if slot.differs else text}</td>'


def _clean(text: str) -> str:
    return escape(finalize(text))
