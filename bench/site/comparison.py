"""Two rows of a sheet, question by question: who was right where, and which questions flipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from bench.errors import ConfigError, near
from bench.judge.score import level_of, levels_of
from bench.judge.stats import Difference, holm, paired
from bench.site.board import Line, Sheet
from bench.types import Example


@dataclass(frozen=True, slots=True)
class Square:
    """How often both rows, one or none were right; of several seeds, at least half must be."""

    both: int
    only_first: int
    only_second: int
    neither: int
    difference: Difference
    """Second minus first."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that one row answers better than the other, with what each first seed answered."""

    example: Example
    gained: bool
    first: str | None
    second: str | None


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
    pairs = [(a >= 0.5, b >= 0.5) for a, b in zip(ours, theirs, strict=True)]
    return Square(
        both=pairs.count((True, True)),
        only_first=pairs.count((True, False)),
        only_second=pairs.count((False, True)),
        neither=pairs.count((False, False)),
        difference=paired(ours, theirs, [sheet.dataset.examples[i].db_id for i in chosen]),
    )


def _flips(sheet: Sheet, first: Line, second: Line) -> Iterator[Flip]:
    said = [
        {one.example_id: one.sql for one in next(c for c in line.cells if not c.missing).predictions}
        for line in (first, second)
    ]
    for example, a, b in zip(sheet.dataset.examples, first.means, second.means, strict=True):
        if a != b:
            yield Flip(example, b > a, said[0].get(example.id), said[1].get(example.id))
