"""Known issues: they stand with their question, and leave every stored number as it is."""

from dataclasses import replace

from bench.site.board import board
from bench.site.known import known
from bench.site.pages import render
from bench.types import Outcome, Status


def test_a_note_stands_with_its_question_and_changes_no_number(result, noted):
    note, suite = noted
    dataset = suite.cells[0].dataset
    assert [bool(known(dataset, example)) for example in dataset.examples].count(True) == 1
    (told,) = known(dataset, dataset.examples[3])
    assert note.defect in told
    assert note.source in told
    assert note.since in told
    pages = dict(render(suite))
    text = pages["questions/mini/concert.html"].decode("utf-8")
    assert text.count("Known issue:") == 1
    assert "It counts all the same." in text
    assert "Known issue:" in pages["cells/tiny-medium-lora-mini-s0/medium.html"].decode("utf-8")
    assert "1 question of these has a known issue" in pages["index.html"].decode("utf-8")
    assert pages["results.csv"] == dict(render(result))["results.csv"]


def test_a_gold_that_does_not_run_is_known(result):
    broken = Outcome(Status.ERROR_SYNTAX, 'near "FRM": syntax error')
    cells = tuple(
        replace(
            cell,
            verdicts=tuple(
                replace(one, gold=broken) if one.example_id == "dev-2" else one for one in cell.verdicts
            ),
        )
        for cell in result.cells
    )
    sheet = board(replace(result, cells=cells)).sheets[0]
    assert dict(sheet.known) == {"dev-2": ('gold did not run here: near "FRM": syntax error',)}
    assert board(result).sheets[0].known == {}
