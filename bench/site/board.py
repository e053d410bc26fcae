"""A suite's result → its board: one sheet per data set, one row per model and method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from statistics import fmean, median

from bench.judge.score import MISSING, Breakdown, Scorecard, breakdown, levels_of, score, values
from bench.judge.stats import detectable, holm, paired
from bench.results import CellResult, SuiteResult
from bench.site.text import count, percent
from bench.types import Dataset, Fit, Score

BLANK = "–"
"""What stands where a number does not apply."""

ALPHA = 0.05
"""Below this, a paired test tells two rows apart."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one table cell shows; ``number`` is its sort key, ``None`` where there is no value."""

    text: str
    number: float | None = None
    title: str = ""
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``key`` finds its figures, ``group`` is the header above it."""

    key: str
    label: str
    group: str
    title: str
    opens: bool = False
    """Whether it is the first of its group."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a model with a method on a data set, over one or more seeds.

    Attributes:
        cells: its points of the grid, in the order of their seeds.
        missing: why there are no figures, or empty.
        notes: what a reader must know before believing the figures.
        means: the headline metric per question, averaged over seeds; empty when missing.
    """

    model: str
    method: str
    cells: tuple[CellResult, ...]
    figures: Mapping[str, Figure]
    missing: str
    notes: tuple[str, ...]
    means: tuple[float, ...]
    opens: bool = False
    """Whether it is the first of its model."""
    leads: bool = False
    """Whether it is the best of its sheet, or cannot be told from the best."""

    @property
    def base_note(self) -> str:
        """What a reader must know about the base."""
        return self.cells[0].base_note


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table of one data set; ``power`` says what difference it could have detected."""

    name: str
    dataset: Dataset
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    power: str

    @property
    def groups(self) -> list[tuple[str, list[Column]]]:
        """The columns under their group's header."""
        return [(name, list(members)) for name, members in groupby(self.columns, lambda column: column.group)]

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
    """What is published: sheets, and the scorecard of every finished cell by its slug."""

    result: SuiteResult
    sheets: tuple[Sheet, ...]
    cards: Mapping[str, Scorecard]


def board(result: SuiteResult) -> Board:
    """Arrange the cells of a suite for readers; a suite of which nothing can run has a board too."""
    result = replace(result, metrics=result.metrics or ("ex",))
    cards = {
        cell.slug: score(cell.dataset, cell.verdicts, result.metrics)
        for cell in result.cells
        if not cell.missing
    }
    names = dict.fromkeys(cell.dataset_name for cell in result.cells)
    sheets = (
        _sheet(name, [c for c in result.cells if c.dataset_name == name], result, cards) for name in names
    )
    return Board(result, tuple(sheets), cards)


def labels(metrics: Sequence[str]) -> dict[str, str]:
    """Name metrics for a header, with their rule only where two share a kind.

    >>> labels(["ex.spider", "em.spider"]), labels(["ex.spider", "ex.bird"])
    ({'ex.spider': 'EX', 'em.spider': 'EM'}, {'ex.spider': 'EX spider', 'ex.bird': 'EX bird'})
    """
    kinds = [metric.partition(".")[0] for metric in metrics]
    return {
        metric: kind.upper() if kinds.count(kind) == 1 else f"{kind.upper()} {metric.partition('.')[2]}"
        for metric, kind in zip(metrics, kinds, strict=True)
    }


def interval(of: Score) -> str:
    """Say a score with its doubt, in percent."""
    how = {"clustered": "clustered by database", "wilson": "Wilson"}.get(of.interval, of.interval)
    k = f"{of.k:,.0f}" if float(of.k).is_integer() else f"{of.k:,.1f}"
    return f"{k} of {of.n:,}; 95 % interval {percent(of.low)} to {percent(of.high)} ({how})"


def _sheet(name: str, cells: list[CellResult], result: SuiteResult, cards: Mapping[str, Scorecard]) -> Sheet:
    dataset = cells[0].dataset
    lines: list[Line] = []
    for model in dict.fromkeys(cell.model for cell in cells):
        own = [cell for cell in cells if cell.model == model]
        for method in dict.fromkeys(cell.method for cell in own):
            line = _line([cell for cell in own if cell.method == method], result.metrics, cards)
            lines.append(replace(line, opens=not lines or lines[-1].model != model))
    return Sheet(
        name, dataset, _columns(dataset, result.metrics), _lead(dataset, lines), _power(dataset, lines)
    )


