"""When answers were made and by what: as recorded, and never guessed."""

import json
from dataclasses import replace

from bench.site.board import board
from bench.site.index import write_index
from bench.site.made import Made, made, when
from bench.site.publish import publish
from tests.site.cells import provenance


def test_a_record_and_one_of_before_days_were_kept():
    assert made(provenance("lora")) == Made("2026-11-20", "0123456", dirty=False)
    old = {"predict": {"command": "bench run x", "source": {"commit": "abcdef0123", "dirty": True}}}
    assert made(old) == Made("", "abcdef0123", dirty=True)
    assert made(old).at == "abcdef0+"
    assert made({}) == Made()


def test_the_last_day_or_else_the_commit():
    early, late = Made("2026-11-01", "a" * 40), Made("2026-11-20", "b" * 40)
    undated = Made("", "c" * 40)
    assert when([early, late, undated]) == "2026-11-20"
    assert when([undated, undated, Made()]) == "at commit ccccccc"
    assert when([undated, Made("", "d" * 40)]) == "at 2 commits"
    assert when([Made()]) == when([]) == "day not recorded"


def test_the_index_names_the_commit_of_a_board_without_days(result, tmp_path):
    publish(result, tmp_path / "tiny")
    told = tmp_path / "tiny" / "results.json"
    told.write_text(told.read_text("utf-8").replace('"date":"2026-11-20",', ""))
    assert json.loads(told.read_text("utf-8"))["suite"] == "tiny"
    write_index(tmp_path)
    assert '<td class="date">at commit 0123456</td>' in (tmp_path / "index.html").read_text("utf-8")


def test_seeds_of_several_commits_name_them_all(result):
    first, second, *_ = (cell for cell in result.cells if cell.method == "lora")
    other = {"predict": {**first.provenance["predict"], "source": {"commit": "fedcba98", "dirty": True}}}
    cells = (first, replace(second, provenance=other))
    (line,) = board(replace(result, cells=cells)).sheets[0].lines
    assert line.figures["commit"].text == "0123456, fedcba9+"
    assert line.figures["commit"].title == "0123456, fedcba98"
