"""The board's table in a browser: sort, filter, baseline, columns, address; the same numbers as Python."""

import csv
import io
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bench.judge.stats import estimate, holm, mcnemar, paired, wilson
from bench.site.board import board
from bench.site.payload import payload
from bench.site.publish import publish
from bench.site.ranks import ranks

pytestmark = pytest.mark.browser

COLUMN = """key => {
  const headers = [...document.querySelectorAll('.names th')];
  const at = headers.findIndex(one => one.dataset.key === key);
  return [...document.querySelectorAll('table.board tbody tr')].map(row => {
    const cell = row.cells[at];
    if (cell.tagName === 'TH') return cell.querySelector('a, *')?.textContent ?? cell.textContent;
    return cell.dataset.order === '' ? null : Number(cell.dataset.order);
  });
}"""
LINES = """[...document.querySelectorAll('table.board tbody tr')].map(row => Number(row.dataset.line))"""


ALL = "6 of 6 rows, 12 of 12 questions"


def opened(page, site, state=""):
    page.goto("about:blank")
    page.goto(site.joinpath("index.html").as_uri() + state)
    page.wait_for_selector("html[data-ready]")


def keys(page):
    return page.eval_on_selector_all(".names th", "all => all.map(one => one.dataset.key)")


def header(page, key):
    return page.locator(f'.names th[data-key="{key}"]')


def shows(page, lines):
    """Wait until the rows of these lines are there, in this order."""
    page.wait_for_function(f"lines => String({LINES}) === String(lines)", arg=lines, timeout=5000)


def field(page, name):
    return page.locator(f"#controls [name={name}]")


def test_every_column_sorts_both_ways_with_missing_last(page, site):
    opened(
        page, site, "#show=n&show=timeout&show=tokens&show=size&show=step&show=speed&show=energy&show=date"
    )
    made = page.evaluate(LINES)
    assert len(keys(page)) == 24
    for key in keys(page)[2:]:
        directions = []
        for _ in range(2):
            header(page, key).locator("[role=button]").click()
            way = ("descending", "ascending")[len(directions)]
            page.wait_for_function(
                "text => document.getElementById('live').textContent.endsWith(text)", arg=f"{key}, {way}"
            )
            directions.append(header(page, key).get_attribute("aria-sort"))
            found = page.evaluate(COLUMN, key)
            present = [value for value in found if value is not None]
            assert found == present + [None] * (len(found) - len(present)), key
            assert present == sorted(present, reverse=directions[-1] == "descending"), key
            expect(page.locator("[aria-sort]")).to_have_count(1)
        assert directions == ["descending", "ascending"]
        header(page, key).locator("[role=button]").click()
        page.wait_for_function("text => document.getElementById('live').textContent === text", arg=ALL)
        shows(page, made)
        expect(page.locator("[aria-sort]")).to_have_count(0)


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


def test_a_filter_undone_leaves_the_page_as_it_was_made(page, site):
    opened(page, site)
    made = page.locator("table.board tbody").inner_html()
    field(page, "db").select_option("museum")
    assert page.locator("table.board tbody").inner_html() != made
    field(page, "db").select_option("")
    assert page.locator("table.board tbody").inner_html() == made


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


def test_what_a_filter_computes_is_what_python_computes(page, site, result, tmp_path):
    """A board of the questions that a filter leaves has the same figures as the filtered board."""
    left = {asked.id for asked in result.cells[0].dataset.examples if asked.difficulty == "hard"}
    cells = tuple(
        replace(
            cell,
            dataset=replace(
                cell.dataset, examples=tuple(one for one in cell.dataset.examples if one.id in left)
            ),
            verdicts=tuple(one for one in cell.verdicts if one.example_id in left),
        )
        for cell in result.cells
    )
    sheet = board(replace(result, cells=cells)).sheets[0]
    opened(page, site, "#level=hard")
    assert page.locator(".power").text_content() == sheet.power
    for key in ("rank", "difference", "ex.spider", "em.spider", "level:hard", "ends", "valid"):
        expected = [line.figures[key].number if key in line.figures else None for line in sheet.lines]
        assert page.evaluate(COLUMN, key) == pytest.approx(expected, abs=1e-9), key
    told = page.eval_on_selector_all(
        "table.board tbody tr", "rows => rows.map(row => [...row.cells].slice(2, 5).map(one => one.title))"
    )
    for line, titles in zip(sheet.lines, told, strict=True):
        assert (
            line.missing or titles[2].partition(";")[0] == line.figures["ex.spider"].title.partition(";")[0]
        )


