"""The board as a table for the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from bench.site.board import BLANK, Board, Figure, Line, Sheet
from bench.site.text import percent, visible


def render(board: Board) -> Table:
    """Lay a board out for a terminal: one block of rows per data set, scores in percent.

    Where the sheets share their columns they share one table; otherwise each is a table in a
    column of its own, one below the other.
    """
    if len(board.sheets) == 1:
        return _table(board.sheets[0], board.result.title)
    whole = Table.grid(padding=(0, 0))
    for sheet in board.sheets:
        whole.add_row(_table(sheet, board.result.title))
    return whole


def _table(sheet: Sheet, title: str) -> Table:
    name = f"{sheet.dataset.title}{' (synthetic data)' if sheet.dataset.synthetic else ''}"
    table = Table(
        title=Text(visible(f"{title}: {name}")),
        caption=Text(visible(_caption(sheet))),
        title_justify="left",
        caption_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("model", overflow="fold")
    table.add_column("method", overflow="fold")
    for column in sheet.columns:
        table.add_column(Text(visible(column.label)), justify="right", no_wrap=True)
    for line in sheet.lines:
        figures = [_text(line, line.figures.get(column.key, Figure(BLANK))) for column in sheet.columns]
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


def _caption(sheet: Sheet) -> str:
    notes = [f"† {', '.join(models)}: {note.rstrip('.')}." for note, models in sheet.base_notes.items()]
    bold = ["Bold: the best, and what a paired test does not tell from it."]
    told = bold if any(line.leads for line in sheet.lines) else []
    return "\n".join(filter(None, [*notes, *told, sheet.power]))
