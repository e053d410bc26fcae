"""Charts in a browser: drawings for everyone, alive when asked, under the same strict policy."""

import pytest
from playwright.sync_api import expect

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
