"""Charts in a browser: drawings for everyone, alive when asked, under the same strict policy."""

import random
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bench.site.board import board
from bench.site.charts import charts
from bench.site.lettering import letter
from tests.site.browser.tables import field

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
    page.wait_for_selector("figure.chart[data-live] .live-chart svg", timeout=60_000)
    expect(figure.locator("img")).to_have_count(0)
    figure.locator("summary").click()
    assert "tiny-medium lora: 75.0 %" in figure.text_content()


def alive(page, kind):
    """Make a chart interactive by the keyboard."""
    figure = page.locator(f"figure.chart[data-kind={kind}]")
    figure.get_by_role("button", name="Make interactive").press("Enter")
    page.wait_for_selector(f"figure.chart[data-kind={kind}][data-live] .live-chart svg", timeout=60_000)
    return figure


def heard(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


@pytest.mark.parametrize("kind", ["cost", "levels", "failures"])
def test_the_keyboard_reaches_every_point_and_hears_its_numbers(page, site, result, kind):
    arranged = board(result)
    made = {chart.name: chart for chart in charts(arranged.sheets[0], arranged.signs, "EX", arranged.cards)}
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    figure = alive(page, kind)
    expect(figure.locator(".live-chart [tabindex='0']")).to_be_focused()
    page.keyboard.press("Home")
    found = []
    while heard(page) not in found:
        found.append(heard(page))
        page.keyboard.press("ArrowRight")
    expect(page.locator("#vg-tooltip-element")).to_have_text(found[-1])
    assert len(found) == len(made[kind].spec["data"]["values"])
    if kind == "cost":
        assert found == list(made[kind].words)
    if kind == "levels":
        told = [words.rpartition(" %")[0] for words in made[kind].words]
        names = [words.partition(": ")[0].replace("/", " ") for words in told]
        parts = [words.partition(": ")[2].split(", ") for words in told]
        assert found == [
            f"{name}, {level}: {share} %"
            for name, own in zip(names, parts, strict=True)
            for level, share in (part.split(" ") for part in own)
        ]


def test_points_of_a_loss_are_reached_though_unseen(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    alive(page, "curves")
    page.keyboard.press("End")
    assert heard(page) == "tiny-medium lora: 0.246 at step 300"


def test_arrows_lead_from_row_to_row_and_escape_takes_the_tooltip_away(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    figure = alive(page, "levels")
    expect(figure.locator(".hint")).to_be_visible()
    for key, expected in (
        ("ArrowRight", "tiny-small base, medium: 0.0 %"),
        ("ArrowDown", "tiny-small lora, medium: 83.3 %"),
        ("ArrowUp", "tiny-small base, medium: 0.0 %"),
        ("ArrowUp", "tiny-small base, medium: 0.0 %"),
        ("End", "tiny-medium lora, extra: 33.3 %"),
    ):
        page.keyboard.press(key)
        assert heard(page) == expected
    faint = "all => new Set(all.map(one => one.getAttribute('opacity'))).size"
    assert figure.locator(".mark-symbol.role-mark path").evaluate_all(faint) == 2
    expect(page.locator("#vg-tooltip-element")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#vg-tooltip-element")).to_be_hidden()
    page.keyboard.press("Tab")
    assert not figure.locator(".live-chart").evaluate("one => one.contains(document.activeElement)")
    expect(figure.locator(".hint")).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    assert heard(page) == "tiny-medium lora, extra: 33.3 %"


def test_what_is_drawn_besides_the_points_is_silent(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    figure = alive(page, "levels")
    silent = "all => all.every(one => one.getAttribute('aria-hidden') === 'true')"
    for kind in ("mark-line", "mark-text"):
        assert figure.locator(f".role-mark.{kind}").evaluate_all(silent), kind


def test_a_pointer_reads_the_same_words(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    figure = alive(page, "levels")
    figure.locator("[aria-label='tiny-medium lora, hard: 66.7 %']").hover(force=True)
    expect(page.locator("#vg-tooltip-element")).to_have_text("tiny-medium lora, hard: 66.7 %")


def test_a_live_chart_follows_the_theme(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    figure = alive(page, "cost")
    ground = "one => getComputedStyle(one).backgroundColor"
    assert figure.locator(".live-chart svg").evaluate(ground) == "rgb(255, 255, 255)"
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(f"({ground})(document.querySelector('.live-chart svg')) === 'rgb(19, 21, 23)'")


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
        page.wait_for_selector(f"figure.chart[data-kind={name}][data-live] .live-chart svg", timeout=60_000)
    page.evaluate(DRAWN)
    field(page, "method").select_option("lora")
    field(page, "level").select_option("hard")
    expect(page.locator("figure.chart[data-kind=pace] .aside")).to_be_visible()
    page.wait_for_function("window.drawn.length === 6")
    cost, failures, curves = page.evaluate("window.drawn.slice(3)")
    before, after = page.evaluate("[window.heights.slice(0, 3), window.heights.slice(3)]")
    assert after == before  # two of three right at most: less than the axis was made for
    there = [one for one in failures if one["share"]]
    for found, name, keys in (
        (cost, "cost", ("row", "gain", "front")),
        (there, "failures", ("row", "end", "share")),
        (curves, "curves", ("row", "step", "loss")),
    ):
        assert expected[name]
        assert told(found, *keys) == near(told(expected[name], *keys))
    field(page, "level").select_option("easy")
    page.wait_for_function("window.drawn.length === 9")
    assert page.evaluate("window.heights.slice(6)") == [[0, 100], before[1], before[2]]  # all are right


def test_names_stand_where_python_puts_them(page, site):
    rng = random.Random(7)
    points = [[rng.uniform(0, 420), rng.uniform(0, 260), "n" * rng.randrange(3, 20)] for _ in range(60)]
    walls = [[100, 50, 300, 54], [298, 10, 302, 50]]
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    found = page.evaluate("([points, walls]) => lettering.letter(points, 420, 260, walls)", [points, walls])
    expected = letter([tuple(point) for point in points], 420, 260, [tuple(wall) for wall in walls])
    assert found == [asdict(place) if place else None for place in expected]
    assert None in found


def test_a_chart_is_saved_as_svg_and_png(page, served):
    page.goto(f"{served}/some/where/index.html")
    figure = page.locator("figure.chart").first
    figure.locator("summary").click()
    for kind, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as download:
            figure.get_by_role("link", name=kind).click()
        assert Path(download.value.path()).read_bytes().startswith(start)
