"""Gains and costs of one trained method against another: from both sides, tested once."""

from dataclasses import replace

import pytest

from bench.site.board import board
from bench.site.pages import PAIRS, render
from bench.site.pairs import RATIOS, compared, pairs, references


def test_lora_against_qlora(result):
    (found,) = pairs(board(result).sheets[0])
    assert (found.model, found.first.method, found.second.method) == ("tiny-small", "qlora", "lora")
    # 5 of 12 against 6 of 12; the records of both fits say the same.
    assert (found.gain.text, found.ratios[0].text) == ("−8.3", "0.83")
    assert [one.text for one in found.ratios[1:]] == ["1.00"] * (len(RATIOS) - 1)


def test_kid_against_sft_rkd_and_gkd(many):
    found = references(board(many).sheets[0])
    assert list(found) == ["lora", "qlora", "sft", "rkd", "gkd", "kid"]
    costs = {(pair.model, pair.first.method): [one.text for one in pair.ratios[:4]] for pair in found["sft"]}
    assert len(costs) == 9
    # Right answers (SFT: 3), seconds of training, of one of the 300 steps, and bytes, as shares of SFT's.
    assert costs["tiny-a", "rkd"] == ["1.33", "1.50", "1.50", "1.10"]
    assert costs["tiny-a", "gkd"] == ["1.67", "4.50", "4.50", "1.20"]
    assert costs["tiny-a", "kid"] == ["2.00", "2.00", "2.00", "1.30"]
    assert {pair.first.method: pair.ratios[1].text for pair in found["gkd"] if pair.model == "tiny-b"} == {
        "sft": "0.22",
        "rkd": "0.33",
        "kid": "0.44",
    }


def test_a_pair_reads_the_same_from_both_sides(many):
    sheet = board(many).sheets[0]
    found = {(p.first.name, p.second.name): p for own in references(sheet).values() for p in own}
    assert len(found) == 2 * len(pairs(sheet)) == 2 * 19
    for (first, second), pair in found.items():
        back = found[second, first]
        assert pair.gain.number == pytest.approx(-back.gain.number)
        assert (pair.p, pair.gain.told) == (back.p, back.gain.told)
        for one, other in zip(pair.ratios[:2], back.ratios[:2], strict=True):
            assert one.number * other.number == pytest.approx(1)


def test_many_pairs_are_shown_by_what_they_are_against(result, many):
    few, lots = (dict(render(one))["index.html"].decode("utf-8") for one in (result, many))
    assert len(pairs(board(many).sheets[0])) > PAIRS
    assert "Against sft" not in few
    assert '<details class="chooser"><summary>Against sft: <span class="met">9 rows</span>' in lots
    heads = ("EX, points", "score, ×", "training time, ×", "time of a step, ×", "peak memory, ×")
    places = [lots.index(f">{head}</th>") for head in heads]
    assert places == sorted(places)


def test_what_a_suite_names_stands_first_as_it_names_it(many):
    named = replace(many, compare=(("kid", "gkd"), ("lora", "qlora")))
    sheet = board(named).sheets[0]
    met = [(pair.model, pair.first.method, pair.second.method) for pair in compared(sheet, named.compare)]
    assert met == [
        *((model, "kid", "gkd") for model in ("tiny-a", "tiny-b", "tiny-c")),
        ("tiny-small", "lora", "qlora"),
    ]
    assert compared(sheet, ()) == ()
    page = dict(render(named))["index.html"].decode("utf-8")
    assert page.index("What a method gains and costs") < page.index("All pairs of this board")
    assert '<details class="chooser" open>' not in page
    assert page.count("<tr data-first=") == 4 + 2 * len(pairs(sheet))


def test_other_numbers_of_steps_are_said(result):
    longer = [
        replace(one, fit=replace(one.fit, steps=900)) if one.method == "lora" else one for one in result.cells
    ]
    (alike,), (found,) = (
        pairs(board(one).sheets[0]) for one in (result, replace(result, cells=tuple(longer)))
    )
    assert (alike.unlike, found.unlike) == ("", "300 steps against 900")
    page = dict(render(replace(result, cells=tuple(longer))))["index.html"].decode("utf-8")
    assert '<span class="quiet">300 steps against 900</span>' in page
