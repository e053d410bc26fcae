"""The pages in a real browser, opened from a disk: what a reader can do, and that nothing fires."""

from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bench.site.publish import publish
from tests.site.hostile import HOSTILE

pytestmark = pytest.mark.browser
VENDOR = Path(__file__).parents[1] / "vendor"
CELL = "cells/tiny-medium-lora-mini-s0"
AXE = """axe.run(document, {
  preload: false, resultTypes: ['violations'], rules: { 'target-size': { enabled: true } }
})"""
PAGES = (
    "index.html",
    "compare.html",
    "reported.html",
    f"{CELL}.html",
    f"{CELL}/extra.html",
    "questions/mini/museum.html",
)


def test_theme_is_switched_and_remembered(page, site):
    page.emulate_media(color_scheme="light")
    page.goto(site.joinpath("index.html").as_uri())
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(ground)
    assert light != dark
    button = page.locator("#theme")
    button.click()
    assert (button.text_content(), page.evaluate(ground)) == ("Theme: light", light)
    button.click()
    page.emulate_media(color_scheme="light")
    assert (button.text_content(), page.evaluate(ground)) == ("Theme: dark", dark)
    page.goto(site.joinpath(f"{CELL}.html").as_uri())
    assert page.evaluate(ground) == dark


def test_from_the_board_to_an_example_and_back(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    page.locator("tr", has_text="tiny-medium").get_by_role("link", name="lora", exact=True).click()
    assert page.locator("h1").text_content() == "tiny-medium with lora"
    page.get_by_role("link", name="extra", exact=True).click()
    page.get_by_text("Which museum earned the most, and how much?").click()
    answer = page.locator("details[open]")
    expect(answer).to_have_count(1)
    expect(answer.locator("pre.sql")).to_have_count(2)
    assert "the results differ" in answer.text_content()
    assert answer.locator("mark").count() > 0
    answer.get_by_role("link", name="museum: schema, prompt, other answers").click()
    opened = page.locator("details[open]")
    assert "SELECT museum.name, SUM(visit.revenue)" in opened.text_content()
    assert "question: Which museum earned the most, and how much?" in opened.text_content()
    expect(opened.locator(".others li")).to_have_count(6)
    page.go_back()
    page.go_back()
    assert page.locator("h1").text_content() == "tiny-medium with lora"


def test_right_and_wrong_answers_can_be_shown_apart(page, site):
    page.goto(site.joinpath(f"{CELL}/extra.html").as_uri())
    shown = page.locator("details.answer:visible")
    expect(shown).to_have_count(3)
    page.get_by_label("right").check()
    expect(shown).to_have_count(1)
    page.get_by_label("wrong").check()
    expect(shown).to_have_count(2)


def test_without_javascript_everything_is_readable(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.joinpath("index.html").as_uri())
    expect(page.locator("table.board tbody tr")).to_have_count(6)
    expect(page.locator("table.board").get_by_text("not run")).to_be_visible()
    expect(page.locator("button:visible")).to_have_count(0)
    page.locator("tr", has_text="tiny-medium").get_by_role("link", name="lora", exact=True).click()
    page.get_by_role("link", name="hard", exact=True).click()
    page.get_by_text("Average visitors per museum?").click()
    expect(page.get_by_text('near "FROM": syntax error').first).to_be_visible()
    page.goto(site.joinpath(f"{CELL}/extra.html").as_uri() + "#q-dev-11")
    expect(page.locator("#q-dev-11 pre.sql").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_shows_no_sideways_page(page, site, address, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(site.joinpath(address).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_method_stays_while_the_figures_scroll(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.joinpath("index.html").as_uri())
    region = page.get_by_role("region", name="EX and EM with 95 % intervals", exact=False)
    method = page.locator("tbody th.method").first
    before = method.bounding_box()
    region.focus()
    region.evaluate("one => { one.scrollLeft = 300; }")
    assert region.evaluate("one => one.scrollLeft") == 300
    assert method.bounding_box()["x"] == before["x"]
    assert "tiny-small" in method.inner_text()


def test_hostile_text_fires_nothing(page, hostile, tmp_path):
    """Two cells that answer the whole corpus, on every page, with the scripts at work."""
    assert len(HOSTILE) >= 40
    publish(hostile, tmp_path)
    for path in sorted(tmp_path.rglob("*.html")):
        page.goto(path.as_uri())
        if path.name in ("index.html", "compare.html"):
            page.wait_for_selector("html[data-ready]")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        page.wait_for_timeout(20)
        assert page.title() != "fired", path
        assert (
            page.locator("main img:not(.day, .night), iframe, object, main form:not(#controls)").count() == 0
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path


def test_an_injected_handler_is_stopped_by_the_policy_itself(browser, site):
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.joinpath("index.html").as_uri())
    page.evaluate("""() => {
      const host = document.createElement('div');
      host.innerHTML = '<img src="data:," onerror="document.title=\\'fired\\'"><p style="color:red">x</p>';
      document.body.append(host);
      const script = document.createElement('script');
      script.textContent = 'document.title = "fired"';
      document.body.append(script);
    }""")
    page.wait_for_timeout(100)
    assert page.title() != "fired"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(page, site, address, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(site.joinpath(address).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate(VENDOR.joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate(AXE)
    told = [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found["violations"]]
    assert told == []


def test_what_is_vendored_is_what_the_list_says():
    listed = VENDOR.joinpath("README.md").read_text("utf-8")
    assert sha256(VENDOR.joinpath("axe.min.js").read_bytes()).hexdigest() in listed
