"""Two rows of a sheet, question by question: who was right where, and which questions flipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import fsum

from bench.errors import ConfigError, near
from bench.judge.score import level_of, levels_of, values
from bench.judge.stats import Difference, holm, paired
from bench.results import CellResult
from bench.site.board import Line, Sheet
from bench.types import Example


@dataclass(frozen=True, slots=True)
class Square:
    """How often both rows, one or none were right, in questions; their sum is the number of questions.

    Of several seeds, a count is the mean over all pairs of one seed of each row, so that
    ``only_second`` less ``only_first`` is the difference times the questions, as it is with one seed.
    """

    both: float
    only_first: float
    only_second: float
    neither: float
    difference: Difference
    """Second minus first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one seed of a row answered, whether that was right, and in how many of all its seeds it was."""

    sql: str | None
    seed: int
    right: bool
    right_seeds: int
    seeds: int


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that one row answers better than the other, with an answer of each that shows it."""

    example: Example
    gained: bool
    first: Answer
    second: Answer


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rows on the same questions."""

    sheet: Sheet
    first: Line
    second: Line
    overall: Square
    levels: Mapping[str, Square]
    databases: Mapping[str, Square]
    flips: tuple[Flip, ...]


def find(sheet: Sheet, name: str) -> Line:
    """Find a finished row by ``model/method``.

    Raises:
        ConfigError: there is none of that name, or it was not run.
    """
    for line in sheet.lines:
        if line.name == name:
            if line.missing:
                raise ConfigError(f"'{name}' has no answers on '{sheet.name}': {line.missing}")
            return line
    raise ConfigError(
        f"no row is called '{name}'", where=sheet.name, todo=near(name, [line.name for line in sheet.lines])
    )


def compare(sheet: Sheet, first: Line, second: Line) -> Comparison:
    """Set two rows of a sheet against each other."""
    examples = sheet.dataset.examples
    everything = range(len(examples))
    return Comparison(
        sheet=sheet,
        first=first,
        second=second,
        overall=_square(sheet, first, second, everything),
        levels={
            level: _square(sheet, first, second, [i for i in everything if level_of(examples[i]) == level])
            for level in levels_of(sheet.dataset)
        },
        databases={
            name: _square(sheet, first, second, [i for i in everything if examples[i].db_id == name])
            for name in sorted({example.db_id for example in examples})
        },
        flips=tuple(_flips(sheet, first, second)),
    )


def squares(sheet: Sheet) -> tuple[tuple[Line, Line, Square, float], ...]:
    """Compare every two finished rows of the same model, over all questions; p comes by Holm over them."""
    everything = range(len(sheet.dataset.examples))
    met = [(a, b) for a, b in combinations(sheet.done, 2) if a.model == b.model]
    found = [_square(sheet, first, second, everything) for first, second in met]
    adjusted = holm([square.difference.p for square in found])
    return tuple((*pair, square, p) for pair, square, p in zip(met, found, adjusted, strict=True))


def _square(sheet: Sheet, first: Line, second: Line, chosen: range | list[int]) -> Square:
    ours, theirs = ([line.means[i] for i in chosen] for line in (first, second))
    pairs = list(zip(ours, theirs, strict=True))
    return Square(
        both=fsum(a * b for a, b in pairs),
        only_first=fsum(a * (1 - b) for a, b in pairs),
        only_second=fsum((1 - a) * b for a, b in pairs),
        neither=fsum((1 - a) * (1 - b) for a, b in pairs),
        difference=paired(ours, theirs, [sheet.dataset.examples[i].db_id for i in chosen]),
    )


def _flips(sheet: Sheet, first: Line, second: Line) -> Iterator[Flip]:
    ours, theirs = ([_answers(sheet, line, cell) for cell in _done(line)] for line in (first, second))
    for i, (a, b) in enumerate(zip(first.means, second.means, strict=True)):
        if a != b:
            shown = _telling(ours, i, right=a > b), _telling(theirs, i, right=b > a)
            yield Flip(sheet.dataset.examples[i], b > a, *shown)


def _telling(seeds: Sequence[Sequence[Answer]], i: int, *, right: bool) -> Answer:
    """Choose the first seed whose answer is right, or wrong; of a score between, the first seed."""
    return next((answers[i] for answers in seeds if answers[i].right == right), seeds[0][i])


def _answers(sheet: Sheet, line: Line, cell: CellResult) -> list[Answer]:
    said = {one.example_id: one.sql for one in cell.predictions}
    right = values(sheet.dataset, cell.verdicts, next(iter(line.marks)))
    n = len(_done(line))
    return [
        Answer(said.get(example.id), cell.seed, value == 1, round(mean * n), n)
        for example, value, mean in zip(sheet.dataset.examples, right, line.means, strict=True)
    ]


def _done(line: Line) -> list[CellResult]:
    return [cell for cell in line.cells if not cell.missing]
