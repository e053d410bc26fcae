"""Every question against every row: the verdicts, laid out another way."""

import re

from bench.site.board import board
from bench.site.matrix import STEP, matrix


def test_the_squares_are_the_verdicts(result):
    sheet = board(result).sheets[0]
    found = matrix(sheet)
    assert [line.name for line in found.lines] == [
        "tiny-medium/lora", "tiny-small/lora", "tiny-small/qlora", "tiny-medium/base", "tiny-small/base",
    ]  # fmt: skip
    told = {
        (cell.model, cell.method, cell.seed): {
            one.example_id: one.metrics["ex.spider"] for one in cell.verdicts
        }
        for cell in result.cells
    }
    for asked in found.asked:
        seeds = [
            [told[line.model, line.method, cell.seed][asked.example.id] for cell in line.cells]
            for line in found.lines
        ]
        whole = [i for i, marks in enumerate(seeds) if all(marks)]
        partly = [i for i, marks in enumerate(seeds) if any(marks) and not all(marks)]
        assert _places(asked.whole) == whole
        assert _places(asked.partly) == partly
        assert asked.right == len(whole)
        assert asked.told.count("tiny-") == len(whole) + len(partly)
    assert any(asked.partly for asked in found.asked)


def test_the_hardest_come_first_and_all_are_there(result):
    sheet = board(result).sheets[0]
    found = matrix(sheet)
    rights = [one.right for one in found.asked]
    assert rights == sorted(rights)
    assert {one.example.id for one in found.asked} == {one.id for one in sheet.dataset.examples}
    assert found.always == sum(all(line.means[i] == 1 for line in found.lines) for i in range(12))
    assert found.never == sum(all(line.means[i] == 0 for line in found.lines) for i in range(12))


def _places(path):
    return [int(x) // STEP for x in re.findall(r"M(\d+) ", path)]
