"""Single seeds in a browser: their dots and their numbers are those of the questions that are chosen."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from bench.site.board import board
from bench.site.whisker import hundredth
from tests.site.browser.tables import field, opened

pytestmark = pytest.mark.browser

LORA = 'tr[data-line="1"]'
"""The row of two seeds."""


def drawn(page):
    return page.eval_on_selector_all(
        f"{LORA} .dots",
        "all => all.map(one => [...one.children].map(dot => dot.className))",
    )


def expected(result, asked):
    """What Python draws of the row where only these questions were asked, for each metric."""
    cells = tuple(
        replace(
            cell,
            dataset=replace(cell.dataset, examples=tuple(one for one in cell.dataset.examples if asked(one))),
            verdicts=tuple(
                verdict
                for verdict, one in zip(cell.verdicts, cell.dataset.examples, strict=True)
                if asked(one)
            ),
        )
        for cell in result.cells
        if (cell.model, cell.method) == ("tiny-small", "lora")
    )
    figures = board(replace(result, cells=cells)).sheets[0].lines[0].figures
    return [figures[metric] for metric in ("ex.spider", "em.spider")]


def test_dots_follow_a_filter_and_come_back(page, site, result):
    opened(page, site)
    made = drawn(page)
    everything = expected(result, lambda _: True)
    assert made == [[f"v{hundredth(dot)}" for dot in one.dots] for one in everything]
    # Seed 0 has all three medium questions right and no hard one, seed 1 two and one.
    for level, by_hand in (("medium", [1, 2 / 3]), ("hard", [0, 1 / 3])):
        field(page, "level").select_option(level)
        expect(page.locator("#shown")).to_have_text("6 of 6 rows, 3 of 12 questions")
        found = expected(result, lambda one, level=level: one.difficulty == level)
        assert [one.dots for one in found] == [pytest.approx(by_hand)] * 2
        assert drawn(page) == [[f"v{hundredth(dot)}" for dot in by_hand]] * 2
        assert page.locator(f"{LORA} td").nth(2).get_attribute("title") == found[0].title
    field(page, "level").select_option("")
    expect(page.locator("#shown")).to_have_text("6 of 6 rows, 12 of 12 questions")
    assert drawn(page) == made
    assert "; seeds 50.0, 50.0" in page.locator(f"{LORA} td").nth(2).get_attribute("title")


def test_means_of_seeds_do_not_hang_on_their_order(page, site):
    opened(page, site)
    one, other = page.evaluate(
        "() => [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]].map(all => "
        "stats.mean(all.map(value => Float64Array.of(value)))[0])"
    )
    assert one == other == pytest.approx(0.2)
    assert page.evaluate(
        "() => stats.mean([[1, 0], [0, 0], [0, 0]].map(all => Float64Array.from(all)))[0] === 1 / 3"
    )
