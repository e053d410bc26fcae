"""The board as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.site.board import Board, Line, Sheet
from bench.site.figures import BLANK, Column, Figure
from bench.site.text import percent, visible

_RULER = Console(width=100_000)
"""Measures tables, which depends on no real terminal."""


def render(board: Board, width: int | None = None) -> Table:
    """Lay a board out for a terminal: one block of rows per data set, scores in percent.

    Where the sheets share their columns they share one table; otherwise each is a table in a
    column of its own, one below the other. A table wider than ``width`` characters loses columns
    from the right, and says so.
    """
    tables = [_fitted(sheet, board.result.title, width) for sheet in board.sheets]
    if len(tables) == 1:
        return tables[0]
    whole = Table.grid(padding=(0, 0))
    for table in tables:
        whole.add_row(table)
    return whole


def _fitted(sheet: Sheet, title: str, width: int | None) -> Table:
    """Make the widest table of a sheet that fits; scores are the columns that go last."""
    columns = [column for column in sheet.columns if not (column.spare or column.drawn)]
    for shown in range(len(columns), 1, -1):
        table = _table(sheet, title, columns[:shown])
        if width is None or _RULER.measure(table).maximum <= width:
            return table
    return _table(sheet, title, columns[:1])


def _table(sheet: Sheet, title: str, columns: Sequence[Column]) -> Table:
    note = " (synthetic data)" if sheet.dataset.synthetic else ""
    name = f"{sheet.name}: {sheet.title}{note}"
    hidden = sum(not column.drawn for column in sheet.columns) - len(columns)
    table = Table(
        title=Text(visible(f"{title}\n{name}")),
        caption=Text(visible(_caption(sheet, hidden))),
        title_justify="left",
        caption_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("model", no_wrap=True)
    table.add_column("method", no_wrap=True)
    for column in columns:
        table.add_column(Text(visible(column.label)), justify="right", no_wrap=True)
    for line in sheet.lines:
        figures = [_text(line, line.figures.get(column.key, Figure(BLANK))) for column in columns]
        if line.leads:
            figures[0].stylize("bold")
        model = f"{line.model}{' †' if line.base_note else ''}" if line.opens else ""
        method = " ".join([line.method, *(f"({note})" for note in line.notes)])
        table.add_row(Text(visible(model)), Text(visible(method)), *figures)
    return table


def _text(line: Line, figure: Figure) -> Text:
    if figure.score is None:
        return Text(visible(figure.text), style="dim" if line.missing else "")
    half = percent((figure.score.high - figure.score.low) / 2, 0)
    return Text.assemble(figure.text, (f" ±{half}", "dim"))


def _caption(sheet: Sheet, hidden: int) -> str:
    notes = [f"† {', '.join(models)}: {note.rstrip('.')}." for note, models in sheet.base_notes.items()]
    bold = ["Rank: the places that paired tests leave open; bold is tied with the best."]
    told = bold if any(line.leads for line in sheet.lines) else []
    cut = f"{hidden} more columns in a wider terminal, and on the board." if hidden else ""
    return "\n".join(filter(None, [*notes, *told, sheet.power, cut]))
