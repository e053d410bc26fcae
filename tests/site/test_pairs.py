"""Gains and costs of one trained method against another: from both sides, tested once."""

from dataclasses import replace

import pytest

from bench.site.board import board
from bench.site.pages import PAIRS, render
from bench.site.pairs import RATIOS, pairs, references
from tests.site.cells import SLIPS, cell


@pytest.fixture(scope="module")
def many(result, dataset):
    """KID beside SFT, RKD and GKD on two students, and LoRA beside QLoRA; their costs are known."""
    seconds = {"sft": 20.0, "rkd": 30.0, "gkd": 90.0, "kid": 40.0}
    cells = []
    for student in ("tiny-a", "tiny-b", "tiny-c"):
        for i, (method, cost) in enumerate(seconds.items()):
            one = cell(dataset, student, method, set(list(SLIPS)[i:]))
            cells.append(replace(one, fit=replace(one.fit, seconds=cost, peak_host_bytes=int(1e9 + 1e8 * i))))
    return replace(result, cells=(*result.cells, *cells))


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
    assert '<details class="chooser"><summary>Against sft: 9 rows</summary>' in lots
    heads = ("EX, points", "score, ×", "training time, ×", "time of a step, ×", "peak memory, ×")
    assert "".join(f'<th scope="col" class="number">{head}</th>' for head in heads) in lots
