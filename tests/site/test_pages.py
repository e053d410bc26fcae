"""The pages: one golden folder, well-formed HTML, links that resolve, nothing from outside, nothing hostile.

``BENCH_GOLDEN=write pytest tests/site/test_pages.py`` makes the golden pages again; look at the
difference before committing it.
"""

import os
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest

from bench.execute import Executor
from bench.judge.judge import judge
from bench.site.drill import anchor, question_home
from bench.site.grids import grid
from bench.site.pages import render
from bench.types import Outcome, Prediction, Status

GOLDEN = Path(__file__).parent / "golden"
X = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def three(result):
    """A board of three cells: two finished, one not run."""
    chosen = ("tiny-medium-base-mini-s0", "tiny-medium-lora-mini-s0", "tiny-medium-qlora-mini-s0")
    return replace(result, cells=tuple(cell for cell in result.cells if cell.slug in chosen))


@pytest.fixture(scope="module")
def pages(result):
    return dict(render(result))


@pytest.fixture(scope="module")
def tables(result):
    """The same board without a page for every cell and question."""
    return dict(render(replace(result, answers=False)))


@pytest.fixture(scope="module")
def attacked(hostile):
    return dict(render(hostile))


def parsed(pages):
    for name, content in pages.items():
        if name.endswith(".html"):
            parser = html5lib.HTMLParser(strict=False)
            tree = parser.parse(content, transport_encoding="utf-8")
            yield name, content.decode("utf-8"), tree, parser.errors


def test_golden(three):
    rendered = {
        name: content for name, content in render(three) if not name.startswith(("assets/", "charts/"))
    }
    if os.environ.get("BENCH_GOLDEN") == "write":
        for old in sorted(GOLDEN.rglob("*.*")):
            old.unlink()
        for name, content in rendered.items():
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_bytes(content)
    kept = {
        path.relative_to(GOLDEN).as_posix(): path.read_bytes()
        for path in GOLDEN.rglob("*.*")
        if path.is_file()
    }
    assert sorted(rendered) == sorted(kept)
    for name, content in rendered.items():
        assert content.decode("utf-8") == kept[name].decode("utf-8"), name


@pytest.mark.parametrize("which", ["pages", "attacked"])
def test_pages_parse_without_an_error(which, request):
    for name, _, _, errors in parsed(request.getfixturevalue(which)):
        assert errors == [], name


@pytest.mark.parametrize("which", ["pages", "tables", "attacked"])
def test_ids_are_unique_and_links_resolve(which, request):
    found = {name: tree for name, _, tree, _ in parsed(request.getfixturevalue(which))}
    files = set(request.getfixturevalue(which))
    ids = {}
    for name, tree in found.items():
        own = [element.get("id") for element in tree.iter() if element.get("id") is not None]
        assert len(own) == len(set(own)), name
        ids[name] = set(own)
    for name, tree in found.items():
        for element in tree.iter():
            for attribute in ("href", "src"):
                if element.get(attribute) not in (None, "data:,"):  # the icon is empty
                    address = urlsplit(element.get(attribute))
                    assert (address.scheme, address.netloc) == ("", ""), (name, element.get(attribute))
                    target = (
                        os.path.normpath(Path(name).parent / unquote(address.path)) if address.path else name
                    )
                    assert target in files, (name, element.get(attribute))
                    if address.fragment:
                        assert unquote(address.fragment) in ids[target], (name, element.get(attribute))
            for attribute in ("aria-labelledby", "aria-describedby"):
                for reference in (element.get(attribute) or "").split():
                    assert reference in ids[name], (name, reference)


def test_methods_are_headed_only_where_a_model_has_two(pages, result):
    alone = [next(one for one in result.cells if one.model == name) for name in ("tiny-small", "tiny-medium")]
    unpaired = dict(render(replace(result, cells=tuple(alone))))["compare.html"]
    heading = b"Every two methods of a model"
    assert (pages["compare.html"].count(heading), unpaired.count(heading)) == (1, 0)


