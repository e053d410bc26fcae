"""Releases: kept for ever, shown beside now, tested only where the questions are the same."""

from dataclasses import replace

import pytest

from bench.errors import ConfigError, StoreError
from bench.site.board import board
from bench.site.publish import check, publish
from bench.site.releases import keep, releases, trails


def test_then_and_now_by_hand(result, earlier, tmp_path):
    keep(board(earlier), tmp_path, "2026-10-01")
    (kept,) = releases(tmp_path)
    sheet = board(result).sheets[0]
    assert (kept.day, kept.finished, kept.covers(sheet)) == ("2026-10-01", 5, True)
    found = {trail.line.name: trail for trail in trails(sheet, (kept,), "ex.spider")}
    lora = found["tiny-medium/lora"]
    # Four of twelve then, nine now: five questions gained, none lost, one of five tests of the table.
    assert ([one.text for one in lora.then], lora.now.text, lora.changes[-1].text) == (
        ["33.3"],
        "75.0",
        "+41.7",
    )
    # 2 / 2⁵ = 0.0625, and five times that.
    assert "exact McNemar p 0.063, by Holm 0.313" in lora.changes[-1].title
    assert found["tiny-small/base"].changes[-1].text == "±0.0"
    assert [one.text for one in found["tiny-medium/qlora"].then] == ["–"]
    # Two seeds now, one then: means of questions are paired.
    assert found["tiny-small/lora"].changes[-1].text == "+16.7"


def test_other_questions_are_shown_and_not_tested(result, earlier, tmp_path):
    other = replace(earlier.cells[0].dataset, fingerprint="1" * 64)
    moved = tuple(replace(one, dataset=other) for one in earlier.cells)
    keep(board(replace(earlier, cells=moved)), tmp_path, "2026-10-01")
    (kept,) = releases(tmp_path)
    sheet = board(result).sheets[0]
    trail = next(one for one in trails(sheet, (kept,), "ex.spider") if one.line.name == "tiny-medium/lora")
    assert (trail.then[0].text, trail.then[0].title, trail.changes[-1].text) == (
        "33.3",
        "on other questions",
        "–",
    )


def test_each_day_is_set_against_the_next(result, earlier, tmp_path):
    """Also two days of the past; where both asked other questions than now, without an interval."""
    other = replace(earlier.cells[0].dataset, fingerprint="1" * 64)
    for day, suite in (("2026-10-01", earlier), ("2026-10-02", result)):
        moved = tuple(replace(one, dataset=other) for one in suite.cells)
        keep(board(replace(suite, cells=moved)), tmp_path, day)
    keep(board(earlier), tmp_path, "2026-10-03")
    sheet = board(result).sheets[0]
    (lora,) = (
        one for one in trails(sheet, releases(tmp_path), "ex.spider") if one.line.name == "tiny-medium/lora"
    )
    assert [one.text for one in lora.changes] == ["+41.7", "–", "+41.7"]
    told = "5 questions gained, 0 lost; exact McNemar p 0.063, by Holm 0.313"
    assert lora.changes[0].title == told
    assert lora.changes[2].title.endswith(told)
    assert lora.changes[2].title.startswith("95 % interval")


def test_a_release_does_not_change(result, earlier, tmp_path):
    assert len(keep(board(result), tmp_path, "2026-11-21")) == 2
    assert keep(board(result), tmp_path, "2026-11-21") == []
    with pytest.raises(StoreError, match="releases do not change"):
        keep(board(earlier), tmp_path, "2026-11-21")
    with pytest.raises(ConfigError, match="'today' is no day"):
        keep(board(result), tmp_path, "today")


def test_publishing_again_leaves_releases_alone_and_shows_them(result, earlier, tmp_path):
    publish(result, tmp_path)
    assert "releases.html" not in (tmp_path / "index.html").read_text("utf-8")
    keep(board(earlier), tmp_path, "2026-10-01")
    assert check(result, tmp_path) == ["files.txt", "index.html", "releases.html", "releases.js"]
    publish(result, tmp_path)
    assert check(result, tmp_path) == []
    assert (tmp_path / "releases/2026-10-01/results.json").is_file()
    page = (tmp_path / "releases.html").read_text("utf-8")
    assert 'href="releases/2026-10-01/results.csv"' in page
    assert 'href="releases.html"' in (tmp_path / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    "damaged", ["{", "[]", '{"cells": 3, "datasets": {}}', '{"cells": [], "datasets": []}']
)
def test_a_damaged_release_is_named(tmp_path, damaged):
    path = tmp_path / "releases" / "2026-10-01" / "results.json"
    path.parent.mkdir(parents=True)
    path.write_text(damaged)
    with pytest.raises(StoreError, match="is not the data of a release"):
        releases(tmp_path)
