"""What a scored file is written as: JSONL, CSV, JUnit XML and pages; and the paths it cannot go to."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import pytest

from bench.store import read_lines
from bench.types import Verdict
from tests.scoring.said import ANSWERS, GIVEN, GOLD, IDS, RIGHT


def test_csv_has_a_row_for_each_file_and_question(home: Path, bench):
    bench(*GIVEN, "-p", "said", "--rules", "test-suite,soft-f1", "--csv", "all.csv")
    with (home / "all.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["predictions"], row["id"]) for row in rows] == [
        (name, one) for name in ANSWERS for one in IDS
    ]
    for row in rows:
        place = IDS.index(row["id"])
        assert row["ex.test-suite"] == ("1" if place in RIGHT[row["predictions"]] else "0")
        assert (row["gold"], row["db_id"]) == GOLD[place]
        assert row["sql"] == ANSWERS[row["predictions"]][place]
    assert [row["end"] for row in rows if row["predictions"] == "some.sql"] == [
        *("correct", "wrong result", "correct", "correct", "syntax error", "unknown table or column")
    ]


def test_jsonl_holds_the_verdicts_of_one_file(home: Path, bench):
    bench(*GIVEN, "-p", "said/some.sql", "--out", "some.jsonl")
    verdicts = read_lines(home / "some.jsonl", Verdict)
    assert [verdict.example_id for verdict in verdicts] == IDS
    right = tuple(at for at, verdict in enumerate(verdicts) if verdict.metrics["ex.test-suite"])
    assert right == RIGHT["some.sql"]


def test_junit_has_a_case_for_each_question_that_fails_where_the_answer_is_wrong(home: Path, bench):
    hostile = "SELECT '\x01\x0b</failure>]]>&'"
    (home / "hostile.sql").write_text("\n".join([hostile] * len(IDS)) + "\n")
    bench(*GIVEN, "-p", "said/some.sql", "-p", "hostile.sql", "--junit", "junit.xml")
    some, other = ET.parse(home / "junit.xml").getroot()
    assert some.get("name") == "some.sql by ex.test-suite"
    assert (some.get("tests"), some.get("failures"), some.get("errors")) == ("6", "3", "0")
    assert [case.get("name") for case in some] == IDS
    assert tuple(at for at, case in enumerate(some) if len(case) == 0) == RIGHT["some.sql"]
    assert "unknown table or column" in [case.get("type") for case in some.iter("failure")]
    assert "SELECT avg(length) FROM movie" in str(some[5][0].text)
    assert other.get("failures") == "6"
    assert "</failure>]]>&" in str(other[0][0].text)


def test_a_missing_database_is_an_error_in_junit_not_a_failure(home: Path, bench):
    (home / "db" / "films" / "films.sqlite").unlink()
    code, _, said = bench(*GIVEN, "-p", "said/gold.sql", "--junit", "junit.xml")
    (suite,) = ET.parse(home / "junit.xml").getroot()
    assert (code, suite.get("failures"), suite.get("errors")) == (1, "0", "2")
    assert "warning: database missing (infrastructure): films\n" in said
    assert "2 questions could not be judged" in said


def test_pages_show_both_files_of_a_pair(home: Path, bench):
    bench(*GIVEN, "-p", "said/some.sql", "--against", "said/other.sql", "--html", "pages")
    index = (home / "pages" / "index.html").read_text(encoding="utf-8")
    assert "some.sql" in index
    assert "other.sql" in index
    data = (home / "pages" / "data.js").read_text(encoding="utf-8")
    assert data.index('"other.sql') < data.index('"some.sql')  # the page takes the first from the second


def test_pages_show_every_question_of_every_file(home: Path, bench):
    bench(*GIVEN, "-p", "said/some.sql", "-p", "said/other.sql", "--html", "pages")
    parse = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse
    pages = {path.relative_to(home / "pages"): path for path in (home / "pages").rglob("*.html")}
    for path in pages.values():
        parse(path.read_bytes())
    index = (home / "pages" / "index.html").read_text(encoding="utf-8")
    assert "some.sql" in index
    assert "other.sql" in index
    shown = "".join(
        path.read_text(encoding="utf-8") for name, path in pages.items() if name.parts[0] == "cells"
    )
    for name in ("some.sql", "other.sql"):
        assert all(f"q-gold-{place:04}" in shown for place in range(len(IDS))), name
    assert "Unknown table or column" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "none/x.jsonl"], "--out none/x.jsonl: cannot be written: its folder is not there"),
        (["--csv", "none/x.csv"], "its folder is not there"),
        (["--junit", "said"], "--junit said: cannot be written: it is a folder"),
        (["--out", "/proc/x.jsonl"], "--out /proc/x.jsonl: cannot be written: "),
        (["--html", "gold.sql"], "--html gold.sql: cannot be written: it is a file"),
        (["--html", "none/pages"], "its folder is not there"),
        (["-p", "said/gold.sql", "--out", "x.jsonl"], "--out: holds the verdicts of one prediction file"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused_before_any_work(
    home: Path, bench, words: list[str], said: str
):
    # The answers would be refused, too, were they read.
    (home / "short.sql").write_text("SELECT 1\n")
    code, _, error = bench(*GIVEN, "-p", "short.sql", *words)
    assert (code, said in error) == (2, True), error
    assert not (home / "none").exists()


def test_scores_by_database_and_construct(home: Path, bench):
    words = (*GIVEN, "-p", "said/other.sql", "--by", "database", "--by")
    code, out, _ = bench(*words, "construct")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert code == 0
    # right are 1, 4 and 5: a count, a plain column and an average; both aggregates, and both films
    for begin in ("films 2 100.0", "pets 4 25.0", "aggregates: 1 2 100.0", "aggregates: 0 4 25.0"):
        assert any(line.startswith(begin) for line in lines), begin
    code, _, said = bench(*words, "constructs")
    assert code == 2
    assert "did you mean 'construct'" in said