def test_a_board_without_answers_keeps_every_cell(pages, tables, result):
    cells = {f"cells/{cell.slug}.html" for cell in result.cells}
    shared = {"index.html", "compare.html", "matrix.html", "reported.html"}
    assert {name for name in tables if name.endswith(".html")} == shared | cells
    assert cells <= pages.keys()
    done, absent = (
        tables[f"cells/tiny-medium-{method}-mini-s0.html"].decode() for method in ("lora", "qlora")
    )
    for told in ("By difficulty", "By database", "How the answers ended", "Cost", "Provenance", "badge.svg"):
        assert told in done
    assert "bench run suites/tiny.toml --cell tiny-medium-lora-mini-s0" in done
    assert "not run" in absent
    assert not [name for name in tables if name.endswith("verdicts.jsonl")]
    assert sum(map(len, tables.values())) < sum(map(len, pages.values()))


def test_a_board_without_answers_says_so_and_how_they_are_had(pages, tables):
    told = "<code>bench publish suites/tiny.toml --answers</code> makes these pages"
    assert (pages["index.html"].decode().count(told), tables["index.html"].decode().count(told)) == (0, 1)


def test_a_board_without_answers_still_has_those_that_are_compared(tables):
    assert b"SELECT singer.name FROM singer JOIN concert" in tables["cells/tiny-medium-lora-mini-s0.js"]
    assert b".html" not in tables["cells/tiny-medium-lora-mini-s0.js"]


@pytest.mark.parametrize("which", ["pages", "attacked"])
def test_nothing_runs_inline_and_nothing_comes_from_outside(which, request):
    for name, text, tree, _ in parsed(request.getfixturevalue(which)):
        assert "script-src 'self'; style-src 'self'" in text
        assert "unsafe" not in text.partition("</head>")[0]
        for element in tree.iter():
            if not isinstance(element.tag, str):
                continue
            assert element.tag not in {X + "style", X + "iframe", X + "object", X + "base"}, name
            assert not any(key.startswith("on") or key == "style" for key in element.keys()), name  # noqa: SIM118
            if element.tag == X + "img":
                assert re.fullmatch(r"charts/[A-Za-z0-9._-]+\.svg", element.get("src")), name
            if element.tag == X + "script":
                assert element.text is None
                assert re.fullmatch(r"(\.\./)*(data\.js|assets/[a-zA-Z0-9./-]+\.js)", element.get("src"))


def test_assets_refer_to_nothing_outside(pages):
    for name, content in pages.items():
        if name.startswith("assets/") and "/vendor/" not in name:
            content = content.replace(b"http://www.w3.org/2000/svg", b"")  # a name, never fetched
            assert not re.search(rb"https?:|@import|url\(", content), name


