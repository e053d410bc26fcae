"""The data beside the page equals the records it was made from."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from bench.judge.score import score
from bench.site import downloads
from bench.site.badge import badge
from bench.site.board import board


@pytest.fixture(scope="module")
def rows(result):
    return list(csv.DictReader(io.StringIO(downloads.table(board(result)).decode("utf-8"))))


def test_one_row_per_cell_in_the_order_of_the_suite(result, rows):
    assert [row["cell"] for row in rows] == [cell.slug for cell in result.cells]
    assert all(None not in row for row in rows)


def test_scores_are_the_records(result, rows):
    for cell, row in zip(result.cells, rows, strict=True):
        if cell.missing:
            assert row["state"] == "not run"
            assert {
                row[name] for name in ("n", "ex.spider", "ex.spider.low", "valid", "answers.correct")
            } == {""}
            continue
        right = sum(verdict.metrics["ex.spider"] is True for verdict in cell.verdicts)
        assert float(row["ex.spider"]) == pytest.approx(right / 12, abs=1e-6)
        assert (row["n"], row["answers.correct"], row["state"]) == ("12", str(right), "done")
        card = score(cell.dataset, cell.verdicts, result.metrics)
        for level, one in card.metrics["ex.spider"].levels.items():
            assert row[f"ex.spider.{level}"] == f"{one.value:.6f}"
            assert row[f"ex.spider.{level}.high"] == f"{one.high:.6f}"
            assert row[f"n.{level}"] == str(one.n)
        assert sum(int(value) for name, value in row.items() if name.startswith("answers.")) == 12


def test_labels_and_costs_are_there(result, rows):
    assert {row["synthetic"] for row in rows} == {"yes"}
    assert {row["base_note"] for row in rows} == {"a toy model, trained from scratch on made-up schemas"}
    lora = next(row for row in rows if row["method"] == "lora")
    assert (lora["fit.trainable"], lora["fit.seconds"], lora["fit.peak_device_bytes"]) == (
        "41984",
        "21.4",
        "",
    )
    assert next(row for row in rows if row["method"] == "base")["fit.trainable"] == ""


def test_answering_and_origin_are_there(result, rows):
    lora = next(row for row in rows if row["cell"] == "tiny-medium-lora-mini-s0")
    # 12 questions in 1.5 s; answers of 12, 13 … 23 tokens.
    assert (lora["predict.seconds_per_question"], lora["predict.tokens_per_question"]) == ("0.125", "17.5")
    assert (lora["date"], lora["commit"], lora["dirty"]) == ("2026-11-20", "0123456", "no")
    assert lora["fit.device"] == "cpu"
    absent = next(row for row in rows if row["state"] == "not run")
    missing = ("date", "commit", "dirty", "predict.seconds_per_question", "predict.tokens_per_question")
    assert {absent[name] for name in missing} == {""}


def test_what_was_not_recorded_is_empty(result):
    bare = replace(result.cells[0], seconds=None, provenance={"predict": {"source": {"commit": "abc"}}})
    (row,) = csv.DictReader(
        io.StringIO(downloads.table(board(replace(result, cells=(bare,)))).decode("utf-8"))
    )
    told = ("date", "commit", "dirty", "predict.seconds_per_question", "fit.energy_joules")
    assert [row[name] for name in told] == ["", "abc", "", "", ""]


def test_json_has_a_line_for_each_cell(result):
    lines = downloads.document(board(result)).decode("ascii").splitlines()
    cells = lines[lines.index('"cells":[') + 1 : lines.index("]}")]
    assert [json.loads(line.rstrip(","))["slug"] for line in cells] == [cell.slug for cell in result.cells]


def test_json_pairs_questions_across_cells(result):
    told = json.loads(downloads.document(board(result)))
    assert told["datasets"]["mini"]["examples"] == [asked.id for asked in result.cells[0].dataset.examples]
    for cell, entry in zip(result.cells, told["cells"], strict=True):
        assert entry["slug"] == cell.slug
        if cell.missing:
            assert (entry["score"], entry["verdicts"]) == (None, None)
            continue
        marks = "".join("1" if verdict.metrics["ex.spider"] else "0" for verdict in cell.verdicts)
        assert entry["verdicts"]["ex.spider"] == marks
        assert entry["tokens_per_question"] == 17.5
        assert entry["score"] == score(cell.dataset, cell.verdicts, result.metrics).to_json()


def test_a_loss_that_is_no_number_is_null(result):
    cell = next(cell for cell in result.cells if cell.fit)
    diverged = replace(cell, fit=replace(cell.fit, losses=((0, 1.0), (1, float("nan")))))
    told = json.loads(downloads.document(board(replace(result, cells=(diverged,)))))
    assert told["cells"][0]["fit"]["losses"] == [[0, 1.0], [1, None]]


def test_hostile_names_stay_in_their_column(hostile):
    row, _ = csv.DictReader(io.StringIO(downloads.table(board(hostile)).decode("utf-8")))
    assert row["cell"] == "../../hostile <b>"
    assert row["base_note"] == hostile.cells[0].base_note


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-", "+A"])
def test_no_text_is_a_formula_to_a_spreadsheet(result, text):
    first = result.cells[0]
    levels = tuple(replace(one, difficulty=text) for one in first.dataset.examples)
    cell = replace(first, method_text=text, dataset=replace(first.dataset, levels=(text,), examples=levels))
    table = downloads.table(board(replace(result, cells=(cell,)))).decode("utf-8")
    (row,) = csv.DictReader(io.StringIO(table, newline=""))
    assert row["method_text"] == f"'{text}".replace("\r", "\n")
    assert not any(name.startswith(text) for name in row)


@pytest.mark.parametrize("text", ["-1.5", "+3", "-2e-05", "1+1", "a=b"])
def test_what_is_no_formula_stays_as_it_is(result, text):
    cell = replace(result.cells[0], method_text=text)
    table = downloads.table(board(replace(result, cells=(cell,)))).decode("utf-8")
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["method_text"] == text


def test_verdicts_are_one_line_a_question(result):
    cell = next(cell for cell in result.cells if cell.slug == "tiny-medium-lora-mini-s0")
    lines = [json.loads(line) for line in downloads.verdicts(cell, result.metrics).splitlines()]
    assert [line["example"] for line in lines] == [asked.id for asked in cell.dataset.examples]
    assert [line["end"] for line in lines if line["end"] != "correct"] == [
        "error_syntax",
        "wrong_result",
        "timeout",
    ]
    assert [line["metrics"]["ex.spider"] for line in lines].count(True) == 9


def test_a_citation_says_which_data_and_how_to_make_it_again(result, hostile):
    text = downloads.citation(board(result)).decode("utf-8")
    assert text.startswith("@misc{tiny,\n  title = {Tiny models on mini},")
    assert "mini: mini (dev), dev, 000000000000; made again by: bench publish suites/tiny.toml" in text
    attacked = downloads.citation(board(hostile)).decode("utf-8")
    assert attacked.count("{") == attacked.count("}")
    assert "\n  year = {2026},\n" in text
    assert "year" not in attacked, "no day of it was recorded"


def test_a_citation_prints_what_latex_would_take_for_its_own(result):
    special = replace(
        result, title=r"100 % of R&D_x: \{a}^b~c #1 $", command="bench publish a_b.toml --store s"
    )
    text = downloads.citation(board(special)).decode("utf-8")
    assert (
        r"title = {100 \% of R\&D\_x: \textbackslash{}\textbraceleft{}a\textbraceright{}"
        r"\textasciicircum{}b\textasciitilde{}c \#1 \$},"
    ) in text
    assert r"bench publish a\_b.toml -{}-store s" in text


def test_a_badge_says_the_score_its_doubt_and_the_data(result):
    found = score(result.cells[0].dataset, result.cells[0].verdicts, result.metrics)
    overall = found.metrics["ex.spider"].overall
    drawn = badge("EX", "mini dev <b>", overall, synthetic=True)
    title = ET.fromstring(drawn).find("{http://www.w3.org/2000/svg}title").text
    assert title.startswith("EX, mini dev <b> (synthetic): 25.0 % (")
