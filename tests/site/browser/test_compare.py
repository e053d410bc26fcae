"""The page of two rows in a browser."""

import pytest
from playwright.sync_api import expect

from bench.site.board import board
from bench.site.comparison import compare, find
from bench.site.text import amount

pytestmark = pytest.mark.browser
PAIR = "#sheet=0&a=tiny-medium%2Fbase&b=tiny-medium%2Flora"


def opened(page, site, state=""):
    page.goto(site.joinpath("compare.html").as_uri() + state)
    page.wait_for_selector("html[data-ready]")


def test_two_rows_and_a_flipped_question(page, site):
    opened(page, site, PAIR)
    assert (
        page.locator("#verdict")
        .text_content()
        .startswith("A 33.3 %, B 75.0 %; B − A: +41.7 points, 95 % interval ")
    )
    assert page.locator("#counts").inner_text().split() == ["A", "right", "4", "0", "A", "wrong", "5", "3"]
    assert page.locator("#flipped").text_content() == "5 questions flip: B is better on 5, A on 0"
    flip = page.locator("#flips details").nth(2)
    flip.locator("summary").click()
    expect(flip.locator("pre").first).to_contain_text("SELECT singer.name FROM singer JOIN concert")
    assert "age" in flip.locator("pre").nth(1).locator("mark").all_text_contents()
    expect(flip.locator("pre").nth(2).locator("mark")).to_have_count(0)
    flip.get_by_role("link", name="A: results and reason").click()
    expect(page.locator("details[open]")).to_have_count(1)
    assert "Which singer gave the most concerts?" in page.locator("details[open]").text_content()


def test_an_opened_question_is_in_the_address_and_back_closes_it(page, site):
    opened(page, site, PAIR)
    asked = page.locator("#flips details")
    unfolded = page.locator("#flips details[open] .ask")
    texts = page.locator("#flips .ask").all_text_contents()
    asked.nth(1).locator("summary").click()
    asked.nth(4).locator("summary").focus()
    page.keyboard.press("Enter")
    expect(unfolded).to_have_text([texts[1], texts[4]])
    link = page.url
    page.go_back()
    expect(unfolded).to_have_text([texts[1]])
    page.go_back()
    expect(unfolded).to_have_count(0)
    page.goto("about:blank")
    page.goto(link)
    expect(unfolded).to_have_text([texts[4]])
    expect(asked.nth(4).locator("pre").first).to_be_in_viewport()
    asked.nth(4).locator("summary").click()
    expect(unfolded).to_have_count(0)
    assert "open=" not in page.url
    asked.nth(0).locator("summary").click()
    page.locator("[name=b]").select_option("tiny-small/qlora")
    page.wait_for_selector('html[data-ready^="0 tiny-medium/base tiny-small/qlora"]')
    assert "open=" not in page.url
    page.go_back()
    page.wait_for_selector('html[data-ready^="0 tiny-medium/base tiny-medium/lora"]')
    expect(unfolded).to_have_text([texts[0]])


def test_rows_are_chosen_and_the_address_follows(page, site):
    opened(page, site)
    page.locator("[name=a]").select_option("tiny-small/lora")
    page.locator("[name=b]").select_option("tiny-medium/lora")
    page.wait_for_selector('html[data-ready^="0 tiny-small/lora tiny-medium/lora"]')
    assert "a=tiny-small%2Flora&sa=&b=tiny-medium%2Flora" in page.url
    page.go_back()
    page.wait_for_selector('html[data-ready^="0 tiny-small/lora tiny-small/"]')


def test_a_row_that_is_not_there_is_said_and_leaves_the_address(page, site):
    opened(page, site, "#sheet=0&a=tiny-large%2Fbase&b=tiny-medium%2Flora")
    page.wait_for_selector('html[data-ready^="0 tiny-small/base tiny-medium/lora"]')
    expect(page.locator("[name=unknown]")).to_have_text("Not on this data set: tiny-large/base")
    assert "a=tiny-small%2Fbase&b=tiny-medium%2Flora" in page.url


