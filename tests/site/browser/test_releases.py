"""Any two days of a board in a browser: scores and changes as Python has them, the days in the address."""

import pytest
from playwright.sync_api import expect

from bench.site.board import board
from bench.site.publish import publish
from bench.site.releases import keep, releases, trails

pytestmark = pytest.mark.browser

SHOWN = """() => [...document.querySelectorAll('table.between tbody tr')].map(row =>
  [...row.cells].slice(2).map(cell => [cell.textContent, cell.title]))"""


def two_days(sheet, *days):
    """What Python says of the first two of some days, row by row: both scores, and the change."""
    found = trails(sheet, days, "ex.spider")
    shown = [(*(*one.then, one.now)[:2], one.changes[0]) for one in found]
    return [[[figure.text, figure.title] for figure in row] for row in shown]


def test_any_two_days_are_set_against_each_other(page, result, earlier, tmp_path):
    for day, suite in (("2026-10-01", earlier), ("2026-10-02", result), ("2026-10-03", earlier)):
        keep(board(suite), tmp_path, day)
    publish(result, tmp_path)
    first, second, third = releases(tmp_path)
    sheet = board(result).sheets[0]
    page.goto(tmp_path.joinpath("releases.html").as_uri())
    page.wait_for_selector("html[data-ready='2026-10-01 now']")
    # What a board says now, it says with its seeds; so only the other columns are the same words.
    assert [row[::2] for row in page.evaluate(SHOWN)] == [row[::2] for row in two_days(sheet, first)]
    page.locator("#days [name=to]").select_option("2026-10-03")
    page.wait_for_selector("html[data-ready='2026-10-01 2026-10-03']")
    assert page.url.endswith("#from=2026-10-01&to=2026-10-03")
    assert page.evaluate(SHOWN) == two_days(sheet, first, third)
    page.locator("#days [name=from]").select_option("2026-10-02")
    page.wait_for_selector("html[data-ready='2026-10-02 2026-10-03']")
    assert page.evaluate(SHOWN) == two_days(sheet, second, third)
    expect(page.locator("table.between th[scope=col]").nth(2)).to_have_text("2026-10-02")
    page.go_back()
    page.wait_for_selector("html[data-ready='2026-10-01 2026-10-03']")
