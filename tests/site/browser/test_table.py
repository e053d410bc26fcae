"""The board's table in a browser: sort, filter, columns, address, downloads."""

import csv
import io
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bench.site.board import board
from tests.site.browser.tables import ALL, COLUMN, LINES, field, header, keys, opened, shows

pytestmark = pytest.mark.browser


def test_every_column_sorts_the_best_first_then_the_other_way_with_missing_last(page, site, result):
    columns = {column.key: column for column in board(result).sheets[0].columns}
    opened(page, site, "#" + "&".join(f"show={key}" for key, one in columns.items() if one.spare))
    made = page.evaluate(LINES)
    assert keys(page)[2:] == list(columns)
    for key, column in columns.items():
        ways = ["ascending", "descending"] if column.less else ["descending", "ascending"]
        for way in ways:
            header(page, key).locator("[role=button]").click()
            told = f"sorted by {column.label}, {way}"
            expect(page.locator("#live")).to_have_text(f"{ALL}, {told}")
            expect(page.locator("[aria-sort]")).to_have_count(1)
            assert header(page, key).get_attribute("aria-sort") == way
            found = page.evaluate(COLUMN, key)
            present = [value for value in found if value is not None]
            assert found == present + [None] * (len(found) - len(present)), key
            assert present == sorted(present, reverse=way == "descending"), key
        header(page, key).locator("[role=button]").click()
        expect(page.locator("#live")).to_have_text(ALL)
        shows(page, made)
        expect(page.locator("[aria-sort]")).to_have_count(0)


def test_a_first_click_shows_the_cheapest_row(page, site, result):
    opened(page, site)
    lines = board(result).sheets[0].lines
    for key in ("pace", "seconds", "peak", "rank"):
        least = min(
            line.figures[key].number for line in lines if key in line.figures and line.figures[key].number
        )
        header(page, key).locator("[role=button]").click()
        assert page.evaluate(COLUMN, key)[0] == least


def test_a_click_on_a_header_draws_the_table_once_and_at_once(page, site):
    opened(page, site)
    page.evaluate(
        """() => {
          window.draws = 0;
          new DataTable.Api('table.board').on('draw', () => { draws += 1; });
        }"""
    )
    for way in ("descending", "ascending"):
        page.evaluate("""() => document.querySelector('[data-key="ex.spider"] [role=button]').click()""")
        assert header(page, "ex.spider").get_attribute("aria-sort") == way
    page.wait_for_timeout(200)
    assert page.evaluate("draws") == 2
    page.go_back()
    expect(header(page, "ex.spider")).to_have_attribute("aria-sort", "descending")
    assert page.evaluate("draws") == 3


def test_names_sort_and_equal_values_keep_their_order(page, site):
    opened(page, site, "#sort=method~asc")
    shows(page, [0, 3, 1, 4, 2, 5])
    opened(page, site, "#sort=trainable~desc")
    # LoRA, QLoRA and LoRA train as much; the two bases and what was not run have no value.
    shows(page, [1, 2, 4, 0, 3, 5])


