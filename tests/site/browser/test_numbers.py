"""What the page computes for the rows and questions a reader chooses: the same numbers as Python."""

import json
import random
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from bench.judge.stats import estimate, holm, mcnemar, paired, wilson
from bench.site.board import board
from bench.site.pairs import compared, pairs, references
from bench.site.payload import payload
from bench.site.publish import publish
from bench.site.ranks import ranks
from tests.site.browser.tables import COLUMN, field, opened, shows

pytestmark = pytest.mark.browser

EVERY = "() => document.querySelectorAll('table.board tbody tr').length === 6"
"""All rows of the board are there."""


def narrowed(result, left):
    """The suite as if only the questions with these identifiers had been asked."""
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
    return replace(result, cells=cells)


def numbers(sheet, key):
    return [line.figures[key].number if key in line.figures else None for line in sheet.lines]


COMPUTED = ("rank", "difference", "ex.spider", "em.spider", "level:hard", "ends", "valid")


@pytest.mark.parametrize(
    ("state", "chosen"),
    [
        ("#level=hard", lambda one: one.difficulty == "hard"),
        ("#db=museum", lambda one: one.db_id == "museum"),
        ("#tag=join", lambda one: "JOIN" in one.gold[0]),
        ("#tag=ORDER+BY&level=hard", lambda one: one.difficulty == "hard" and "ORDER BY" in one.gold[0]),
    ],
)
def test_what_a_filter_computes_is_what_python_computes(page, site, result, state, chosen):
    """A board of the questions that a filter leaves has the same figures as the filtered board."""
    left = {asked.id for asked in result.cells[0].dataset.examples if chosen(asked)}
    assert 0 < len(left) < 12
    sheet = board(narrowed(result, left)).sheets[0]
    opened(page, site, state)
    expect(page.locator("#shown")).to_have_text(f"6 of 6 rows, {len(left)} of 12 questions")
    assert page.locator(".power").text_content() == sheet.power
    for key in COMPUTED:
        assert page.evaluate(COLUMN, key) == pytest.approx(numbers(sheet, key), abs=1e-9), key
    told = page.eval_on_selector_all(
        "table.board tbody tr", "rows => rows.map(row => [...row.cells].slice(2, 5).map(one => one.title))"
    )
    for line, titles in zip(sheet.lines, told, strict=True):
        assert (
            line.missing or titles[2].partition(";")[0] == line.figures["ex.spider"].title.partition(";")[0]
        )


GAINS = """() => [...document.querySelectorAll('table.gains tbody tr')].filter(row => !row.hidden).map(row =>
  [...row.cells].slice(1).map(cell => [cell.textContent, cell.title, cell.className.includes('leads'),
    cell.dataset.order === undefined || cell.dataset.order === '' ? null : Number(cell.dataset.order)]))"""


@pytest.mark.parametrize("level", ["medium", "hard"])
def test_gains_and_costs_follow_the_questions_that_are_chosen(page, site, result, level):
    left = {asked.id for asked in result.cells[0].dataset.examples if asked.difficulty == level}
    (pair,) = pairs(board(narrowed(result, left)).sheets[0])
    opened(page, site)
    before = page.evaluate(GAINS)
    ((method, against, gain, *made),) = before
    assert (method[0], against[0], gain[0]) == ("qlora", "lora", "−8.3")
    assert page.locator(".asked").text_content() == "12 questions on 2 databases"
    field(page, "level").select_option(level)
    expect(page.locator(".asked")).to_have_text("3 of 12 questions on 2 of 2 databases")
    expect(page.locator("table.gains tbody td").nth(2)).to_have_text(pair.gain.text)
    ((_, _, gain, score, *costs, pace),) = page.evaluate(GAINS)
    assert gain[:3] == [pair.gain.text, pair.gain.title, pair.gain.told]
    assert score[:2] == [pair.ratios[0].text, pair.ratios[0].title]
    for told, own in ((gain, pair.gain), (score, pair.ratios[0])):
        assert told[3] == (None if own.number is None else pytest.approx(own.number, abs=1e-9))
    assert costs == made[1:-1]
    assert pace[:2] == ["–", "not known for a part of the questions"]
    field(page, "method").select_option("lora")
    expect(page.locator("table.gains tbody tr")).to_be_hidden()
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("table.gains tbody td").nth(2)).to_have_text("−8.3")
    assert page.evaluate(GAINS) == before


