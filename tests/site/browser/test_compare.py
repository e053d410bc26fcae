"""The page of two rows in a browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
PAIR = "#sheet=0&a=tiny-medium%2Fbase&b=tiny-medium%2Flora"


def opened(page, site, state=""):
    page.goto(site.joinpath("compare.html").as_uri() + state)
    page.wait_for_selector("html[data-ready]")


def test_two_rows_and_a_flipped_question(page, site):
    opened(page, site, PAIR)
    assert page.locator("#verdict").text_content().startswith("B − A: +41.7 points, 95 % interval ")
    assert page.locator("#counts").inner_text().split() == ["A", "right", "4", "0", "A", "wrong", "5", "3"]
    assert page.locator("#flipped").text_content() == "5 questions flip"
    flip = page.locator("#flips details").nth(2)
    flip.locator("summary").click()
    expect(flip.locator("pre").first).to_contain_text("SELECT singer.name FROM singer JOIN concert")
    assert "age" in flip.locator("pre").nth(1).locator("mark").all_text_contents()
    expect(flip.locator("pre").nth(2).locator("mark")).to_have_count(0)
    flip.get_by_role("link", name="A: results and reason").click()
    expect(page.locator("details[open]")).to_have_count(1)
    assert "Which singer gave the most concerts?" in page.locator("details[open]").text_content()


def test_rows_are_chosen_and_the_address_follows(page, site):
    opened(page, site)
    page.locator("[name=a]").select_option("tiny-small/lora")
    page.locator("[name=b]").select_option("tiny-medium/lora")
    page.wait_for_selector('html[data-ready="0 tiny-small/lora tiny-medium/lora"]')
    assert page.url.endswith("a=tiny-small%2Flora&b=tiny-medium%2Flora")
    page.go_back()
    page.wait_for_selector('html[data-ready^="0 tiny-small/lora tiny-small/"]')


def test_without_javascript_the_methods_of_each_model_are_compared(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.joinpath("compare.html").as_uri())
    row = page.locator("tr", has_text="tiny-medium").first
    assert row.locator("td").all_text_contents() == [
        "base",
        "lora",
        "+41.7",
        "4",
        "0",
        "5",
        "3",
        "0.063",
        "0.250",
    ]
    assert not page.locator("#controls").is_visible()
    context.close()
