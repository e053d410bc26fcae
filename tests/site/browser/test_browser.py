"""The pages in a real browser, opened from a disk: what a reader can do, and that nothing fires."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from bench.site.publish import publish
from bench.site.text import visible
from tests.site.browser.pages import CELL, PAGES
from tests.site.hostile import HOSTILE

pytestmark = pytest.mark.browser


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
    expect(opened.locator(".others > li")).to_have_count(5)
    seeds = opened.locator(".others > li", has_text="tiny-small lora")
    assert "0 of 2 seeds right" in seeds.text_content()
    expect(seeds.get_by_role("link")).to_have_text(["seed 0", "seed 1"])
    page.go_back()
    expect(page.locator("details[open]")).to_contain_text("the results differ")
    page.go_back()
    expect(page.locator("details[open]")).to_have_count(0)
    page.go_back()
    assert page.locator("h1").text_content() == "tiny-medium with lora"


@pytest.mark.parametrize("address", [f"{CELL}/extra.html", "questions/mini/museum.html"])
def test_an_opened_question_is_in_the_address_and_back_closes_it(page, site, address):
    page.goto(site.joinpath(address).as_uri())
    plain = page.url
    asked = page.locator("details.answer")
    opened = page.locator("details[open]")
    ids = [one.locator(".inside").get_attribute("id") for one in asked.all()[:2]]
    asked.nth(0).locator("summary").click()
    assert page.url == f"{plain}#{ids[0]}"
    asked.nth(1).locator("summary").focus()
    page.keyboard.press("Enter")
    expect(opened).to_have_count(2)
    link = page.url
    assert link == f"{plain}#{ids[1]}"
    page.go_back()
    expect(opened.locator(".inside")).to_have_id(ids[0])
    page.go_back()
    expect(opened).to_have_count(0)
    page.go_forward()
    expect(opened.locator(".inside")).to_have_id(ids[0])
    opened.locator("summary").click()
    expect(opened).to_have_count(0)
    assert page.url.rstrip("#") == plain
    page.goto("about:blank")
    page.goto(link)
    expect(opened.locator(".inside")).to_have_id(ids[1])
    expect(opened).to_be_in_viewport()


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
    page.get_by_text("More about this board").click()
    expect(page.get_by_text("Twelve questions show a board, not who is better.")).to_be_visible()
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
    region = page.get_by_role("region", name="EX and EM in % with 95 % intervals", exact=False)
    method = page.locator("tbody th.method").first
    before = method.bounding_box()
    region.focus()
    region.evaluate("one => { one.scrollLeft = 300; }")
    assert region.evaluate("one => one.scrollLeft") == 300
    assert method.bounding_box()["x"] == before["x"]
    assert "tiny-small" in method.inner_text()


def test_on_a_phone_no_caption_is_cut(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.joinpath("reported.html").as_uri())
    ends = page.eval_on_selector_all("caption", "all => all.map(one => one.getBoundingClientRect().right)")
    assert max(ends) <= 390


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


def test_hostile_answers_that_flip_are_text_on_the_page_of_two_rows(page, hostile, tmp_path):
    publish(hostile, tmp_path)
    page.goto(tmp_path.joinpath("compare.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    flips = page.locator("#flips details")
    first, second = (cell.verdicts for cell in hostile.cells)
    asked = zip(first, second, strict=True)
    differ = sum(a.metrics["ex.spider"] != b.metrics["ex.spider"] for a, b in asked)
    assert differ > len(HOSTILE) / 2
    expect(flips).to_have_count(differ)
    page.evaluate("document.querySelectorAll('#flips details').forEach(one => { one.open = true; })")
    expect(page.locator("#flips pre")).to_have_count(3 * differ)
    assert page.title() != "fired"
    expect(page.locator("#flips :is(img, script, iframe, svg, style, a:not(.doors a))")).to_have_count(0)
    text = page.locator("#flips").text_content()
    assert not any(hidden in text for hidden in ("\x00", "\u2028", "\u2029", "\u202e", "\u2066", "\ufeff"))


def test_what_cannot_be_seen_is_spelled_out_as_python_spells_it(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    found = page.evaluate("""() => {
      const spelled = {};
      for (let code = 0; code < 0x110000; code += code < 0x20000 ? 1 : 0xfffd) {
        for (const one of code < 0x20000 ? [code] : [code, code + 1, code + 2]) {
          const text = String.fromCodePoint(Math.min(one, 0x10ffff));
          const shown = page.visible(text);
          if (shown !== text) spelled[one] = shown;
        }
      }
      for (let tag = 0xe0000; tag < 0xe0080; tag += 1) spelled[tag] = page.visible(String.fromCodePoint(tag));
      return spelled;
    }""")
    assert len(found) > 2000
    assert {int(code): shown for code, shown in found.items()} == {
        int(code): visible(chr(int(code))) for code in found
    }
    unseen = [code for code in range(0x20000) if visible(chr(code)) != chr(code)]
    assert [code for code in map(int, found) if code < 0x20000] == unseen


def test_paper_has_the_numbers_and_none_of_the_controls(page, site):
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("table.board")).to_be_visible()
    expect(page.locator(":is(button, input, select, summary):visible")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    figure = page.locator("figure.chart").first
    expect(figure.locator("img.day")).to_be_visible()
    expect(figure.locator("img.night")).to_be_hidden()


def test_paper_says_what_was_chosen(page, site):
    page.emulate_media(media="print")
    page.goto(site.joinpath("index.html").as_uri() + "#level=hard&base=tiny-medium%2Flora&q=med")
    page.wait_for_selector("html[data-ready]")
    told = (
        "EX and EM in % with 95 % intervals on mini (synthetic data) "
        "Chosen: Search med; Difficulty hard; Baseline tiny-medium/lora; 3 of 6 rows, 3 of 12 questions"
    )
    expect(page.locator("table.board caption")).to_have_text(told)
    expect(page.get_by_text("Drawn from all rows and all questions").first).to_be_visible()
    page.goto(site.joinpath("compare.html").as_uri() + "#sheet=0&a=tiny-medium%2Flora&b=tiny-medium%2Fbase")
    page.wait_for_selector("html[data-ready]")
    expect(page.get_by_text("A is tiny-medium/lora, B is tiny-medium/base, on mini")).to_be_visible()


def test_paper_has_what_is_folded_on_a_screen(page, site):
    seen = "one => one.checkVisibility({ contentVisibilityAuto: true })"
    for address, folded in (("index.html", ".about p"), ("matrix.html", ".rows-named li")):
        page.emulate_media(media="screen")
        page.goto(site.joinpath(address).as_uri())
        page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = false; })")
        assert not page.locator(folded).first.evaluate(seen)
        page.emulate_media(media="print")
        assert page.locator(folded).first.evaluate(seen)


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_scores_are_seen_before_anyone_scrolls(page, result, tmp_path, size):
    publish(replace(result, answers=False), tmp_path)  # which has more to say
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(tmp_path.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("table.board tbody tr").first.locator("td.score").first).to_be_in_viewport(ratio=1)


def test_nothing_moves(page, site):
    """There is no motion to reduce: neither an animation nor a transition nor a smooth scroll."""
    for address in PAGES:
        page.goto(site.joinpath(address).as_uri())
        assert page.evaluate("""[...document.querySelectorAll('*')].every(one => {
          const style = getComputedStyle(one);
          return style.animationName === 'none' && parseFloat(style.transitionDuration) === 0
            && style.scrollBehavior === 'auto';
        })""")
