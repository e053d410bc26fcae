"""A crew of processes leaves the same board; what did not change is not rendered again."""

import json
from dataclasses import replace

import pytest

from bench.errors import StoreError
from bench.site import crew, sections
from bench.site.publish import check, publish
from bench.site.stamps import FILE
from bench.store import Lines, write_lines
from bench.types import Prediction, Verdict


@pytest.fixture
def stored(result, tmp_path):
    """The same suite with its answers in files, as a store has them."""

    def store(cell):
        if cell.missing:
            return cell
        folder = tmp_path / "runs" / cell.slug
        write_lines(folder / "predictions.jsonl", cell.predictions)
        write_lines(folder / "verdicts.jsonl", cell.verdicts)
        return replace(
            cell,
            predictions=Lines(folder / "predictions.jsonl", Prediction),
            verdicts=Lines(folder / "verdicts.jsonl", Verdict),
        )

    return replace(result, cells=tuple(map(store, result.cells)))


def reread(result):
    """The suite as the next command finds it."""
    return replace(result, cells=tuple(map(copy, result.cells)))


def copy(cell):
    if cell.missing:
        return cell
    answers = Lines(cell.predictions.path, Prediction), Lines(cell.verdicts.path, Verdict)
    return replace(cell, predictions=answers[0], verdicts=answers[1])


@pytest.fixture
def rendered(monkeypatch):
    """The cells that were rendered."""
    names, render = [], sections.CellSection.pages
    monkeypatch.setattr(
        sections.CellSection, "pages", lambda self, result: names.append(self.name) or render(self, result)
    )
    return names


def test_several_processes_leave_the_same_bytes(result, stored, tmp_path, monkeypatch):
    publish(result, tmp_path / "board")
    monkeypatch.setattr(crew, "SHARE", 1)
    monkeypatch.setattr(crew, "cores", lambda: 2)
    assert check(stored, tmp_path / "board") == []
    (tmp_path / "board" / "cells" / f"{result.cells[1].slug}.html").write_text("edited by hand")
    assert check(stored, tmp_path / "board") == [f"cells/{result.cells[1].slug}.html"]


def test_an_error_comes_whole_from_another_process(stored, tmp_path, monkeypatch):
    monkeypatch.setattr(crew, "SHARE", 1)
    monkeypatch.setattr(crew, "cores", lambda: 2)
    path = stored.cells[0].verdicts.path
    path.write_text("damaged\n")
    with pytest.raises(StoreError, match="line 1 is damaged") as caught:
        publish(stored, tmp_path / "board")
    assert (caught.value.where, caught.value.todo) == (
        str(path),
        "delete the file; the next run makes it again",
    )


def test_only_cells_whose_answers_changed_are_rendered_again(stored, tmp_path, rendered):
    board = tmp_path / "board"
    publish(stored, board)
    assert sorted(rendered) == sorted(cell.slug for cell in stored.cells)
    rendered.clear()
    assert publish(stored, board) == []
    assert rendered == []
    path = stored.cells[1].predictions.path
    path.write_text(path.read_text().replace("Sure!", "Well!"))
    fresh = reread(stored)
    changed = {one.relative_to(board).as_posix() for one in publish(fresh, board)}
    assert rendered == [stored.cells[1].slug]
    assert f"cells/{stored.cells[1].slug}/extra.html" in changed
    assert check(fresh, board) == []


def test_a_page_that_somebody_touched_is_put_right(stored, tmp_path, rendered):
    board = tmp_path / "board"
    publish(stored, board)
    page = board / "cells" / f"{stored.cells[1].slug}.html"
    kept = page.read_bytes()
    page.write_text("edited by hand")
    rendered.clear()
    assert publish(stored, board) == [page]
    assert rendered == [stored.cells[1].slug]
    assert page.read_bytes() == kept


def test_damaged_stamps_cost_time_and_nothing_else(stored, tmp_path, rendered):
    publish(stored, tmp_path)
    for text in ("{", json.dumps({"x": 1})):
        (tmp_path / FILE).write_text(text)
        rendered.clear()
        assert publish(stored, tmp_path) == []
        assert len(rendered) == len(stored.cells)
