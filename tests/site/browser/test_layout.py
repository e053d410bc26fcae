"""Layout in a browser: nothing hangs over an edge on a phone, and paper is not taken for a phone."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_path_stays_within_the_head_of_a_phone(page, site):
    page.set_viewport_size({"width": 320, "height": 844})
    page.goto(site.joinpath("cells/tiny-medium-lora-mini-s0.html").as_uri())
    path, head = (page.locator(name).bounding_box() for name in (".path", "header"))
    assert path["y"] >= 4
    assert path["y"] + path["height"] <= head["y"] + head["height"] - 4


def test_a_sheet_of_paper_shows_models_in_their_column(page, site):
    """A browser asks for the width of upright paper before it turns it."""
    page.set_viewport_size({"width": 700, "height": 900})
    page.goto(site.joinpath("index.html").as_uri())
    models = page.locator("table.board tbody .model")
    expect(models.first).to_be_hidden()
    page.emulate_media(media="print")
    expect(models.first).to_be_visible()
    expect(page.locator("table.board .narrow").first).to_be_hidden()


def test_a_live_chart_is_as_wide_as_its_drawing_was(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    figure = page.locator("figure.chart[data-kind=levels]")
    figure.scroll_into_view_if_needed()
    drawn = figure.locator("img.day").bounding_box()
    figure.get_by_role("button", name="Make interactive").press("Enter")
    page.wait_for_selector("figure.chart[data-kind=levels] .live-chart svg", timeout=60_000)
    alive = figure.locator(".live-chart svg").bounding_box()
    assert (alive["x"], alive["width"]) == pytest.approx((drawn["x"], drawn["width"]), abs=1)
    assert figure.locator(".live-chart").evaluate("one => one.scrollWidth - one.clientWidth") == 0