def test_all_pairs_of_a_filtered_board_are_tested_once(page, many, tmp_path):
    """From both sides and in the table of what the suite names, by Holm over all that are left."""
    named = replace(many, compare=(("kid", "sft"),))
    publish(named, tmp_path)
    left = {asked.id for asked in many.cells[0].dataset.examples if asked.db_id == "museum"}
    sheet = board(narrowed(named, left)).sheets[0]
    expected = [*compared(sheet, named.compare), *(one for own in references(sheet).values() for one in own)]
    opened(page, tmp_path, "#db=museum")
    page.wait_for_function("() => document.querySelector('.asked').textContent.startsWith('6 of 12')")
    found = page.evaluate(GAINS)
    assert [[one[0] for one in row[:2]] for row in found] == [
        [pair.first.method, f"{pair.second.method}{pair.unlike}"] for pair in expected
    ]
    assert [row[2][:3] for row in found] == [
        [pair.gain.text, pair.gain.title, pair.gain.told] for pair in expected
    ]
    assert [row[2][3] for row in found] == pytest.approx([pair.gain.number for pair in expected], abs=1e-9)
    ratios = [pair.ratios[0] for pair in expected]
    assert [row[3][:2] for row in found] == [[one.text, one.title] for one in ratios]
    opened(page, tmp_path, "#model=tiny-a")
    expect(page.locator(".met").first).to_be_hidden()
    expect(page.locator(".met", has_text="3 of 9 rows")).to_have_count(4)


def test_rows_below_the_window_follow_and_none_shows_an_old_number(page, site, result):
    """What stands in the table when a choice is painted is right already; the other rows come after it."""
    left = {asked.id for asked in result.cells[0].dataset.examples if asked.difficulty == "hard"}
    sheet = board(narrowed(result, left)).sheets[0]
    page.set_viewport_size({"width": 1280, "height": 300})
    opened(page, site)
    page.wait_for_function(EVERY)
    page.evaluate(
        """() => addEventListener('hashchange', () => requestAnimationFrame(() => {
          window.painted = [...document.querySelectorAll('table.board tbody tr')].map(row => [
            Number(row.dataset.line), [...row.querySelectorAll('td.score, td.none')][0].textContent]);
        }))"""
    )
    page.evaluate("location.hash = 'level=hard&sort=ex.spider~desc'")
    page.wait_for_function("() => window.painted !== undefined")
    page.wait_for_function(EVERY)
    painted = page.evaluate("painted")
    assert 0 < len(painted) < 6
    scores = numbers(sheet, "ex.spider")
    order = sorted(range(6), key=lambda i: (scores[i] is None, -(scores[i] or 0)))
    assert [i for i, _ in painted] == order[: len(painted)]
    assert [text for _, text in painted] == [sheet.lines[i].figures["ex.spider"].text for i, _ in painted]
    shows(page, order)
    for key in COMPUTED:
        expected = [numbers(sheet, key)[i] for i in order]
        assert page.evaluate(COLUMN, key) == pytest.approx(expected, abs=1e-9), key


def test_methods_side_by_side_follow_what_is_chosen(page, site, result):
    left = {asked.id for asked in result.cells[0].dataset.examples if asked.difficulty == "hard"}
    sheet = board(narrowed(result, left)).sheets[0]
    opened(page, site, "#view=pivot")
    cells = page.locator("table.pivot tbody td")
    made = cells.all_text_contents()
    field(page, "level").select_option("hard")
    assert cells.all_text_contents() == [line.figures["ex.spider"].text for line in sheet.lines]
    field(page, "method").select_option("lora")
    shown = [
        line.figures["ex.spider"].text if line.method == "lora" else "filtered out" for line in sheet.lines
    ]
    assert cells.all_text_contents() == shown
    assert cells.first.get_attribute("title") == "not among the rows that are chosen"
    field(page, "method").select_option("")
    field(page, "level").select_option("")
    assert cells.all_text_contents() == made


def test_what_left_out_questions_change_is_what_python_says(page, noted, tmp_path):
    """The switch computes the board without the question, in the page alone."""
    note, suite = noted
    publish(suite, tmp_path)
    stored = {path: path.read_bytes() for path in tmp_path.rglob("results.*")}
    asked = suite.cells[0].dataset.examples
    sheet = board(narrowed(suite, {one.id for one in asked} - {note.id})).sheets[0]
    opened(page, tmp_path)
    made = page.evaluate(COLUMN, "ex.spider")
    field(page, "known").select_option("without")
    assert page.url.endswith("#known=without")
    expect(page.locator("#shown")).to_have_text("6 of 6 rows, 11 of 12 questions")
    for key in (*COMPUTED, "level:medium"):
        assert page.evaluate(COLUMN, key) == pytest.approx(numbers(sheet, key), abs=1e-9), key
    assert page.locator(".power").text_content() == sheet.power
    field(page, "known").select_option("")
    shows(page, [0, 1, 2, 3, 4, 5])
    assert page.evaluate(COLUMN, "ex.spider") == made
    assert {path: path.read_bytes() for path in tmp_path.rglob("results.*")} == stored


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