def test_keyboard_alone_sorts_filters_and_opens_a_cell(page, site):
    opened(page, site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    header(page, "ex.spider").locator("[role=button]").focus()
    page.keyboard.press("Enter")
    expect(header(page, "ex.spider")).to_have_attribute("aria-sort", "descending")
    page.keyboard.press(" ")
    expect(header(page, "ex.spider")).to_have_attribute("aria-sort", "ascending")
    field(page, "q").focus()
    page.keyboard.type("medium lora")
    shows(page, [4, 5])
    page.locator("table.board tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cells/tiny-medium-lora-mini-s0.html", timeout=5000)


def test_the_address_holds_the_state_and_back_restores_it(page, site):
    opened(page, site)
    field(page, "method").select_option("lora")
    field(page, "level").select_option("hard")
    field(page, "base").select_option("tiny-medium/lora")
    assert page.url.endswith("#method=lora&level=hard&base=tiny-medium%2Flora")
    shows(page, [1, 4])
    assert page.locator("#shown").text_content() == "2 of 6 rows, 3 of 12 questions"
    address, shown = page.url, page.evaluate(COLUMN, "ex.spider")
    page.go_back()
    page.go_back()
    shows(page, [1, 4])
    assert page.locator("#shown").text_content() == "2 of 6 rows, 12 of 12 questions"
    page.go_back()
    shows(page, [0, 1, 2, 3, 4, 5])
    opened(page, site, address.partition("index.html")[2])
    assert page.evaluate(COLUMN, "ex.spider") == shown
    assert field(page, "level").input_value() == "hard"
    page.get_by_role("button", name="Reset").click()
    shows(page, [0, 1, 2, 3, 4, 5])


def test_a_word_that_is_typed_is_one_step_and_back_keeps_the_choice_before_it(page, site):
    opened(page, site)
    field(page, "level").select_option("hard")
    for _ in range(2):
        field(page, "q").focus()
        page.keyboard.type("lora")
        assert page.url.endswith("#q=lora&level=hard")
        shows(page, [1, 2, 4, 5])
        page.go_back()
        expect(page.locator("#shown")).to_have_text("6 of 6 rows, 3 of 12 questions")
        assert page.url.endswith("#level=hard")
        assert field(page, "q").input_value() == ""
    field(page, "q").focus()
    page.keyboard.type("lo")
    field(page, "db").select_option("museum")
    field(page, "q").focus()
    page.keyboard.type("ra")
    page.go_back()
    expect(field(page, "q")).to_have_value("lo")
    expect(field(page, "db")).to_have_value("museum")


@pytest.mark.parametrize("clipboard", ["granted", "refused", "absent"])
def test_a_reader_sees_what_came_of_copying_the_link(page, site, clipboard):
    opened(page, site, "#method=lora")
    said = {
        "granted": "navigator.clipboard.writeText = async (text) => { window.copied = text; }",
        "refused": "navigator.clipboard.writeText = () => Promise.reject(new Error('no'))",
        "absent": "Object.defineProperty(navigator, 'clipboard', { value: undefined })",
    }
    page.evaluate(f"void ({said[clipboard]})")
    page.get_by_role("button", name="Copy link").click()
    told = "Link copied" if clipboard == "granted" else f"Copy the address of this page: {page.url}"
    expect(page.locator("#shown")).to_have_text(told)
    assert page.locator("#shown").is_visible()
    assert page.evaluate("window.copied ?? null") == (page.url if clipboard == "granted" else None)
    field(page, "method").select_option("")
    expect(page.locator("#shown")).to_have_text(ALL)


def test_a_filter_undone_leaves_the_page_as_it_was_made(page, site):
    opened(page, site)
    made = page.locator("table.board tbody").inner_html()
    field(page, "db").select_option("museum")
    assert page.locator("table.board tbody").inner_html() != made
    field(page, "db").select_option("")
    assert page.locator("table.board tbody").inner_html() == made


@pytest.mark.parametrize("state", ["", "#sort=method~asc"])
def test_back_from_a_cell_finds_the_place_in_a_long_table(page, site, tmp_path, state):
    """A browser looks for the place once, when the rows below the window might not be there yet."""
    shutil.copytree(site, tmp_path, dirs_exist_ok=True)
    style = tmp_path.joinpath("assets", "board.css")
    few = style.read_text("utf-8").replace("tr:nth-child(n+41)", "tr:nth-child(n+2)")
    style.write_text(f"{few} .board tbody td {{ height: 100rem; }}", "utf-8")
    page.set_viewport_size({"width": 1280, "height": 150})
    page.add_init_script("window.requestIdleCallback = (task) => setTimeout(task, 400)")
    opened(page, tmp_path, state)
    rows = page.locator("table.board tbody tr")
    expect(rows).to_have_count(6)
    link = rows.nth(4).locator("a").first
    link.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    link.click()
    page.wait_for_url("**/cells/*")
    page.go_back()
    page.wait_for_selector("html[data-ready]")
    expect(rows).to_have_count(6)
    expect(link).to_be_in_viewport()
    assert page.evaluate("scrollY") == pytest.approx(before, abs=1)


def test_columns_are_chosen_and_the_view_is_turned(page, site):
    opened(page, site)
    assert "tokens" not in keys(page)
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("tokens", exact=True).check()
    page.get_by_label("EM", exact=True).uncheck()
    assert "tokens" in keys(page)
    assert "em.spider" not in keys(page)
    assert page.url.endswith("#show=tokens&hide=em.spider")
    page.get_by_role("radio", name="methods side by side").check()
    expect(page.locator("table.pivot")).to_be_visible()
    assert not page.locator("table.board").is_visible()
    row = page.locator("table.pivot tbody tr", has_text="tiny-medium").locator("td")
    assert [text.strip() for text in row.all_text_contents()] == ["33.3", "75.0", "not run"]


def test_sorting_and_turning_compute_and_draw_no_figure_again(page, site):
    opened(page, site, "#level=hard")
    page.evaluate(
        """() => {
          window.calls = 0;
          const { estimate } = stats;
          stats.estimate = (...words) => { calls += 1; return estimate(...words); };
          const { follow } = charts;
          charts.follow = (...words) => { calls += 1; return follow(...words); };
        }"""
    )
    header(page, "ex.spider").locator("[role=button]").click()
    expect(header(page, "ex.spider")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("radio", name="methods side by side").check()
    expect(page.locator("table.pivot")).to_be_visible()
    assert page.evaluate("calls") == 0
    field(page, "db").select_option("museum")
    page.wait_for_function("calls > 0")


def test_side_by_side_a_model_that_is_filtered_out_is_hidden(page, site):
    opened(page, site, "#view=pivot")
    rows = page.locator("table.pivot tbody tr:visible")
    expect(rows).to_have_count(2)
    field(page, "model").select_option("tiny-medium")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("tiny-medium")
    field(page, "model").select_option("")
    expect(rows).to_have_count(2)


def test_a_size_keeps_what_is_no_larger(page, site):
    opened(page, site, "#size=0.9")
    shows(page, [0, 1, 2, 3, 4])  # what was not run has no size
    field(page, "size").fill("0.86")
    shows(page, [0, 3])  # the bases: adapters come on top
    field(page, "size").fill("0.5")
    expect(page.locator("#shown")).to_have_text("0 of 6 rows, 12 of 12 questions")


def test_choices_that_leave_no_question_say_so(page, site):
    opened(page, site, "#level=easy&tag=join")
    expect(page.locator("#shown")).to_have_text("No question has all that is chosen")
    assert not page.locator("section.sheet").is_visible()
    field(page, "tag").select_option("")
    expect(page.locator("#shown")).to_have_text("6 of 6 rows, 3 of 12 questions")
    expect(page.locator("#shown")).to_be_visible()
    expect(page.locator("section.sheet")).to_be_visible()
    field(page, "level").select_option("")
    expect(page.locator("#shown")).to_be_hidden()
    expect(page.locator("table.board caption .state")).to_have_text("")


def test_what_an_address_asks_and_the_board_has_not_is_left_out_and_said(page, site):
    opened(page, site, "#model=huge&set=elsewhere&size=few&view=round&level=hard&sort=level:hard~desc")
    told = "6 of 6 rows, 3 of 12 questions. Not on this board, so left out: elsewhere, huge, few, round"
    expect(page.locator("#shown")).to_have_text(told)
    assert field(page, "model").input_value() == ""
    expect(page.locator("table.board")).to_be_visible()
    expect(page.locator("#live")).to_have_text(f"{told}, sorted by hard, descending")


@pytest.mark.parametrize(
    ("state", "left_out"),
    [("#sort=xx~desc", "sort by xx"), ("#sort=ex.spider~sideways", "sort by ex.spider")],
)
def test_a_sort_that_the_board_has_not_is_left_out_and_said(page, site, state, left_out):
    opened(page, site, state)
    expect(page.locator("#live")).to_have_text(f"{ALL}. Not on this board, so left out: {left_out}")
    expect(page.locator("[aria-sort]")).to_have_count(0)
    shows(page, [0, 1, 2, 3, 4, 5])


def test_a_word_that_was_cut_within_a_letter_is_ignored(page, site):
    opened(page, site, "#q=%E0%A4%A&method=lora")
    expect(page.locator("#live")).to_have_text("2 of 6 rows, 12 of 12 questions")
    assert field(page, "q").input_value() == ""


def test_every_control_and_link_is_reached_by_the_tab_key(page, site):
    opened(page, site)
    wanted = page.evaluate(
        """[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
        .filter(one => one.checkVisibility({ visibilityProperty: true }))
        .filter(one => one.type !== 'radio' || one.checked)
        .map((one, i) => { one.dataset.tab = i; return i; })"""
    )
    reached = []
    for _ in range(len(wanted) + 5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("Number(document.activeElement.dataset.tab ?? -1)"))
    assert set(wanted) <= set(reached)
    first = reached[: len(wanted)]
    assert [one for one in first if one >= 0] == sorted(one for one in first if one >= 0)


def test_the_csv_that_is_downloaded_says_what_the_store_says(page, site, served, result):
    page.goto(f"{served}/some/where/index.html")
    with page.expect_download() as download:
        page.get_by_role("link", name="results.csv").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8"))))
    assert [row["cell"] for row in rows] == [cell.slug for cell in result.cells]
    for row, cell in zip(rows, result.cells, strict=True):
        right = [verdict.metrics["ex.spider"] for verdict in cell.verdicts]
        assert row["ex.spider"] == (f"{sum(right) / 12:.6f}" if right else "")
        assert row["n"] == ("12" if right else "")


def test_the_csv_beside_the_page_says_what_the_page_says(page, site):
    opened(page, site)
    with site.joinpath("results.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["seed"] == "0" and row["cell"] != LORA]
    told = dict(
        zip(
            [0, 2, 3, 4, 5],
            [value for i, value in enumerate(page.evaluate(COLUMN, "ex.spider")) if i != 1],
            strict=True,
        )
    )
    assert [float(row["ex.spider"]) if row["ex.spider"] else None for row in rows] == pytest.approx(
        list(told.values()), abs=1e-6
    )


LORA = "tiny-small-lora-mini-s0"
"""One of two seeds: the page shows their mean."""


def test_a_board_under_a_sub_path_works_the_same(page, site, served):
    page.goto(f"{served}/some/where/index.html#method=lora")
    page.wait_for_selector("html[data-ready]")
    shows(page, [1, 4])
    page.locator("table.board tbody a").first.click()
    assert page.locator("h1").text_content() == "tiny-small with lora"


def test_a_column_shown_after_a_filter_is_of_the_chosen_questions(page, site):
    """Columns that are not seen are not written; what they then say is of what was chosen meanwhile."""
    opened(page, site, "#level=hard")
    asked = page.locator(".asked").first.inner_text().split(" of ")[0]
    page.evaluate("location.hash = 'level=hard&show=n'")
    expect(header(page, "n")).to_be_visible()
    found = {str(int(value)) for value in page.evaluate(COLUMN, "n") if value is not None}
    assert found == {asked}
    page.evaluate("location.hash = 'show=n'")
    expect(page.locator(".state").first).to_have_text("")
    assert asked not in {str(int(value)) for value in page.evaluate(COLUMN, "n") if value is not None}
