"""Publishing: the same bytes twice, only what changed, nothing stale left, nothing foreign touched."""

import json
from dataclasses import replace

import pytest

from bench.errors import StoreError
from bench.site.board import board
from bench.site.index import write_index
from bench.site.publish import check, lost, publish
from bench.site.releases import keep
from bench.site.stamps import FILE


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != FILE
    }


def test_twice_gives_the_same_bytes_and_writes_nothing_new(result, tmp_path):
    first = publish(result, tmp_path / "a")
    publish(result, tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert len(first) == len(contents(tmp_path / "a"))
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "a").rglob("*")}
    assert publish(result, tmp_path / "a") == []
    assert times == {path: path.stat().st_mtime_ns for path in (tmp_path / "a").rglob("*")}
    assert check(result, tmp_path / "a") == []


def test_only_what_changed_is_written(result, tmp_path):
    publish(result, tmp_path)
    first, *others = result.cells
    changed = publish(replace(result, cells=(replace(first, command="bench run other"), *others)), tmp_path)
    names = sorted(path.relative_to(tmp_path).as_posix() for path in changed)
    assert names == [f"cells/{first.slug}.html", "results.csv", "results.json"]


def test_a_cell_that_is_gone_takes_its_pages_along(result, tmp_path):
    publish(result, tmp_path)
    (tmp_path / "cells" / "mine.txt").write_text("a reader's own note")
    first, *others = result.cells
    smaller = replace(result, cells=tuple(others))
    assert f"cells/{first.slug}.html" in check(smaller, tmp_path)
    publish(smaller, tmp_path)
    assert not (tmp_path / "cells" / f"{first.slug}.html").exists()
    assert not (tmp_path / "cells" / first.slug).exists()
    assert (tmp_path / "cells" / "mine.txt").exists()
    assert check(smaller, tmp_path) == []


def test_check_names_what_is_damaged_or_missing(result, tmp_path):
    assert "index.html" in check(result, tmp_path / "nowhere")
    publish(result, tmp_path)
    (tmp_path / "index.html").write_text("edited by hand")
    (tmp_path / "results.csv").unlink()
    assert check(result, tmp_path) == ["index.html", "results.csv"]


def test_a_list_that_points_outside_removes_nothing(result, tmp_path):
    outside = tmp_path / "precious.txt"
    outside.write_text("keep")
    publish(result, tmp_path / "board")
    with (tmp_path / "board" / "files.txt").open("a") as listing:
        listing.write(f"../precious.txt\n{outside}\n.\n\n")
    publish(result, tmp_path / "board")
    assert outside.read_text() == "keep"
    assert check(result, tmp_path / "board") == []


def test_a_file_in_the_way_is_one_clear_error(result, tmp_path):
    (tmp_path / "cells").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot write the board"):
        publish(result, tmp_path)


def test_the_index_lists_boards(result, tmp_path):
    publish(result, tmp_path / "tiny", indexed=True)
    assert check(result, tmp_path / "tiny", indexed=True) == []
    assert 'href="../index.html"' in (tmp_path / "tiny" / "index.html").read_text("utf-8")
    (tmp_path / "reported").mkdir()
    write_index(tmp_path)
    text = (tmp_path / "index.html").read_text("utf-8")
    assert 'href="tiny/index.html"' in text
    assert "Tiny models on mini" in text
    assert "<td>mini (dev): mini <" in text
    assert '<td class="date">2026-11-20</td><td>–</td>' in text
    assert write_index(tmp_path) == []
    keep(board(result), tmp_path / "tiny", "2026-11-21")
    write_index(tmp_path)
    released = '<a href="tiny/releases.html">1, the last of 2026-11-21</a>'
    assert released in (tmp_path / "index.html").read_text("utf-8")


def test_the_index_counts_no_cell_that_the_suite_leaves_out(result, tmp_path):
    *others, last = result.cells
    assert last.missing == "not run"
    publish(
        replace(result, cells=(*others, replace(last, missing="skipped: one seed is enough"))), tmp_path / "t"
    )
    write_index(tmp_path)
    n = len(others)
    assert f'<td class="number">{n}</td><td class="number">{n}</td>' in (tmp_path / "index.html").read_text(
        "utf-8"
    )
    publish(result, tmp_path / "t")
    write_index(tmp_path)
    counted = f'<td class="number">{n + 1}</td><td class="number">{n}</td>'
    assert counted in (tmp_path / "index.html").read_text("utf-8")


def test_what_a_board_would_lose_are_cells_that_its_suite_still_asks_for(result, tmp_path):
    assert lost(result, tmp_path) == []
    publish(result, tmp_path)
    assert lost(result, tmp_path) == []
    first, second, *others = result.cells
    unrun = replace(result, cells=(replace(first, missing="not run"), second, *others))
    assert lost(unrun, tmp_path) == [first.slug]
    skipped = replace(result, cells=(replace(first, missing="skipped: too long"), *others))
    assert lost(skipped, tmp_path) == []


def test_the_feed_has_an_item_for_each_board(result, tmp_path):
    publish(result, tmp_path / "tiny")
    write_index(tmp_path)
    told = json.loads((tmp_path / "feed.json").read_text("utf-8"))
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = told["items"]
    assert (item["url"], item["title"]) == ("tiny/index.html", "Tiny models on mini")
    assert item["content_text"] == "6 of 7 cells have scores."


def test_a_damaged_board_is_named(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "index.html").write_text("")
    (tmp_path / "x" / "results.json").write_text(json.dumps({"title": "no cells"}))
    with pytest.raises(StoreError, match=r"results\.json"):
        write_index(tmp_path)
