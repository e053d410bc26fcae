"""Tables: scores, rules side by side and two prediction files, laid out for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from bench.judge.clauses import ALL
from bench.judge.disagree import Disagreement
from bench.judge.score import Breakdown
from bench.judge.stats import Difference, holm
from bench.scoring.compare import Contrast
from bench.scoring.diagnoses import Diagnosed
from bench.scoring.score import Scored
from bench.site.text import percent, visible
from bench.sql.spider import CLAUSES
from bench.types import Score

GROUPS = ("difficulty", "database", "construct")
"""What scores can be broken down by."""

SHOWN = 5
"""Examples named on the screen for each difference; JSON names them all."""


def scores(scored: Sequence[Scored]) -> Table:
    """Lay out one row for each file and rule: levels, all, and an interval; in percent."""
    dataset, several = scored[0].dataset, len(scored) > 1
    synthetic = " (synthetic)" if dataset.synthetic else ""
    what = f"{len(scored)} prediction files" if several else scored[0].name
    grid = _grid(f"{what} on {dataset.title} {dataset.split}{synthetic}")
    first = next(iter(scored[0].card.metrics.values()))
    for name in ("predictions", "rule") if several else ("rule",):
        grid.add_column(name, no_wrap=True)
    for name, part in (*first.levels.items(), (ALL, first.overall)):
        grid.add_column(f"{name}\nn={part.n}", justify="right")
    grid.add_column("95 % interval", justify="right")
    for one in scored:
        for metric, parts in one.card.metrics.items():
            shares = [percent(part.value) for part in (*parts.levels.values(), parts.overall)]
            doubt = f"{percent(parts.overall.low)} to {percent(parts.overall.high)}"
            file = [Text(visible(one.name))] if several else []
            grid.add_row(*file, metric, *shares, doubt)
    return grid


def groups(scored: Scored, kind: str) -> Table:
    """Lay out every rule by difficulty, database or construct of gold; the interval is the first rule's."""
    grid = _grid(f"{scored.name}: scores by {kind}")
    grid.add_column(kind, no_wrap=True)
    for name in ("n", *scored.card.metrics, "95 % interval"):
        grid.add_column(name, justify="right")
    found = [_groups(part, kind) for part in scored.card.metrics.values()]
    for name, first in found[0].items():
        shares = [percent(part[name].value) for part in found]
        doubt = f"{percent(first.low)} to {percent(first.high)}"
        grid.add_row(Text(visible(name)), str(first.n), *shares, doubt)
    return grid


def _groups(part: Breakdown, kind: str) -> Mapping[str, Score]:
    if kind != "construct":
        return part.levels if kind == "difficulty" else part.databases
    return {
        f"{axis.replace('_', ' ')}: {bucket}": score
        for axis, buckets in part.constructs.items()
        for bucket, score in buckets.items()
    }


def official(scored: Scored) -> Table:
    """Lay scores out as the official scripts do: a column for each level, shares of 1, clauses below."""
    grid = _grid(f"{scored.name} on {scored.dataset.title} {scored.dataset.split}")
    first = next(iter(scored.card.metrics.values()))
    levels = (*first.levels, ALL)
    grid.add_column("", no_wrap=True)
    for name in levels:
        grid.add_column(name, justify="right")
    grid.add_row("count", *[str(part.n) for part in (*first.levels.values(), first.overall)])
    for metric, parts in scored.card.metrics.items():
        grid.add_row(metric, *[f"{part.value:.3f}" for part in (*parts.levels.values(), parts.overall)])
    for metric, found in scored.clauses.items():
        for measure in ("precision", "recall", "f1"):
            grid.add_section()
            grid.add_row(f"{metric}, {measure} by clause")
            for clause in CLAUSES:
                of_clause = {one.level: getattr(one, measure) for one in found if one.clause == clause}
                grid.add_row(f"  {clause}", *[f"{of_clause[level]:.3f}" for level in levels])
    return grid


def differences(pairs: Iterable[Disagreement]) -> Table:
    """Lay out which questions only one of two rules counts as right."""
    grid = _grid("where rules differ")
    for name in ("right under", "wrong under"):
        grid.add_column(name)
    grid.add_column("questions", justify="right")
    grid.add_column("such as")
    for one in pairs:
        for right, wrong, ids in (
            (one.first, one.second, one.only_first),
            (one.second, one.first, one.only_second),
        ):
            if ids:
                grid.add_row(right, wrong, str(len(ids)), some(ids))
    return grid


def contrasts(found: Sequence[Contrast]) -> Table:
    """Lay out how a prediction file differs from another, one row for each rule."""
    one = found[0]
    grid = _paired(f"{one.name} against {one.against}", "rule")
    for contrast in found:
        grid.add_row(contrast.metric, *_cells(contrast.whole, contrast.whole.p))
    return grid


def parts(contrast: Contrast, kind: str) -> Table:
    """Lay out one rule's difference by group; p is corrected by Holm for the groups shown.

    Groups in which no question flipped are left out.
    """
    flipped: Mapping[str, Difference] = {
        name: one for name, one in contrast.parts[kind].items() if one.only_first or one.only_second
    }
    grid = _paired(f"{contrast.metric} by {kind}", kind, "p, Holm")
    adjusted = holm([one.p for one in flipped.values()])
    for (name, one), p in zip(flipped.items(), adjusted, strict=True):
        shown = name.replace("_", " ") if kind == "construct" else name
        grid.add_row(Text(visible(shown)), *_cells(one, p))
    return grid


def errors(found: Diagnosed) -> Table:
    """Lay out how many wrong answers have which difference from gold, by level."""
    levels = found.profile.wrong
    grid = _grid(f"{found.name}: what wrong answers do otherwise than gold")
    grid.add_column("difference", no_wrap=True)
    for name, wrong in (*levels.items(), (ALL, sum(levels.values()))):
        grid.add_column(f"{name}\nwrong={wrong}", justify="right")
    for kind, counts in found.profile.kinds.items():
        grid.add_row(kind, *[str(counts[level]) for level in levels], str(sum(counts.values())))
    return grid


def some(ids: Sequence[str]) -> str:
    """Name the first few examples, and say how many there are beside them."""
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return visible(", ".join(ids[:SHOWN]) + more)


def _paired(title: str, first: str, p: str = "McNemar p") -> Table:
    grid = _grid(title)
    grid.add_column(first, no_wrap=True)
    for name in ("n", "difference", "95 % interval", "lost", "won", p):
        grid.add_column(name, justify="right")
    return grid


def _cells(one: Difference, p: float) -> tuple[str, ...]:
    doubt = "–" if one.low is None or one.high is None else f"{100 * one.low:+.1f} to {100 * one.high:+.1f}"
    return (
        str(one.n),
        f"{100 * one.value:+.1f}",
        doubt,
        str(one.only_first),
        str(one.only_second),
        "< 0.0001" if p < 0.0001 else f"{p:.4f}",
    )


def _grid(title: str) -> Table:
    return Table(title=Text(visible(title)), title_justify="left", box=None, pad_edge=False)
