"""The charts: their numbers are the table's, in words and in the drawing; nothing from outside."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from bench.site import charts as module
from bench.site.board import board
from bench.site.charts import charts, front
from bench.site.draw import NIGHT, files


@pytest.fixture(scope="module")
def drawn(result):
    arranged = board(result)
    return {chart.name: chart for chart in charts(arranged.sheets[0], "EX", arranged.cards)}


def test_the_charts_of_a_sheet(drawn):
    assert list(drawn) == ["cost", "pace", "size", "levels", "failures", "curves"]


def test_the_front_by_hand():
    assert front([(1, 10), (2, 9), (3, 12), (3, 11)]) == [True, False, True, False]
    assert front([(1, 10), (1, 10)]) == [True, True]
    assert front([]) == []


def test_words_state_the_numbers(drawn):
    assert drawn["cost"].words == (
        "tiny-small lora: 50.0 % at 21.4",
        "tiny-small qlora: 41.7 % at 21.4",
        "tiny-medium lora: 75.0 % at 21.4, on the Pareto front",
    )
    assert "tiny-medium/lora: easy 100.0, medium 100.0, hard 66.7, extra 33.3 %" in drawn["levels"].words
    # Of its three wrong answers one does not parse, one gives another result and one never ends.
    assert (
        "tiny-medium/lora: wrong result 8.3 %, syntax error 8.3 %, timeout 8.3 %" in drawn["failures"].words
    )
    assert all("3.200 at step 0" in words for words in drawn["curves"].words)


def test_a_drawing_has_a_day_a_night_and_no_foreign_address(drawn):
    made = dict(files(drawn["cost"], "mini-cost"))
    assert sorted(made) == [f"charts/mini-cost{end}" for end in ("-dark.svg", ".js", ".png", ".svg")]
    for name in ("charts/mini-cost.svg", "charts/mini-cost-dark.svg"):
        tree = ET.fromstring(made[name])
        text = " ".join("".join(node.itertext()) for node in tree.iter() if node.tag.endswith("text"))
        assert "tiny-medium lora" in text
        assert b"href=" not in made[name].replace(b"xmlns:xlink=", b"")
    assert not any(day.encode() in made["charts/mini-cost-dark.svg"] for day in NIGHT)
    assert made["charts/mini-cost.png"].startswith(b"\x89PNG")
    assert b"http" not in made["charts/mini-cost.js"]
    assert dict(files(drawn["cost"], "mini-cost")) == made


def test_what_was_not_measured_has_no_chart(result):
    bare = replace(result, cells=tuple(replace(cell, fit=None, seconds=None) for cell in result.cells))
    arranged = board(bare)
    assert [chart.name for chart in charts(arranged.sheets[0], "EX", arranged.cards)] == [
        "levels",
        "failures",
    ]


def test_hostile_names_are_data(hostile):
    arranged = board(hostile)
    for chart in charts(arranged.sheets[0], "EX", arranged.cards):
        ET.fromstring(dict(files(chart, "x"))["charts/x.svg"])
        json.dumps(chart.spec)


def test_colours_are_those_of_the_style_sheet():
    text = Path(module.__file__).with_name("static").joinpath("board.css").read_text("utf-8")
    assert all(colour in text for colour in (*NIGHT, *NIGHT.values()))
