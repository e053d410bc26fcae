"""Two rows against each other: counted by hand, on the values and on the command line."""

import json
from dataclasses import replace

import pytest

from bench.cli import compare as verb
from bench.errors import ConfigError
from bench.site.board import board
from bench.site.comparison import compare, find, squares


@pytest.fixture(scope="module")
def sheet(result):
    return board(result).sheets[0]


def test_counts_and_flips(sheet):
    # The medium base is wrong on questions 5 to 12 and LoRA on 9, 11 and 12: five are gained, none is lost.
    found = compare(sheet, find(sheet, "tiny-medium/base"), find(sheet, "tiny-medium/lora"))
    whole = found.overall
    assert (whole.both, whole.only_first, whole.only_second, whole.neither) == (4, 0, 5, 3)
    assert whole.difference.p == pytest.approx(2 * 0.5**5)
    assert [flip.example.id for flip in found.flips] == ["dev-5", "dev-6", "dev-7", "dev-8", "dev-10"]
    assert all(flip.gained and flip.second.sql == flip.example.gold[0] for flip in found.flips)
    assert [(name, one.only_second) for name, one in found.levels.items()] == [
        ("easy", 0),
        ("medium", 2),
        ("hard", 2),
        ("extra", 1),
    ]
    assert {name: one.only_second for name, one in found.databases.items()} == {"concert": 3, "museum": 2}


def test_of_several_seeds_the_counts_add_up_to_the_difference(sheet):
    # LoRA is right where the base is not: on 4 and 5 with both seeds, on 6 with seed 0, on 8 with seed 1.
    found = compare(sheet, find(sheet, "tiny-small/base"), find(sheet, "tiny-small/lora"))
    whole = found.overall
    assert (whole.both, whole.only_first, whole.only_second, whole.neither) == (3, 0, 3, 6)
    assert whole.difference.value == pytest.approx(3 / 12)
    for one in (*found.levels.values(), *found.databases.values()):
        assert one.difference.value == pytest.approx((one.only_second - one.only_first) / one.difference.n)
    told = {flip.example.id: (flip.second.right, flip.second.right_seeds) for flip in found.flips}
    assert told == {"dev-4": (True, 2), "dev-5": (True, 2), "dev-6": (True, 1), "dev-8": (True, 1)}
    assert len(told) == whole.difference.only_first + whole.difference.only_second


def test_the_answers_shown_are_ones_that_differ(result):
    # Question 8 is right with seed 1 alone, 6 with seed 0 alone: against the base, both flip to LoRA.
    sheet = board(result).sheets[0]
    base, lora = find(sheet, "tiny-small/base"), find(sheet, "tiny-small/lora")
    shown = {flip.example.id: (flip.first, flip.second) for flip in compare(sheet, base, lora).flips}
    assert [(asked, second.seed) for asked, (_, second) in shown.items()] == [
        ("dev-4", 0),
        ("dev-5", 0),
        ("dev-6", 0),
        ("dev-8", 1),
    ]
    assert all(second.right and not first.right for first, second in shown.values())
    back = {flip.example.id: flip.first for flip in compare(sheet, lora, base).flips}
    assert (back["dev-8"].seed, back["dev-8"].right, back["dev-8"].right_seeds) == (1, True, 1)


def test_an_answer_is_marked_by_its_own_seed(sheet):
    for flip in compare(sheet, find(sheet, "tiny-medium/lora"), find(sheet, "tiny-small/lora")).flips:
        for answer in (flip.first, flip.second):
            assert answer.right == (answer.sql == flip.example.gold[0])


def test_methods_of_one_model_meet(sheet):
    found = squares(sheet)
    assert [(first.name, second.method) for first, second, _, _ in found] == [
        ("tiny-small/base", "lora"),
        ("tiny-small/base", "qlora"),
        ("tiny-small/lora", "qlora"),
        ("tiny-medium/base", "lora"),
    ]
    # 2 / 2⁴ is the second smallest of four, 2 / 2⁵ the smallest: times three, and times four.
    assert (found[0][2].difference.p, found[0][3]) == (0.125, 0.375)
    assert (found[3][2].difference.p, found[3][3]) == (0.0625, 0.25)


