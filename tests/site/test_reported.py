"""Reported numbers: those of the files, with their source, apart from what is measured."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from bench.site.board import board
from bench.site.pages import render
from bench.site.reported import beside, listings

FOLDER = Path(__file__).parents[2] / "leaderboards" / "reported"


@pytest.fixture(scope="module")
def found():
    return {listing.dataset: listing for listing in listings()}


def test_every_number_of_the_files_is_there_once():
    files = [path.read_text("utf-8").splitlines() for path in FOLDER.glob("*.csv")]
    records = sum(len(list(csv.DictReader(lines))) for lines in files)
    assert sum(len(row.values) for listing in listings() for row in listing.rows) == records == 570


def test_shares_become_percent_and_percent_stays(found):
    lora = next(
        row
        for row in found["spider_dev_testsuite_db"].rows
        if (row.model, row.method) == ("Llama2-Chat 7B", "lora")
    )
    assert lora.values == {
        "EX easy": "88.7",
        "EX medium": "64.1",
        "EX hard": "48.9",
        "EX extra": "33.1",
        "EX all": "62.6",
    }
    sft = next(row for row in found["Spider dev"].rows if row.model == "Qwen1.5-0.5B" and row.method == "SFT")
    assert (sft.values, sft.source) == ({"EX": "57.8", "TS": "56.4"}, "arXiv 2410.11371 Table 3")


def test_what_cannot_be_right_carries_a_note(found):
    doubtful = {
        (listing.dataset, row.model, row.method)
        for listing in found.values()
        for row in listing.rows
        if row.notes
    }
    assert doubtful == {
        ("spider_dev_testsuite_db", "Llama2-Chat 7B", "base"),
        ("spider_dev_testsuite_db", "Llama2-Chat 13B", "base"),
        ("spider_dev_testsuite_db", "ChatGLM3 6B", "base"),
        ("Spider-DK", "Qwen1.5-0.5B", "SFT"),
    }


def test_they_stand_beside_the_same_questions_and_are_never_ranked(result):
    spider = replace(result.cells[0].dataset, name="spider")
    cells = tuple(replace(cell, dataset=spider) for cell in result.cells)
    measured = replace(result, cells=cells)
    assert beside("spider", "test") == beside("mini", "dev") == ()
    pages = dict(render(measured))
    index = pages["index.html"].decode("utf-8")
    assert "Reported, not measured here: Spider dev" in index
    assert "arXiv 2410.11371 Table 3" in index
    assert "KID from" not in index.partition('class="pivot-view"')[0]
    assert "57.8" not in pages["results.csv"].decode("utf-8")
    assert len(board(measured).sheets[0].lines) == len(board(result).sheets[0].lines)
