"""A suite's result → its board: one sheet per data set, one row per model and method."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import fmean

from bench.judge.score import MISSING, Scorecard, breakdown
from bench.judge.stats import holm, paired
from bench.results import CellResult, SuiteResult
from bench.site.crew import Crew
from bench.site.figures import BLANK, Column, Figure, columns, costs, difference, scores, sized, untuned
from bench.site.known import known
from bench.site.legend import ENDS, Sign, signs
from bench.site.ranks import power, ranks, span
from bench.site.summary import Summary, summarize
from bench.types import Dataset
from bench.words import count


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a model with a method on a data set, over one or more seeds.

    Attributes:
        cells: its points of the grid, in the order of their seeds.
        missing: why there are no figures, or empty.
        notes: what a reader must know before believing the figures.
        marks: metric → its value for each question, averaged over seeds; empty when missing.
        place: the best and the worst place that paired tests leave open.
    """

    model: str
    method: str
    cells: tuple[CellResult, ...]
    figures: Mapping[str, Figure]
    missing: str
    notes: tuple[str, ...]
    marks: Mapping[str, tuple[float, ...]]
    opens: bool = False
    """Whether it is the first of its model."""
    place: tuple[int, int] = (0, 0)

    @property
    def name(self) -> str:
        """Its name within a sheet."""
        return f"{self.model}/{self.method}"

    @property
    def leads(self) -> bool:
        """Whether no test tells another row to be better, where there is another."""
        return self.place[0] == 1

    @property
    def means(self) -> tuple[float, ...]:
        """The headline metric per question; empty when missing."""
        return next(iter(self.marks.values()), ())

    @property
    def base_note(self) -> str:
        """What a reader must know about the base."""
        return self.cells[0].base_note


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table of one data set.

    Attributes:
        power: what difference it could have detected.
        known: example → what is known to be wrong with its question or gold.
    """

    name: str
    dataset: Dataset
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    power: str
    known: Mapping[str, tuple[str, ...]]

    @property
    def title(self) -> str:
        """The data set with its split, which alone parts two sheets of one set."""
        return f"{self.dataset.title}, {self.dataset.split}"

    @property
    def done(self) -> tuple[Line, ...]:
        """The rows that have figures."""
        return tuple(line for line in self.lines if not line.missing)

    @property
    def groups(self) -> list[tuple[str, list[Column]]]:
        """The columns under their group's header."""
        return [(name, list(members)) for name, members in groupby(self.columns, lambda column: column.group)]

    @property
    def ends(self) -> list[str]:
        """How any of its answers ended, in the order of every bar."""
        there = {end for line in self.done for end, _ in line.figures["ends"].parts}
        return [end for end in ENDS if end in there]

    @property
    def base_notes(self) -> dict[str, list[str]]:
        """What a reader must know about bases → the models it is true of."""
        notes: dict[str, list[str]] = {}
        for line in self.lines:
            if line.opens and line.base_note:
                notes.setdefault(line.base_note, []).append(line.model)
        return notes


@dataclass(frozen=True, slots=True)
class Board:
    """What is published: sheets, the summary of every finished cell by its slug, how methods are drawn."""

    result: SuiteResult
    sheets: tuple[Sheet, ...]
    summaries: Mapping[str, Summary]
    signs: Mapping[str, Sign]

    @property
    def cards(self) -> dict[str, Scorecard]:
        """The scorecard of every finished cell by its slug."""
        return {slug: summary.card for slug, summary in self.summaries.items()}


def board(result: SuiteResult, crew: Crew | None = None) -> Board:
    """Arrange the cells of a suite for readers; a suite of which nothing can run has a board too.

    Args:
        result: the suite.
        crew: who reads its cells; this process unless there are others.
    """
    result = replace(result, metrics=result.metrics or ("ex",))
    done = [number for number, cell in enumerate(result.cells) if not cell.missing]
    slugs = [result.cells[number].slug for number in done]
    summaries = dict(zip(slugs, (crew or Crew(result)).each(_summarize, done), strict=True))
    names = dict.fromkeys(cell.dataset_name for cell in result.cells)
    sheets = (
        _sheet(name, [c for c in result.cells if c.dataset_name == name], result.metrics, summaries)
        for name in names
    )
    return Board(result, tuple(sheets), summaries, signs(cell.method for cell in result.cells))


def _summarize(result: SuiteResult, number: int) -> Summary:
    return summarize(result.cells[number], result.metrics or ("ex",))


