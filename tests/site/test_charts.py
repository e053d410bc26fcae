"""The charts: their numbers are the table's, in words and in the drawing; nothing from outside."""

import json
import random
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from bench.judge.ends import ENDINGS
from bench.site import charts as module
from bench.site.board import board
from bench.site.charts import charts
from bench.site.draw import NIGHT, files
from bench.site.legend import ENDS, PALETTE, SHADES, SHAPES, colour_of, shade, signs
from bench.site.lettering import GLYPH, LINE, letter, spread
from bench.site.lines import smoothed
from bench.site.scatter import front, ticks, walls
from tests.site.cells import cell


def drawings(arranged):
    return charts(arranged.sheets[0], arranged.signs, "EX", arranged.cards)


@pytest.fixture(scope="module")
def drawn(result):
    return {chart.name: chart for chart in drawings(board(result))}


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
        "tiny-medium/lora: wrong result 8.3 %, timeout 8.3 %, syntax error 8.3 %" in drawn["failures"].words
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
    assert [chart.name for chart in drawings(arranged)] == ["levels", "failures"]


def test_hostile_names_are_data(hostile):
    for chart in drawings(board(hostile)):
        ET.fromstring(dict(files(chart, "x"))["charts/x.svg"])
        json.dumps(chart.spec)


def test_colours_are_those_of_the_style_sheet():
    text = Path(module.__file__).with_name("static").joinpath("board.css").read_text("utf-8")
    assert all(colour in text for colour in (*NIGHT, *NIGHT.values(), *PALETTE, *SHADES))
    for number, colour in enumerate(PALETTE):
        assert f".k{number} {{ --key: {colour}; }}" in text


