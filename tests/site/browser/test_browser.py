"""The pages in a real browser, opened from a disk: what a reader can do, and that nothing fires."""

import csv
import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from bench.site.publish import publish

pytestmark = pytest.mark.browser
VENDOR = Path(__file__).parent / "vendor"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CELL = "cells/tiny-medium-lora-mini-s0"
AXE = """axe.run(document, {
  preload: false, resultTypes: ['violations'], rules: { 'target-size': { enabled: true } }
})"""
PAGES = ("index.html", f"{CELL}.html", f"{CELL}/extra.html", "questions/mini/museum.html")


@pytest.fixture(scope="module")
def browser():
    executable = shutil.which("chromium")
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium, and no 'chromium' is on the path")
        pytest.skip("no 'chromium' is on the path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(result, tmp_path_factory):
    out = tmp_path_factory.mktemp("board")
    publish(result, out)
    return out


@pytest.fixture
def page(browser):
    """A fresh page; anything it complains about fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: None if request.url.startswith("file:") else complaints.append(request.url)
    )
    yield page
    context.close()
    assert complaints == []


def column(page, name):
    """The figures of one column from top to bottom, ``None`` for a missing one."""
    return page.evaluate(
        """name => {
          const headers = [...document.querySelectorAll('.names th')];
          const at = headers.findIndex(one => one.textContent === name);
          return [...document.querySelectorAll('table.board tbody tr')].map(row => {
            const cell = row.cells[at];
            if (cell.tagName === 'TH') return cell.textContent.trim();
            return 'value' in cell.dataset ? Number(cell.dataset.value) : null;
          });
        }""",
        name,
    )


def names(page):
    return [name.strip() for name in page.locator("table.board .names th").all_text_contents()]


def test_every_column_sorts_both_ways_with_missing_last(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    made = column(page, "method")
    for name in names(page):
        button = page.get_by_role("button", name=name, exact=True)
        header = page.locator(".names th", has=button)
        directions = []
        for _ in range(2):
            button.click()
            directions.append(header.get_attribute("aria-sort"))
            found = column(page, name)
            present = [value for value in found if value is not None]
            assert found == present + [None] * (len(found) - len(present)), name
            assert present == sorted(present, reverse=directions[-1] == "descending"), name
            assert page.locator("[aria-sort]").count() == 1
            assert directions[-1] in page.locator("#live").text_content()
        assert sorted(directions) == ["ascending", "descending"]
        button.click()
        assert column(page, "method") == made
        assert page.locator("[aria-sort]").count() == 0


def test_sorting_is_stable(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    before = list(
        zip(column(page, "model"), column(page, "method"), column(page, "trainable, M"), strict=True)
    )
    page.get_by_role("button", name="trainable, M", exact=True).click()
    after = list(
        zip(column(page, "model"), column(page, "method"), column(page, "trainable, M"), strict=True)
    )
    for value in {row[2] for row in before}:
        assert [row for row in after if row[2] == value] == [row for row in before if row[2] == value]


def test_keyboard_alone_sorts_and_opens_a_cell(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.get_by_role("button", name="EX", exact=True).focus()
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort=descending]").text_content() == "EX"
    page.locator("table.board tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cells/tiny-medium-lora-mini-s0.html", timeout=5000)


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
    assert answer.count() == 1
    assert answer.locator("pre.sql").count() == 2
    assert "the results differ" in answer.text_content()
    assert answer.locator("mark").count() > 0
    answer.get_by_role("link", name="museum: schema, prompt, other answers").click()
    opened = page.locator("details[open]")
    assert "SELECT museum.name, SUM(visit.revenue)" in opened.text_content()
    assert "question: Which museum earned the most, and how much?" in opened.text_content()
    assert opened.locator(".others li").count() == 6
    page.go_back()
    page.go_back()
    assert page.locator("h1").text_content() == "tiny-medium with lora"


def test_right_and_wrong_answers_can_be_shown_apart(page, site):
    page.goto(site.joinpath(f"{CELL}/extra.html").as_uri())
    shown = page.locator("details.answer:visible")
    assert shown.count() == 3
    page.get_by_label("right").check()
    assert shown.count() == 1
    page.get_by_label("wrong").check()
    assert shown.count() == 2


def test_the_csv_beside_the_page_says_what_the_page_says(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    with site.joinpath("results.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["seed"] == "0" and row["method"] != "lora"]
    told = dict(
        zip(zip(column(page, "model"), column(page, "method"), strict=True), column(page, "EX"), strict=True)
    )
    for row in rows:
        on_page = next(
            value
            for (model, method), value in told.items()
            if (model[:-1], method[: len(row["method"])]) == (row["model"], row["method"])
        )
        assert on_page == (pytest.approx(float(row["ex.spider"]), abs=1e-6) if row["ex.spider"] else None)


def test_without_javascript_everything_is_readable(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.joinpath("index.html").as_uri())
    assert page.locator("table.board tbody tr").count() == 6
    assert page.get_by_text("not run").is_visible()
    assert page.locator("button:visible").count() == 0
    page.locator("tr", has_text="tiny-medium").get_by_role("link", name="lora", exact=True).click()
    page.get_by_role("link", name="hard", exact=True).click()
    page.get_by_text("Average visitors per museum?").click()
    assert page.get_by_text('near "FROM": syntax error').first.is_visible()
    page.goto(site.joinpath(f"{CELL}/extra.html").as_uri() + "#q-dev-11")
    assert page.locator("#q-dev-11 pre.sql").first.is_visible()
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
    region = page.get_by_role("region", name="EX and EM with 95 % intervals")
    method = page.locator("tbody th.method").first
    before = method.bounding_box()
    region.focus()
    region.evaluate("one => { one.scrollLeft = 300; }")
    assert region.evaluate("one => one.scrollLeft") == 300
    assert method.bounding_box()["x"] == before["x"]
    assert "tiny-small" in method.inner_text()


def test_hostile_text_fires_nothing(page, hostile, tmp_path):
    for path in publish(hostile, tmp_path):
        if path.suffix == ".html":
            page.goto(path.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            page.wait_for_timeout(30)
            assert page.title() != "fired", path
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