def _sheet(
    name: str, cells: list[CellResult], metrics: Sequence[str], summaries: Mapping[str, Summary]
) -> Sheet:
    dataset = cells[0].dataset
    lines: list[Line] = []
    for model in dict.fromkeys(cell.model for cell in cells):
        own = [cell for cell in cells if cell.model == model]
        for method in dict.fromkeys(cell.method for cell in own):
            line = _line([cell for cell in own if cell.method == method], metrics, summaries)
            lines.append(replace(line, opens=not lines or lines[-1].model != model))
    told = power([line.means for line in lines if not line.missing], len(dataset.examples))
    shown = _differ(dataset, _place(_size(lines)))
    return Sheet(name, dataset, columns(dataset, metrics), shown, told, _known(dataset, cells, summaries))


def _size(lines: Sequence[Line]) -> list[Line]:
    """Give rows without a training the size of their model, which the training of another row tells."""
    sizes = {line.model: sized(untuned(cell.fit)) for line in lines for cell in line.cells if cell.fit}
    return [
        replace(line, figures={"size": sizes[line.model], **line.figures})
        if line.model in sizes and not line.missing
        else line
        for line in lines
    ]


def _known(
    dataset: Dataset, cells: Sequence[CellResult], summaries: Mapping[str, Summary]
) -> dict[str, tuple[str, ...]]:
    """Gather the notes on a data set, and the golds that did not run here."""
    noted = {example.id: known(dataset, example) for example in dataset.examples}
    failed = ChainMap(*(dict(summaries[cell.slug].failed) for cell in cells if not cell.missing))
    told = {example: (*noted[example], why) for example, why in failed.items()}
    return {example: found for example, found in (noted | told).items() if found}


def _place(lines: Sequence[Line]) -> list[Line]:
    """Give the rows their places; a row alone has none."""
    done = [i for i, line in enumerate(lines) if not line.missing]
    placed = list(lines)
    if len(done) < 2:
        return placed
    for i, place in zip(done, ranks([lines[i].means for i in done]), strict=True):
        figure = Figure(
            span(place), place[0] + place[1] / 1000, "tied with the best" if place[0] == 1 else ""
        )
        placed[i] = replace(lines[i], place=place, figures={**lines[i].figures, "rank": figure})
    return placed


def _differ(dataset: Dataset, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Pair each row with the first method of its model, corrected by Holm over the table."""
    clusters = [example.db_id for example in dataset.examples]
    first: dict[str, Line] = {}
    for line in lines:
        if not line.missing:
            first.setdefault(line.model, line)
    others = [line for line in lines if not line.missing and line is not first[line.model]]
    found = {line.name: paired(first[line.model].means, line.means, clusters) for line in others}
    adjusted = dict(zip(found, holm([one.p for one in found.values()]), strict=True))
    shown = {name: difference(one, adjusted[name]) for name, one in found.items()}
    return tuple(
        replace(line, figures={**line.figures, "difference": shown.get(line.name, Figure(BLANK))})
        for line in lines
    )


def _line(cells: list[CellResult], metrics: Sequence[str], summaries: Mapping[str, Summary]) -> Line:
    cells = sorted(cells, key=lambda cell: cell.seed)
    done = [cell for cell in cells if not cell.missing]
    first = cells[0]
    if not done:
        short, _, reason = first.missing.partition(": ")
        figures = {metrics[0]: Figure(short, title=reason)}
        return Line(first.model, first.method, tuple(cells), figures, short, (reason,) if reason else (), {})
    found = [summaries[cell.slug] for cell in done]
    marks = {metric: _means([summary.marks[metric] for summary in found]) for metric in metrics}
    parts = found[0].card.metrics
    if len(found) > 1:
        parts = {metric: breakdown(first.dataset, means) for metric, means in marks.items()}
    seeds = {metric: [fmean(one.marks[metric] or (0.0,)) for one in found] for metric in metrics}
    figures = scores(parts, metrics[0], seeds) | costs(done, found)
    return Line(first.model, first.method, tuple(cells), figures, "", _notes(cells, found), marks)


def _means(columns: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """Average over seeds, question by question."""
    return columns[0] if len(columns) == 1 else tuple(map(fmean, zip(*columns, strict=True)))


def _notes(cells: Sequence[CellResult], done: Sequence[Summary]) -> tuple[str, ...]:
    due = [cell for cell in cells if not cell.missing.startswith("skipped")]
    notes = [f"{len(done)} of {len(due)} seeds"] if len(done) < len(due) else []
    if any(summary.spoiled for summary in done):
        notes.append("not publishable")
    unanswered = sum(summary.card.outcomes.get(MISSING, 0) for summary in done)
    if unanswered:
        notes.append(f"{count(unanswered, 'question')} without an answer, counted as wrong")
    return tuple(notes)