def _lead(dataset: Dataset, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Mark the best row and those that an exact McNemar test, corrected by Holm, does not tell from it."""
    done = [i for i, line in enumerate(lines) if not line.missing]
    if len(done) < 2:
        return tuple(lines)
    best = max(done, key=lambda i: fmean(lines[i].means or (0.0,)))
    others = [i for i in done if i != best]
    clusters = [example.db_id for example in dataset.examples]
    p_values = holm([paired(lines[best].means, lines[i].means, clusters).p for i in others])
    leaders = {best, *(i for i, p in zip(others, p_values, strict=True) if p > ALPHA)}
    return tuple(replace(line, leads=i in leaders) for i, line in enumerate(lines))


def _columns(dataset: Dataset, metrics: Sequence[str]) -> tuple[Column, ...]:
    names, head = labels(metrics), labels(metrics)[metrics[0]]
    kinds = {"ex": "execution accuracy", "em": "exact match of the SQL's clauses"}
    scores = [
        Column(
            metric,
            names[metric],
            "score, %",
            f"{kinds.get(metric.partition('.')[0], 'score')}, rule {metric}",
        )
        for metric in metrics
    ]
    levels = [
        Column(f"level:{level}", level, f"{head} by difficulty, %", f"{head} of {level} questions")
        for level in levels_of(dataset)
    ]
    columns = (
        *scores,
        *levels,
        Column("n", "n", "answers", "questions asked"),
        Column("valid", "valid SQL, %", "answers", "share of answers that the database ran to the end"),
        Column("rate", "questions/s", "answers", "questions answered per second"),
        Column("trainable", "trainable, M", "training", "trainable parameters in millions"),
        Column("seconds", "time, s", "training", "wall time of training in seconds"),
        Column("peak", "peak, GB", "training", "peak memory in 10⁹ bytes, of the device where one was used"),
    )
    groups = [None, *(column.group for column in columns)]
    return tuple(replace(c, opens=c.group != before) for c, before in zip(columns, groups, strict=False))


def _line(cells: list[CellResult], metrics: Sequence[str], cards: Mapping[str, Scorecard]) -> Line:
    cells = sorted(cells, key=lambda cell: cell.seed)
    done = [cell for cell in cells if not cell.missing]
    first = cells[0]
    if not done:
        short, _, reason = first.missing.partition(": ")
        figures = {metrics[0]: Figure(short, title=reason)}
        return Line(first.model, first.method, tuple(cells), figures, short, (reason,) if reason else (), ())
    scored = {metric: _mean([values(c.dataset, c.verdicts, metric) for c in done]) for metric in metrics}
    parts = {metric: breakdown(first.dataset, means) for metric, means in scored.items()}
    figures = _score_figures(parts, metrics[0]) | _cost_figures(done, cards)
    return Line(
        first.model, first.method, tuple(cells), figures, "", _notes(cells, cards), tuple(scored[metrics[0]])
    )


def _mean(columns: Sequence[Sequence[float]]) -> list[float]:
    return [fmean(column) for column in zip(*columns, strict=True)]


def _score_figures(parts: Mapping[str, Breakdown], head: str) -> dict[str, Figure]:
    figures = {metric: proportion(part.overall) for metric, part in parts.items()}
    return figures | {f"level:{level}": proportion(part) for level, part in parts[head].levels.items()}


def proportion(of: Score) -> Figure:
    """Show a score in percent, its interval in the title and as a whisker."""
    return Figure(percent(of.value), of.value, interval(of), of)


def _cost_figures(done: Sequence[CellResult], cards: Mapping[str, Scorecard]) -> dict[str, Figure]:
    n = cards[done[0].slug].n
    valid = fmean(cards[cell.slug].valid.value for cell in done)
    rates = [len(cell.predictions) / cell.seconds for cell in done if cell.seconds]
    fits = [cell.fit for cell in done if cell.fit is not None]
    figures = {
        "n": Figure(f"{n:,}", n),
        "valid": Figure(percent(valid), valid),
        "rate": Figure(f"{fmean(rates):,.1f}", fmean(rates)) if rates else Figure(BLANK),
    }
    return figures | (_fit_figures(fits) if fits else {})


def _fit_figures(fits: Sequence[Fit]) -> dict[str, Figure]:
    trainable = fmean(fit.trainable for fit in fits)
    seconds = fmean(fit.seconds for fit in fits)
    peak = fmean(peak_bytes(fit) for fit in fits)
    where = "device memory" if fits[0].peak_device_bytes is not None else "host memory"
    share = f"{percent(trainable / fits[0].parameters, 2)} % of {fits[0].parameters:,} parameters"
    return {
        "trainable": Figure(f"{trainable / 1e6:,.3f}", trainable, share),
        "seconds": Figure(f"{seconds:,.1f}", seconds, f"{fits[0].steps:,} steps on {fits[0].device}"),
        "peak": Figure(f"{peak / 1e9:,.2f}", peak, where),
    }


def peak_bytes(fit: Fit) -> int:
    """Give the memory that decided whether a fit was possible: the device's, or else the host's."""
    return fit.peak_host_bytes if fit.peak_device_bytes is None else fit.peak_device_bytes


def _notes(cells: Sequence[CellResult], cards: Mapping[str, Scorecard]) -> tuple[str, ...]:
    done = [cell for cell in cells if not cell.missing]
    notes = [f"{len(done)} of {len(cells)} seeds"] if 0 < len(done) < len(cells) else []
    if any(not cell.publishable for cell in done):
        notes.append("not publishable")
    unanswered = sum(cards[cell.slug].outcomes.get(MISSING, 0) for cell in done)
    if unanswered:
        notes.append(f"{count(unanswered, 'question')} without an answer, counted as wrong")
    return tuple(notes)


def _power(dataset: Dataset, lines: Iterable[Line]) -> str:
    done = [line.means for line in lines if not line.missing]
    marks = [sum(1 << i for i, value in enumerate(means) if value >= 0.5) for means in done]
    n = len(dataset.examples)
    if len(marks) < 2 or not n:
        return ""
    share = median((left ^ right).bit_count() / n for left, right in combinations(marks, 2))
    return (
        f"Two typical rows disagree on {percent(share)} % of these {count(n, 'question')}: a true "
        f"difference of {percent(detectable(share, n))} points would be found four times in five, "
        f"a smaller one less often."
    )