def test_hostile_text_is_shown_and_cannot_be_hidden(attacked):
    text = "".join(content.decode("utf-8") for name, content in attacked.items() if name.endswith(".html"))
    assert "&lt;img src=x onerror=" in text
    assert not re.search("[\u202a-\u202e\u2028\u2029\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
    assert "⟨U+202E⟩" in text
    assert "{{ 7 * 7 }}" in text
    assert all(not name.startswith("/") and ".." not in name for name in attacked)


def test_a_megabyte_is_cut_and_counted(attacked):
    text = "".join(content.decode("utf-8") for name, content in attacked.items() if name.endswith(".html"))
    assert "more characters" in text
    shown = [len(text) for name, text in attacked.items() if not name.startswith("assets/")]
    whole = [len(text) for name, text in attacked.items() if name.endswith("verdicts.jsonl")]
    assert max(set(shown).difference(whole)) < 500_000
    assert min(whole) > 1_000_000  # a download is complete


def test_every_question_of_every_cell_is_there(result, pages):
    for cell in result.cells:
        own = "".join(
            content.decode("utf-8")
            for name, content in pages.items()
            if name.startswith(f"cells/{cell.slug}/")
        )
        assert own.count('<details class="answer') == (0 if cell.missing else 12)
        for asked in cell.dataset.examples if not cell.missing else ():
            assert f'id="q-{asked.id}"' in own


def test_synthetic_data_and_toy_bases_are_labelled_wherever_a_score_shows(result, pages):
    for cell in result.cells:
        for name, content in pages.items():
            if name.endswith(".html") and (name.startswith(f"cells/{cell.slug}") or name == "index.html"):
                text = content.decode("utf-8")
                assert "synthetic data" in text, name
                assert "a toy model, trained from scratch on made-up schemas" in text, name


def test_notes_may_name_code(pages):
    assert "<code>lora</code> and <code>qlora</code> against" in pages["index.html"].decode("utf-8")


def test_a_missing_cell_says_so_and_never_zero(pages):
    text = pages["cells/tiny-medium-qlora-mini-s0.html"].decode("utf-8")
    assert "not run" in text
    assert "0.0" not in text
    row = pages["index.html"].decode("utf-8").split("tiny-medium-qlora-mini-s0.html")[1].partition("</tr>")[0]
    assert "not run" in row
    assert set(re.findall(r'data-order="([^"]*)"', row)) == {""}


def test_what_has_no_answer_and_what_the_environment_spoiled_is_said(result):
    first = result.cells[0]
    broken = Outcome(Status.DB_CORRUPT, "malformed page 3")
    spoiled = replace(first.verdicts[1], prediction=broken, gold=broken, metrics={"ex.spider": False})
    cell = replace(first, verdicts=(spoiled, *first.verdicts[2:]), predictions=first.predictions[1:])
    pages = render(replace(result, cells=(cell,)))
    rendered = {name: text.decode("utf-8") for name, text in pages if name.endswith((".html", ".csv"))}
    assert (
        "Not publishable: the environment, not the answer, spoiled 1 verdict."
        in rendered[f"cells/{cell.slug}.html"]
    )
    easy = rendered[f"cells/{cell.slug}/easy.html"]
    assert '<span class="end">no answer</span>' in easy
    assert "Gold result: none, database corrupt (infrastructure): malformed page 3" in easy
    assert "not publishable" in rendered["index.html"]
    assert ",not publishable," in rendered["results.csv"]


def test_a_gold_that_was_not_run_is_not_said_to_have_no_rows(result):
    """Where an answer has no SQL gold is not run; its rows are known from another cell's answer."""
    first, other = result.cells[:2]
    asked = first.dataset.examples[0]
    asking = replace(first.dataset, databases={asked.db_id: Path("concert.sqlite")})
    assert first.verdicts[0].gold.rows > 0
    with Executor(workers=1) as executor:
        silent = Prediction(asked.id, "I do not know.", None)
        judged = next(judge(asking, [silent], ("ex.spider", "em.spider"), executor))
    cells = (
        replace(first, predictions=(silent, *first.predictions[1:]), verdicts=(judged, *first.verdicts[1:])),
        other,
    )
    pages = {
        name: text.decode() for name, text in render(replace(result, cells=cells)) if name[-5:] == ".html"
    }
    answer = pages[f"cells/{first.slug}/{asked.difficulty}.html"].split(f'id="{anchor(asked)}"')[1]
    answer = answer.partition("</details>")[0]
    assert "Gold result: not run: there was nothing to compare it with" in answer
    assert "Cost in VM steps: gold not run, prediction not run" in answer
    assert "0 rows" not in answer
    question = pages[question_home("mini", asked.db_id)].split(f'id="{anchor(asked)}"')[1]
    gold = grid(other.verdicts[0].gold)
    assert gold is not None
    assert gold.rows[0][0].text in question.partition("</details>")[0]
    assert "not run" not in question.partition("</details>")[0]


def test_long_levels_are_spread_over_pages(result, dataset):
    many = tuple(replace(dataset.examples[0], id=f"m-{i}") for i in range(201))
    cell = replace(
        result.cells[0], dataset=replace(dataset, examples=many), verdicts=(), predictions=(), prompts={}
    )
    names = [name for name, _ in render(replace(result, cells=(cell,)))]
    leaf = f"cells/{cell.slug}/"
    assert [name for name in names if name.startswith(leaf) and name.endswith(".html")] == [
        leaf + n for n in ("easy.html", "easy-2.html", "easy-3.html")
    ]
