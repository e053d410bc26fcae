"""What a cell's page counts: differences from gold by kind and level, the headline by construct."""

from bench.results import SuiteResult
from bench.site.crew import Crew
from bench.site.kinds import constructs, errors
from bench.site.slips import diagnosed
from bench.site.summary import summarize
from tests.site.cells import SLIPS, cell


def counted(done):
    """Count the kinds of one cell, as a publish does."""
    suite = SuiteResult("one", "One", "", ("ex.spider",), (done,), "")
    slips = {0: summarize(done, suite.metrics).slips}
    return errors(done, next(diagnosed(Crew(suite), slips)))


def test_kinds_are_counted_by_hand(dataset):
    # Wrong: a value, two columns with a table too few, and a column; each in a medium question.
    found = counted(cell(dataset, "tiny-small", "lora", {3, 4, 5}))
    assert found.wrong == {"easy": 0, "medium": 3, "hard": 0, "extra": 0}
    assert {kind: sum(levels.values()) for kind, levels in found.kinds.items()} == {
        "wrong column": 2,
        "missing table or join": 1,
        "wrong value": 1,
    }


def test_an_answer_without_a_statement_has_no_kind(dataset):
    assert SLIPS[9][0] is None
    assert counted(cell(dataset, "tiny-small", "lora", {9})).kinds == {}


def test_constructs_add_up_to_all_questions(dataset):
    heads, rows = constructs(cell(dataset, "tiny-small", "lora", set(SLIPS)), "ex.spider")
    assert set(heads) <= {"0", "1", "2", "3+"}
    for _, figures in rows:
        assert sum(figure.score.n for figure in figures if figure.score) == 12
        assert sum(figure.score.k for figure in figures if figure.score) == 3
    # Three golds sort; two of them are wrong with every slip made, and the third too.
    scores = {axis: [figure.text for figure in figures] for axis, figures in rows}
    assert scores["ORDER BY"][:2] == ["30.0", "0.0"]
