"""Accessibility in a browser: axe-core on every kind of page, colours, the keyboard on a small screen."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from bench.site.index import write_index
from bench.site.publish import publish
from tests.site.browser.pages import CELL, PAGES

pytestmark = pytest.mark.browser
VENDOR = Path(__file__).parents[1] / "vendor"
AXE = """axe.run(document, {
  preload: false, resultTypes: ['violations'], rules: { 'target-size': { enabled: true } }
})"""


def violations(page):
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate(VENDOR.joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate(AXE)
    return [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found["violations"]]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(page, site, address, scheme, width):
    """By day, and by night on the narrowest screen, where targets come close; all folds are open."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(site.joinpath(address).as_uri())
    assert violations(page) == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_on_two_data_sets_and_the_list_of_boards(page, result, tmp_path, scheme, width):
    other = [replace(cell, dataset_name="other", slug=f"{cell.slug}-other") for cell in result.cells]
    two = replace(result, cells=(*result.cells, *other), answers=False)
    publish(two, tmp_path / "tiny")
    write_index(tmp_path)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 640})
    for address in ("index.html", "tiny/index.html", "tiny/compare.html", "tiny/matrix.html"):
        page.goto(tmp_path.joinpath(address).as_uri())
        assert violations(page) == [], address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_missing_value_that_differs_can_be_read(page, site, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(site.joinpath(f"{CELL}/extra.html").as_uri())
    page.evaluate("""() => {
      const cell = document.querySelector('.rows td');
      cell.className = 'null';
      cell.innerHTML = '<mark>NULL</mark>';
    }""")
    assert violations(page) == []


def test_every_bar_has_a_legend_that_needs_no_colour(page, site):
    """The legend has the endings of all bars, in their order; what is right is told by its height too."""
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    fill = "getComputedStyle(one.querySelector('path')).fill"
    legend = dict(
        page.eval_on_selector_all(".sheet .ends span", f"all => all.map(one => [one.textContent, {fill}])")
    )
    assert list(legend)[:2] == ["correct", "wrong result"]
    assert len(set(legend.values())) == len(legend)
    for state in ("", "#level=hard"):
        page.goto(site.joinpath("index.html").as_uri() + state)
        page.wait_for_selector("html[data-ready]")
        bars = page.eval_on_selector_all(
            "svg.stack",
            """all => all.map(one => [one.previousSibling.textContent,
              [...one.children].map(part => [getComputedStyle(part).fill, part.getBBox().height])])""",
        )
        assert len(bars) >= 5
        for told, parts in bars:
            ends = [one.rsplit(" ", 2)[0] for one in told.split(", ")]
            assert [colour for colour, _ in parts] == [legend[end] for end in ends]
            assert ends == [end for end in legend if end in ends]
            assert [height for _, height in parts] == [8 if end == "correct" else 6 for end in ends]


def test_what_the_keyboard_comes_to_is_whole_at_a_zoom_of_four(page, site):
    page.set_viewport_size({"width": 320, "height": 180})
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    for key in ("Tab", "Shift+Tab"):
        for _ in range(page.locator(".names [role=button]").count() + 12):
            page.keyboard.press(key)
            name, left, right = page.evaluate("""() => {
              const one = document.activeElement;
              const stays = one.closest('.names th:not(.method)') && document.querySelector('.names .method');
              const edge = stays ? stays.getBoundingClientRect().right : 0;
              const box = one.getBoundingClientRect();
              return [one.textContent, box.left - edge, box.right];
            }""")
            assert left >= -0.5, (key, name)
            assert right <= 320.5, (key, name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_a_reader_has_chosen(page, site, scheme):
    page.emulate_media(color_scheme=scheme)
    index = site.joinpath("index.html").as_uri()
    page.goto(f"{index}#method=lora&level=hard&base=tiny-small%2Flora&sort=ex.spider~desc&show=tokens")
    page.wait_for_selector("html[data-ready]")
    page.get_by_role("button", name="Make interactive").first.click()
    page.wait_for_selector("figure.chart[data-live] .live-chart svg", timeout=60_000)
    assert violations(page) == []
    page.goto("about:blank")
    page.goto(f"{index}#view=pivot")
    page.wait_for_selector("html[data-ready]")
    assert violations(page) == []
    page.goto(site.joinpath("compare.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    page.locator("#flips summary").first.click()
    assert violations(page) == []


def test_what_is_vendored_is_what_the_list_says():
    listed = VENDOR.joinpath("README.md").read_text("utf-8")
    assert sha256(VENDOR.joinpath("axe.min.js").read_bytes()).hexdigest() in listed