@pytest.mark.parametrize(
    ("name", "told"), [("tiny-medium/lorra", "tiny-medium/lora"), ("tiny-medium/qlora", "not run")]
)
def test_a_row_that_is_not_there_is_named(sheet, name, told):
    with pytest.raises(ConfigError, match=told):
        find(sheet, name)


@pytest.fixture
def stored(result, monkeypatch):
    """The verb, with this result in place of a store's."""
    monkeypatch.setattr("bench.collect.collect", lambda plan: plan)
    monkeypatch.setattr(verb, "bound", lambda *_: result)


def test_the_command_line_says_the_same(stored, capsys):
    verb.compare("tiny", "tiny-medium/base", "tiny-medium/lora", flips=2)
    told = capsys.readouterr().out
    # Three of six on one database gained, two of six on the other: 5/12 ± 12.706 · 1/12.
    assert told.splitlines()[:5] == [
        "mini: mini (dev), dev (synthetic data), 12 questions",
        "A  tiny-medium/base: EX 33.3 %, 1 seed",
        "B  tiny-medium/lora: EX 75.0 %, 1 seed",
        "B minus A: +41.7 points, 95 % interval −64.2 to +100.0",
        "5 questions flip: B is better on 5, A on 0; exact McNemar p 0.063",
    ]
    assert "seeds" not in told
    assert told.count("  gold  ") == 2
    assert "3 more questions with --flips 5" in told


def test_of_several_seeds_the_command_line_says_whose_answer_it_shows(stored, capsys):
    verb.compare("tiny", "tiny-small/base", "tiny-small/lora")
    told = capsys.readouterr().out
    assert "B  tiny-small/lora: EX 50.0 %, 2 seeds" in told
    assert "4 questions flip: B is better on 4, A on 0" in told
    assert "(B is better where it is right in a larger share of its seeds than A is of its own." in told
    last = told[told.index("dev-8 ") :]
    assert "  A ✗   SELECT name FROM museum, visit" in last
    assert "  B ✓   SELECT DISTINCT museum.name" in last
    assert "seed 1; right in 1 of 2 seeds" in last


def test_data_sets_without_both_rows_are_left_out(result, monkeypatch, capsys):
    other = tuple(
        replace(cell, dataset_name="other", slug=f"{cell.slug}-other")
        for cell in result.cells
        if cell.model == "tiny-small"
    )
    two = replace(result, cells=other + result.cells)
    monkeypatch.setattr("bench.collect.collect", lambda plan: plan)
    monkeypatch.setattr(verb, "bound", lambda *_: two)
    verb.compare("tiny", "tiny-medium/base", "tiny-medium/lora")
    told = capsys.readouterr().out
    assert "mini: " in told
    assert "other: " not in told
    with pytest.raises(ConfigError, match="no data set has answers of both rows") as refused:
        verb.compare("tiny", "tiny-small/base", "tiny-medium/lorra")
    assert refused.value.where == "--dataset"
    assert "'tiny-small/base' is on other and mini" in str(refused.value)
    assert "did you mean 'tiny-medium/lora'?" in str(refused.value)


def test_json_has_every_flip(stored, capsys):
    verb.compare("tiny", "tiny-medium/base", "tiny-medium/lora", as_json=True)
    (one,) = json.loads(capsys.readouterr().out)
    assert one["overall"]["only_second"] == 5
    assert [flip["example"] for flip in one["flips"]] == ["dev-5", "dev-6", "dev-7", "dev-8", "dev-10"]


def test_an_unknown_data_set_is_refused(stored):
    with pytest.raises(ConfigError, match="no data set is called 'mimi'"):
        verb.compare("tiny", "tiny-medium/base", "tiny-medium/lora", dataset="mimi")
