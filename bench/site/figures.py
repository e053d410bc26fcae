"""The figures of one row of a board: scores, how the answers went, what training cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from bench.judge.ends import ENDINGS
from bench.judge.rules import EX_RULES
from bench.judge.score import CORRECT, Breakdown, Scorecard, levels_of
from bench.judge.stats import Difference
from bench.results import CellResult
from bench.site.legend import ENDS
from bench.site.made import Made, made
from bench.site.summary import Summary
from bench.site.text import chance, percent, points
from bench.types import Dataset, Fit, Score, Status
from bench.words import count

BLANK = "–"
"""What stands where a number does not apply."""

ENERGY = "energy_joules"
"""What the log of a fit calls the energy that its device told."""

ALPHA = 0.05
"""Below this, a paired test tells two rows apart."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one table cell shows.

    Attributes:
        number: its sort key, ``None`` where there is no value.
        dots: the same score of each seed, where there are several.
        told: whether a test tells it from what it is compared with.
        parts: a whole and its shares, to be drawn as a bar.
    """

    text: str
    number: float | None = None
    title: str = ""
    score: Score | None = None
    dots: tuple[float, ...] = ()
    told: bool = False
    parts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``key`` finds its figures, ``group`` is the header above it."""

    key: str
    label: str
    group: str
    title: str
    opens: bool = False
    """Whether it is the first of its group."""
    spare: bool = False
    """Whether it is hidden until asked for, where the page can hide columns."""
    drawn: bool = False
    """Whether its figures are drawings, which a terminal leaves out."""
    less: bool = False
    """Whether less is better, so that a first sort begins with the least."""


_LESS = {"rank", "timeout", "tokens", "pace", "size", "trainable", "seconds", "step", "peak", "energy"}
"""Columns of which less is better."""

_OWN = frozenset({"em.modern", *(metric for metric, rule in EX_RULES.items() if not rule.official)})
"""Rules of no published script: ``EX`` and ``EM`` alone would promise one."""


def labels(metrics: Sequence[str]) -> dict[str, str]:
    """Name metrics for a header, with their rule only where two share a kind, or where it is the bench's own.

    >>> labels(["ex.spider", "em.spider"]), labels(["ex.spider", "ex.bird"])
    ({'ex.spider': 'EX', 'em.spider': 'EM'}, {'ex.spider': 'EX spider', 'ex.bird': 'EX bird'})
    >>> labels(["ex.strict", "em.modern"])
    {'ex.strict': 'EX strict', 'em.modern': 'EM modern'}
    """
    kinds = [metric.partition(".")[0] for metric in metrics]
    return {
        metric: f"{kind.upper()} {metric.partition('.')[2]}"
        if metric in _OWN or kinds.count(kind) > 1
        else kind.upper()
        for metric, kind in zip(metrics, kinds, strict=True)
    }


