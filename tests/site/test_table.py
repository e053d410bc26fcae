"""The terminal's table says what the page says."""

import io

from rich.console import Console

from bench.site.board import board
from bench.site.table import render


def shown(result, width=160):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(render(board(result)))
    return console.file.getvalue()


def test_every_figure_of_the_page_is_in_the_table(result):
    text = shown(result)
    sheet = board(result).sheets[0]
    for line in sheet.lines:
        for column in sheet.columns:
            if column.key in line.figures and not column.spare:
                assert line.figures[column.key].text in text
    assert "(synthetic data)" in text
    assert "† tiny-small, tiny-medium: a toy model" in text
    assert text.count("not run") == 1


def test_hostile_names_are_plain_text(hostile):
    text = shown(hostile)
    assert "<b>model</b>" in text
    assert "\x1b" not in text
