"""Charts in a browser: drawings for everyone, alive when asked, under the same strict policy."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bench.site.board import board
from bench.site.charts import charts

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "shown", "hidden"), [("light", "day", "night"), ("dark", "night", "day")])
def test_a_drawing_follows_the_theme_without_javascript(browser, site, scheme, shown, hidden):
    context = browser.new_context(java_script_enabled=False, color_scheme=scheme)
    page = context.new_page()
    page.goto(site.joinpath("index.html").as_uri())
    figure = page.locator("figure.chart").first
    figure.scroll_into_view_if_needed()
    expect(figure.locator(f"img.{shown}")).to_be_visible()
    assert not figure.locator(f"img.{hidden}").is_visible()
    assert figure.locator(f"img.{shown}").evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
    context.close()


def test_a_chart_comes_alive_and_complains_of_nothing(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    figure = page.locator("figure.chart").first
    figure.get_by_role("button", name="Make interactive").click()
    page.wait_for_selector("figure.chart[data-live] canvas", timeout=60_000)
    expect(figure.locator("img")).to_have_count(0)
    figure.locator("summary").click()
    assert "tiny-medium lora: 75.0 %" in figure.text_content()


DRAWN = """() => {
  const embed = window.vegaEmbed;
  window.drawn = [];
  window.heights = [];
  window.vegaEmbed = (place, spec, options) => {
    window.drawn.push(spec.data.values);
    window.heights.push((spec.layer ?? [spec])[0].encoding.y.scale?.domain ?? null);
    return embed(place, spec, options);
  };
}"""


def hard(cell):
    """Leave a cell its hard questions."""
    examples = tuple(one for one in cell.dataset.examples if one.difficulty == "hard")
    left = {one.id for one in examples}
    verdicts = tuple(one for one in cell.verdicts if one.example_id in left)
    return replace(cell, dataset=replace(cell.dataset, examples=examples), verdicts=verdicts)


def told(rows, *keys):
    return [tuple(row[key] for key in keys) for row in rows]


def near(rows):
    """Let numbers be as near as a drawing rounds them."""
    return [
        tuple(pytest.approx(one, abs=1e-3) if isinstance(one, float) else one for one in row) for row in rows
    ]


def test_a_live_chart_follows_the_filters_as_python_draws_it(page, site, result):
    """Of the hard questions and the LoRA rows alone, the points are those of a board of just these."""
    part = board(replace(result, cells=tuple(hard(one) for one in result.cells if one.method == "lora")))
    made = charts(part.sheets[0], part.signs, "EX", part.cards)
    expected = {chart.name: chart.spec["data"]["values"] for chart in made}
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    for name in ("cost", "failures", "curves"):
        figure = page.locator(f"figure.chart[data-kind={name}]")
        expect(figure.locator(".aside")).to_be_hidden()
        figure.get_by_role("button", name="Make interactive").click()
        page.wait_for_selector(f"figure.chart[data-kind={name}][data-live] canvas", timeout=60_000)
    page.evaluate(DRAWN)
    page.locator("[name=method]").select_option("lora")
    page.locator("[name=level]").select_option("hard")
    expect(page.locator("figure.chart[data-kind=pace] .aside")).to_be_visible()
    page.wait_for_function("window.drawn.length === 6")
    cost, failures, curves = page.evaluate("window.drawn.slice(3)")
    before, after = page.evaluate("[window.heights.slice(0, 3), window.heights.slice(3)]")
    assert (after[0], after[2]) == ([0, 100], before[2])  # percents may rise; losses are what they were
    there = [one for one in failures if one["share"]]
    for found, name, keys in (
        (cost, "cost", ("row", "gain", "front")),
        (there, "failures", ("row", "end", "share")),
        (curves, "curves", ("row", "step", "loss")),
    ):
        assert expected[name]
        assert told(found, *keys) == near(told(expected[name], *keys))


def test_a_chart_is_saved_as_svg_and_png(page, served):
    page.goto(f"{served}/some/where/index.html")
    figure = page.locator("figure.chart").first
    figure.locator("summary").click()
    for kind, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as download:
            figure.get_by_role("link", name=kind).click()
        assert Path(download.value.path()).read_bytes().startswith(start)