def columns(dataset: Dataset, metrics: Sequence[str]) -> tuple[Column, ...]:
    """List the columns of a data set's table, in their order."""
    names = labels(metrics)
    head = names[metrics[0]]
    kinds = {"ex": "execution accuracy", "em": "exact match of the SQL's clauses"}
    scores = [
        Column(name, names[name], "score, %", f"{kinds.get(name.partition('.')[0], 'score')}, rule {name}")
        for name in metrics
    ]
    levels = [
        Column(f"level:{level}", level, f"{head} by difficulty, %", f"{head} of {level} questions")
        for level in levels_of(dataset)
    ]
    listed = (
        Column("rank", "rank", "place", f"places in {head} that paired tests leave open"),
        Column(
            "difference",
            "± baseline",
            "place",
            f"{head} minus the baseline's, in points; the baseline is the model's first method",
        ),
        *scores,
        *levels,
        Column("ends", "ended", "answers", "how answers ended, correct ones first", drawn=True),
        Column("n", "n", "answers", "questions asked", spare=True),
        Column(
            "valid", "valid, %", "answers", "valid SQL: share of answers that the database ran to the end"
        ),
        Column("timeout", "timeout, %", "answers", "share of answers that took too long", spare=True),
        Column("tokens", "tokens", "answers", "tokens written per question", spare=True),
        Column("pace", "s/question", "answers", "wall seconds per question"),
        Column("size", "size, M", "training", "parameters in millions, adapters included", spare=True),
        Column("trainable", "trainable, M", "training", "trainable parameters in millions"),
        Column("seconds", "time, s", "training", "wall time of training in seconds"),
        Column("step", "step, ms", "training", "wall time of one optimiser step", spare=True),
        Column("speed", "tokens/s", "training", "tokens trained on per second", spare=True),
        Column("peak", "peak, GB", "training", "peak memory in 10⁹ bytes, of the device where one was used"),
        Column("energy", "energy, kJ", "training", "energy of training, as the device told", spare=True),
        Column("date", "date", "made", "day of the answers", spare=True),
        Column("commit", "commit", "made", "source of the bench; + marks changes not in it", spare=True),
    )
    before = [None, *(column.group for column in listed)]
    return tuple(
        replace(column, opens=column.group != group, less=column.key in _LESS)
        for column, group in zip(listed, before, strict=False)
    )


def proportion(of: Score, dots: tuple[float, ...] = ()) -> Figure:
    """Show a score in percent, its interval in the title and as a whisker; ``dots`` are its seeds' scores."""
    seeds = f"; seeds {', '.join(map(percent, dots))}" if dots else ""
    return Figure(percent(of.value), of.value, interval(of) + seeds, of, dots)


def interval(of: Score) -> str:
    """Say a score with its doubt, in percent."""
    how = {"clustered": "clustered by database", "wilson": "Wilson"}.get(of.interval, of.interval)
    k = f"{of.k:,.0f}" if float(of.k).is_integer() else f"{of.k:,.1f}"
    return f"{k} of {of.n:,}; 95 % interval {percent(of.low)} to {percent(of.high)} ({how})"


def scores(parts: Mapping[str, Breakdown], head: str, seeds: Mapping[str, list[float]]) -> dict[str, Figure]:
    """Give the figures of each metric, and of the headline by level.

    Args:
        parts: metric → its breakdown over means of seeds.
        head: the headline metric.
        seeds: metric → its value for each seed.
    """
    dots = {metric: tuple(found) if len(found) > 1 else () for metric, found in seeds.items()}
    figures = {metric: proportion(part.overall, dots[metric]) for metric, part in parts.items()}
    return figures | {f"level:{level}": proportion(part) for level, part in parts[head].levels.items()}


def difference(of: Difference, adjusted: float) -> Figure:
    """Show a paired difference in points; ``adjusted`` is its p after Holm."""
    return Figure(
        points(of.value),
        of.value,
        f"{''.join(f'{told}, ' for told in bounds(of))}"
        f"{count(of.only_second, 'question')} gained, {of.only_first:,} lost; "
        f"exact McNemar p {chance(of.p)}, by Holm {chance(adjusted)}",
        told=adjusted <= ALPHA,
    )


def bounds(of: Difference) -> list[str]:
    """Say the interval of a difference in points; nothing where a single database tells of no spread."""
    if of.low is None or of.high is None:
        return []
    return [f"95 % interval {points(max(-1.0, of.low))} to {points(min(1.0, of.high))}"]