def test_what_left_out_questions_change_is_what_python_says(page, noted, tmp_path):
    """The switch computes the board without the question, in the page alone."""
    note, suite = noted
    publish(suite, tmp_path)
    stored = {path: path.read_bytes() for path in tmp_path.rglob("results.*")}
    cells = tuple(
        replace(
            cell,
            dataset=replace(
                cell.dataset, examples=tuple(one for one in cell.dataset.examples if one.id != note.id)
            ),
            verdicts=tuple(one for one in cell.verdicts if one.example_id != note.id),
        )
        for cell in suite.cells
    )
    sheet = board(replace(suite, cells=cells)).sheets[0]
    opened(page, tmp_path)
    made = page.evaluate(COLUMN, "ex.spider")
    field(page, "known").select_option("without")
    assert page.url.endswith("#known=without")
    expect(page.locator("#shown")).to_have_text("6 of 6 rows, 11 of 12 questions")
    for key in ("rank", "difference", "ex.spider", "em.spider", "level:medium", "ends", "valid"):
        expected = [line.figures[key].number if key in line.figures else None for line in sheet.lines]
        assert page.evaluate(COLUMN, key) == pytest.approx(expected, abs=1e-9), key
    assert page.locator(".power").text_content() == sheet.power
    field(page, "known").select_option("")
    shows(page, [0, 1, 2, 3, 4, 5])
    assert page.evaluate(COLUMN, "ex.spider") == made
    assert {path: path.read_bytes() for path in tmp_path.rglob("results.*")} == stored


def test_a_size_keeps_what_is_no_larger(page, site):
    opened(page, site, "#size=0.9")
    shows(page, [0, 1, 2, 3, 4, 5])
    field(page, "size").fill("0.5")
    expect(page.locator("#shown")).to_have_text("0 of 6 rows, 12 of 12 questions")


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


def test_a_baseline_is_paired_with_every_row(page, site, result):
    lines = board(result).sheets[0].lines
    clusters = [example.db_id for example in result.cells[0].dataset.examples]
    opened(page, site, "#base=tiny-medium%2Flora")
    base = lines[4]
    others = [line for line in lines if not line.missing and line is not base]
    found = [paired(base.means, line.means, clusters) for line in others]
    values = iter(one.value for one in found)
    expected = [None if line.missing or line is base else next(values) for line in lines]
    assert page.evaluate(COLUMN, "difference") == pytest.approx(expected, abs=1e-9)
    # The small base has 3 of 12 right, all of them among the 9 of the baseline; four rows are paired.
    told = page.locator('tr[data-line="0"] td').nth(1).get_attribute("title")
    assert told.endswith("0 questions gained, 6 lost; exact McNemar p 0.031, by Holm 0.125")


def test_the_statistics_agree_on_shared_vectors(page, site, result):
    rng = random.Random(7)
    vectors = []
    for n, groups in ((1, 1), (2, 2), (12, 2), (166, 20), (1034, 20), (1534, 11)):
        clusters = [rng.randrange(groups) for _ in range(n)]
        first, second = ([float(rng.random() < p) for _ in range(n)] for p in (0.7, 0.75))
        thirds = [rng.randrange(4) / 3 for _ in range(n)]
        vectors.append((first, second, thirds, clusters))
    constants = json.loads(payload(board(result)).decode("ascii").removeprefix("board(").removesuffix(");\n"))
    from scipy.special import stdtrit

    t = [0.0, *(float(stdtrit(df, 0.975)) for df in range(1, 20))]
    assert constants["t"][1] == pytest.approx(t[1], abs=1e-12)
    opened(page, site)
    found = page.evaluate(
        """([vectors, z, t]) => vectors.map(([a, b, c, g]) => [
          ...['k', 'value', 'low', 'high'].map(key => stats.estimate(a, g, z, t)[key]),
          ...['k', 'value', 'low', 'high'].map(key => stats.estimate(c, g, z, t)[key]),
          ...['value', 'low', 'high', 'p'].map(key => stats.paired(a, b, g, t)[key]),
          ...['value', 'low', 'high', 'p'].map(key => stats.paired(a, c, g, t)[key]),
          ...stats.wilson(a.reduce((x, y) => x + y, 0), a.length, z),
          ...stats.holm([[3, 9], [0, 40], [500, 700], [7, 7]].map(([b, c]) => stats.mcnemar(b, c))),
          ...stats.ranks([a, b, c]).flat(),
        ])""",
        [vectors, constants["z"], t],
    )
    for (a, b, c, g), told in zip(vectors, found, strict=True):
        names = [str(one) for one in g]
        pairs = [paired(a, b, names), paired(a, c, names)]
        expected = [
            *(getattr(estimate(a, names), key) for key in ("k", "value", "low", "high")),
            *(getattr(estimate(c, names), key) for key in ("k", "value", "low", "high")),
            *(getattr(one, key) for one in pairs for key in ("value", "low", "high", "p")),
            *wilson(sum(a), len(a)),
            *holm([mcnemar(3, 9), mcnemar(0, 40), mcnemar(500, 700), mcnemar(7, 7)]),
            *(place for span in ranks([a, b, c]) for place in span),
        ]
        assert told == pytest.approx(expected, abs=1e-9)


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
