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