def test_common_endings_look_different():
    assert sorted(ENDS) == sorted(ENDINGS)
    common = ("wrong_result", "missing", "not_a_query", "timeout")
    errors = ("forbidden", "error_syntax", "error_schema", "error_runtime")
    assert len({colour_of(end) for end in (*common, *errors)}) == len({*map(shade, (*common, *errors))}) == 8


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("shade", SHADES)
def test_a_wrong_ending_says_so_and_stands_out_by_day_and_by_night(shade):
    red, green, _ = (int(shade[at : at + 2], 16) for at in (1, 3, 5))
    assert red >= green  # neither the blue of a right answer nor a green
    for ground in ("#ffffff", NIGHT["#ffffff"]):
        light, dark = sorted((luminance(shade), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3  # WCAG 2.2, 1.4.11


def colours(spec):
    """Give method → colour as each layer of a chart has it."""
    for layer in spec.get("layer", [spec]):
        scale = layer["encoding"].get("color", {}).get("scale")
        if scale and layer["encoding"]["color"]["field"] == "method":
            yield dict(zip(scale["domain"], scale["range"], strict=True))


def test_a_method_has_one_colour_in_every_chart_and_in_the_table(result, drawn):
    arranged = board(result)
    told = {method: sign.colour for method, sign in arranged.signs.items()}
    assert list(told) == ["base", "lora", "qlora"]
    found = [scale for chart in drawn.values() for scale in colours(chart.spec)]
    assert len(found) == 9  # three clouds of points; lines, points and swatches of the levels and the losses
    assert all(colour == told[method] for scale in found for method, colour in scale.items())
    assert {method for scale in found for method in scale} == set(told)
    assert not set(told.values()) & set(SHADES)  # nobody takes an ending for a method


def test_a_chart_is_drawn_up_alike_each_time(result, drawn):
    assert {chart.name: chart.spec for chart in drawings(board(result))} == {
        name: chart.spec for name, chart in drawn.items()
    }


def test_drawings_are_set_in_the_type_that_their_engine_ships(drawn):
    for chart in drawn.values():
        drawing = dict(files(chart, "x"))["charts/x.svg"].decode("utf-8")
        families = set(re.findall(r'font-family="([^"]+)"', drawing))
        assert families == {"Liberation Sans, Arial, Helvetica, sans-serif"}


def test_rows_of_one_method_differ_in_colour_or_else_in_dash(result, dataset):
    many = tuple(cell(dataset, f"tiny-{i}", "lora", set(range(3, 3 + i % 10))) for i in range(12))
    spec = {chart.name: chart for chart in drawings(board(replace(result, cells=many)))}["levels"].spec
    line = spec["layer"][0]["encoding"]
    hues = dict(zip(line["color"]["scale"]["domain"], line["color"]["scale"]["range"], strict=True))
    dash = dict(zip(line["strokeDash"]["scale"]["domain"], line["strokeDash"]["scale"]["range"], strict=True))
    assert len({(hues[f"tiny-{i}"], str(dash[f"tiny-{i} lora"])) for i in range(12)}) == 12
    ends = [row for row in spec["data"]["values"] if "name" in row]
    assert [row["name"] for row in ends] == [f"tiny-{i}" for i in range(12)]
    assert {row["level"] for row in ends} == {"extra"}
    assert len({(hues[row["model"]], row["swatch"]) for row in ends}) == 12


def test_methods_beyond_the_palette_differ_in_dash(result, dataset):
    many = tuple(
        cell(dataset, model, f"m{i}", set(range(3, 3 + i))) for model in ("a", "b") for i in range(9)
    )[:12]
    spec = {chart.name: chart for chart in drawings(board(replace(result, cells=many)))}["levels"].spec
    line = spec["layer"][0]["encoding"]
    hues = dict(zip(line["color"]["scale"]["domain"], line["color"]["scale"]["range"], strict=True))
    dash = dict(zip(line["strokeDash"]["scale"]["domain"], line["strokeDash"]["scale"]["range"], strict=True))
    drawn = {row["row"]: row["method"] for row in spec["data"]["values"]}
    assert len({(hues[method], str(dash[row])) for row, method in drawn.items()}) == len(drawn) == 12


def test_names_at_the_ends_of_lines_never_touch_and_keep_their_order():
    rng = random.Random(5)
    for n in (1, 2, 5, 12, 20):
        heights = [rng.uniform(0, 260) for _ in range(n)]
        placed = [height + moved for height, moved in zip(heights, spread(heights, 260), strict=True)]
        order = sorted(range(n), key=lambda i: heights[i])
        assert order == sorted(range(n), key=lambda i: placed[i])
        assert all(b - a >= LINE - 0.2 for a, b in pairwise(sorted(placed)))
        assert min(placed) >= -0.1
        assert max(placed) <= 260.1
    assert spread([10, 200], 260) == [0, 0]


def test_signs_differ_for_as_long_as_they_can():
    made = signs(str(i) for i in range(len(PALETTE) * len(SHAPES)))
    assert len({(sign.colour, sign.path) for sign in made.values()}) == len(made)


def boxes(points, places):
    """Give the box of each name, from its place alone."""
    for (x, y, name), place in zip(points, places, strict=True):
        if place:
            wide = GLYPH * len(name)
            left = x + place.dx - {"left": 0, "center": wide / 2, "right": wide}[place.align]
            yield left, y + place.dy - LINE / 2, left + wide, y + place.dy + LINE / 2


def test_names_of_points_never_touch():
    rng = random.Random(3)
    for n in (1, 2, 10, 60):
        points = [(rng.uniform(0, 420), rng.uniform(0, 260), f"model-{i} method") for i in range(n)]
        places = letter(points, 420, 260)
        found = list(boxes(points, places))
        assert found
        for one, other in combinations(found, 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart
        assert all(left >= 0 and right <= 420 for left, _, right, _ in found)


def test_no_name_stands_on_the_front():
    steps = [(50, 200), (150, 120), (300, 60)]
    points = [(x, y, "a long name") for x, y in steps]
    places = letter(points, 420, 260, walls(steps))
    assert all(places)
    for left, top, right, bottom in boxes(points, places):
        for (x, y), (to_x, to_y) in pairwise(steps):
            assert not (left < to_x and x < right and top < y < bottom)
            assert not (left < to_x < right and top < y and to_y < bottom)


def test_names_that_stand_on_one_spot_find_four_places_about_it():
    places = letter([(210, 130, "same name")] * 9, 420, 260)
    assert [place is not None for place in places].count(True) >= 4
    assert None in places


def test_marks_of_an_axis_keep_apart():
    assert ticks(0.012, 0.09) == [0.02, 0.05]
    assert ticks(15, 1600) == [20, 50, 100, 200, 500, 1000]
    assert ticks(3, 40_000) == [10, 100, 1000, 10_000]


def test_a_long_loss_curve_is_thinned_to_means():
    assert smoothed([(1, 4.0), (2, 2.0)]) == [(1, 4.0), (2, 2.0)]
    long = smoothed([(step, float(step)) for step in range(1, 81)])
    assert (len(long), long[0], long[-1]) == (40, (2, 1.5), (80, 79.5))


def test_with_many_rows_the_best_are_shown_and_it_is_said(result, dataset):
    many = tuple(cell(dataset, f"tiny-{i}", "lora", set(range(3, 12 if i > 11 else 3))) for i in range(14))
    shown = {chart.name: chart for chart in drawings(board(replace(result, cells=many)))}
    assert shown["levels"].title == "EX by difficulty, the best 12 of 14 rows"
    assert len(shown["levels"].words) == 12
    assert not any(words.startswith(("tiny-12/", "tiny-13/")) for words in shown["levels"].words)