def costs(done: Sequence[CellResult], summaries: Sequence[Summary]) -> dict[str, Figure]:
    """Give the figures of how a row's answers went and of what its training cost."""
    cards = [summary.card for summary in summaries]
    n = cards[0].n
    ran = [card.valid.value for card in cards if card.valid]
    late = fmean(card.outcomes.get(Status.TIMEOUT.value, 0) / n for card in cards) if n else 0.0
    both = zip(done, summaries, strict=True)
    paces = [cell.seconds / one.answered for cell, one in both if cell.seconds and one.answered]
    written = [tokens for summary in summaries for tokens in summary.tokens]
    fits = [cell.fit for cell in done if cell.fit is not None]
    origins = [made(cell.provenance) for cell in done]
    figures = {
        "ends": ended(cards),
        "date": _dated(origins),
        "commit": _committed(origins),
        "n": Figure(f"{n:,}", n),
        "valid": Figure(percent(fmean(ran)), fmean(ran)) if ran else Figure(BLANK),
        "timeout": Figure(percent(late), late),
        "tokens": Figure(f"{fmean(written):,.1f}", fmean(written)) if written else Figure(BLANK),
        "pace": Figure(f"{fmean(paces):,.3f}", fmean(paces)) if paces else Figure(BLANK),
    }
    return figures | (_training(fits) if fits else {})


def ended(cards: Sequence[Scorecard]) -> Figure:
    """Show how answers ended, as shares of the questions."""
    shares = {end: fmean(card.outcomes.get(end, 0) / (card.n or 1) for card in cards) for end in ENDS}
    parts = tuple((end, share) for end, share in shares.items() if share)
    words = ", ".join(f"{ENDINGS[end]} {percent(share)} %" for end, share in parts)
    return Figure("", shares[CORRECT], words, parts=parts)


def _dated(found: Sequence[Made]) -> Figure:
    """Show the day of the last answers, as far as it was recorded."""
    day = max(one.day for one in found)
    return Figure(day, float(day.replace("-", ""))) if day else Figure(BLANK, title="day not recorded")


def _committed(found: Sequence[Made]) -> Figure:
    """Show the source that made the answers, of several seeds all of them."""
    commits = {one.at: one.commit for one in found if one.commit}
    return Figure(", ".join(commits), title=", ".join(commits.values())) if commits else Figure(BLANK)


def _training(fits: Sequence[Fit]) -> dict[str, Figure]:
    energies = [energy for fit in fits if (energy := fit.logs.get(ENERGY))]
    trainable = fmean(fit.trainable for fit in fits)
    seconds = fmean(fit.seconds for fit in fits)
    speed = fmean(fit.tokens_per_second for fit in fits)
    peak = fmean(peak_bytes(fit) for fit in fits)
    where = "device memory" if fits[0].peak_device_bytes is not None else "host memory"
    share = f"{percent(trainable / fits[0].parameters, 2)} % of {fits[0].parameters:,} parameters"
    step = fmean(step_seconds(fit) for fit in fits)
    return {
        "size": sized(fmean(fit.parameters for fit in fits)),
        "trainable": Figure(f"{trainable / 1e6:,.3f}", trainable, share),
        "seconds": Figure(f"{seconds:,.1f}", seconds, f"{fits[0].steps:,} steps on {fits[0].device}"),
        "step": Figure(f"{1000 * step:,.0f}", step, f"over {fits[0].steps:,} steps"),
        "speed": Figure(f"{speed:,.0f}", speed),
        "peak": Figure(f"{peak / 1e9:,.2f}", peak, where),
        "energy": Figure(f"{fmean(energies) / 1e3:,.1f}", fmean(energies))
        if energies
        else Figure("not measured"),
    }


def sized(parameters: float) -> Figure:
    """Show how large a model is, in millions."""
    return Figure(f"{parameters / 1e6:,.3f}", parameters)


def untuned(fit: Fit) -> int:
    """Give the parameters of the model that a fit began with: all of them, or all but its adapters."""
    return fit.parameters if fit.trainable == fit.parameters else fit.parameters - fit.trainable


def step_seconds(fit: Fit) -> float:
    """Give the mean wall time of an optimiser step."""
    return fit.seconds / max(1, fit.steps)


def peak_bytes(fit: Fit) -> int:
    """Give the memory that decided whether a fit was possible: the device's, or else the host's."""
    return fit.peak_host_bytes if fit.peak_device_bytes is None else fit.peak_device_bytes