def test_of_several_seeds_each_can_be_read(page, site, result):
    """The counts are of all seeds; a statement and how it ended are of the seed that is chosen."""
    seeds = [cell for cell in result.cells if (cell.model, cell.method) == ("tiny-small", "lora")]
    assert [cell.seed for cell in seeds] == [0, 1]
    asked = seeds[0].dataset.examples
    said = [{one.example_id: one for one in cell.predictions} for cell in seeds]
    told = [{one.example_id: one for one in cell.verdicts} for cell in seeds]
    apart = [one for one in asked if said[0][one.id].sql != said[1][one.id].sql]
    opened(page, site, "#sheet=0&a=tiny-small%2Flora&sa=0&b=tiny-medium%2Flora")
    expect(page.get_by_label("Seed of B")).to_be_hidden()
    verdict = page.locator("#verdict").text_content()
    looked = 0
    for seed in (0, 1):
        page.get_by_label("Seed of A").select_option(str(seed))
        page.wait_for_selector(f'html[data-ready="0 tiny-small/lora tiny-medium/lora {seed} 0"]')
        assert f"sa={seed}" in page.url
        assert page.locator("#verdict").text_content() == verdict
        for one in apart:
            flip = page.locator("#flips details", has_text=one.question)
            if flip.count():
                flip.locator("summary").click()
                figure = flip.locator("figure").nth(1)
                right = told[seed][one.id].metrics["ex.spider"]
                caption = figure.locator("figcaption").text_content()
                assert caption.startswith(f"A, seed {seed}: correct" if right else f"A, seed {seed}: ")
                assert ("correct" in caption) == right
                assert figure.locator("pre").text_content() == (said[seed][one.id].sql or "no SQL")
                looked += 1
    assert looked >= 2


def test_of_several_seeds_those_are_read_that_show_the_flip(page, site, result):
    """Without a choice of seeds, the row that is better shows a right answer and the other a wrong one."""
    sheet = board(result).sheets[0]
    met = compare(sheet, find(sheet, "tiny-small/base"), find(sheet, "tiny-small/lora"))
    assert {flip.second.seed for flip in met.flips} == {0, 1}, "else seed 0 would do for all of them"
    opened(page, site, "#sheet=0&a=tiny-small%2Fbase&b=tiny-small%2Flora")
    page.wait_for_selector('html[data-ready="0 tiny-small/base tiny-small/lora 0 "]')
    for number, flip in enumerate(met.flips):
        shown = page.locator("#flips details").nth(number)
        shown.locator("summary").click()
        caption = shown.locator("figcaption").nth(2).text_content()
        assert caption.startswith(f"B, seed {flip.second.seed}: ")
        assert ("correct" in caption) == flip.gained == flip.second.right
        assert shown.locator("pre").nth(2).text_content() == (flip.second.sql or "no SQL")


def test_of_several_seeds_the_counts_are_those_of_python(page, site, result):
    sheet = board(result).sheets[0]
    for a, b in (("base", "lora"), ("lora", "qlora")):
        first, second = (find(sheet, f"tiny-small/{name}") for name in (a, b))
        whole = compare(sheet, first, second).overall
        opened(page, site, f"#sheet=0&a=tiny-small%2F{a}&b=tiny-small%2F{b}")
        page.wait_for_selector(f'html[data-ready^="0 tiny-small/{a} tiny-small/{b}"]')
        counts = [amount(one) for one in (whole.both, whole.only_first, whole.only_second, whole.neither)]
        assert page.locator("#counts td").all_text_contents() == counts
        lost, gained = whole.difference.only_first, whole.difference.only_second
        told = f"{lost + gained} questions flip: B is better on {gained}, A on {lost}"
        assert page.locator("#flipped").text_content() == told


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
