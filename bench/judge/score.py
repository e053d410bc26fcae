"""Verdicts → scores: overall, by difficulty, database and construct, and how the answers ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bench.judge.constructs import by_construct
from bench.judge.exact import EM_RULES
from bench.judge.stats import estimate
from bench.types import Dataset, Example, Outcome, Score, Status, Verdict

CORRECT, WRONG_RESULT, MISSING, GOLD_FAILED = "correct", "wrong_result", "missing", "gold_failed"
NOT_RUN = "not run: only queries were compared"
"""The detail of the outcome of a prediction where no rule wanted it run."""

UNRATED = "unrated"
"""The level of an example that has none."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One metric over all questions, by level (in the data set's order) and by database (by name).

    ``constructs`` is what :func:`bench.judge.constructs.by_construct` gives, where it was asked for.
    """

    overall: Score
    levels: Mapping[str, Score]
    databases: Mapping[str, Score]
    constructs: Mapping[str, Mapping[str, Score]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a cell scored.

    Every example of the data set counts: one without a verdict is a wrong answer.

    Attributes:
        n: questions.
        metrics: metric → its scores, the headline first.
        outcomes: how answers ended → how many, the most frequent first: ``correct``,
            ``wrong_result``, ``missing`` (no prediction), ``gold_failed`` (nothing to hold it against),
            or the status of a statement that did not run. They add up to ``n``.
        valid: share of all questions whose statement the database ran to its end; ``None`` where every
            metric compares queries, for none was run then.
    """

    n: int
    metrics: Mapping[str, Breakdown]
    outcomes: Mapping[str, int]
    valid: Score | None

    def to_json(self) -> dict[str, object]:
        """Give the scorecard as JSON values, numbers rounded to 6 decimals."""
        return {
            "n": self.n,
            "metrics": {
                metric: {
                    "overall": _plain(part.overall),
                    "levels": {level: _plain(score) for level, score in part.levels.items()},
                    "databases": {name: _plain(score) for name, score in part.databases.items()},
                    **({"constructs": _nested(part.constructs)} if part.constructs else {}),
                }
                for metric, part in self.metrics.items()
            },
            "outcomes": dict(self.outcomes),
            "valid": _plain(self.valid) if self.valid else None,
        }


def score(
    dataset: Dataset, verdicts: Sequence[Verdict], metrics: Sequence[str], *, constructs: bool = False
) -> Scorecard:
    """Score one cell.

    Args:
        dataset: what was asked; fixes the denominator.
        verdicts: judgments of some or all of its examples, in any order.
        metrics: the metrics to report; the first decides what ``correct`` means.
        constructs: whether to break them down by constructs of gold too, which are to be parsed for that.
    """
    return next(score_each(dataset, [verdicts], metrics, constructs=constructs))


def score_each(
    dataset: Dataset, cells: Iterable[Sequence[Verdict]], metrics: Sequence[str], *, constructs: bool = False
) -> Iterator[Scorecard]:
    """Score cells that answer the same questions, one after the other, as :func:`score` does."""
    groups = _grouped(dataset)
    for verdicts in cells:
        by_id = {verdict.example_id: verdict for verdict in verdicts}
        found = [by_id.get(example.id) for example in dataset.examples]
        yield _card(dataset, groups, found, metrics, constructs=constructs)


def _card(
    dataset: Dataset,
    groups: _Groups,
    found: Sequence[Verdict | None],
    metrics: Sequence[str],
    *,
    constructs: bool,
) -> Scorecard:
    ends = Counter(outcome(verdict, metrics[0]) for verdict in found)
    ran = [float(verdict is not None and _ran(verdict.prediction)) for verdict in found]
    return Scorecard(
        n=len(found),
        metrics={metric: _metric(dataset, groups, _values(found, metric), constructs) for metric in metrics},
        outcomes=dict(sorted(ends.items(), key=lambda end: (-end[1], end[0]))),
        valid=None if EM_RULES.keys() >= set(metrics) else groups.overall.estimate(ran),
    )


def values(dataset: Dataset, verdicts: Sequence[Verdict], metric: str) -> list[float]:
    """Give one metric for every example in the data set's order; 0 where there is no verdict."""
    by_id = {verdict.example_id: verdict for verdict in verdicts}
    return _values([by_id.get(example.id) for example in dataset.examples], metric)


def _values(found: Sequence[Verdict | None], metric: str) -> list[float]:
    return [float(verdict.metrics.get(metric, 0.0)) if verdict else 0.0 for verdict in found]


def _metric(dataset: Dataset, groups: _Groups, per_question: Sequence[float], constructs: bool) -> Breakdown:
    part = groups.breakdown(per_question)
    return replace(part, constructs=by_construct(dataset, per_question)) if constructs else part


def breakdown(dataset: Dataset, per_question: Sequence[float]) -> Breakdown:
    """Break one metric down.

    Args:
        dataset: the questions, their levels and databases.
        per_question: the metric in the data set's order; means over seeds are welcome.
    """
    return _grouped(dataset).breakdown(per_question)


class _Group(NamedTuple):
    """Some of the questions: their places in the data set, and their databases."""

    places: tuple[int, ...]
    databases: tuple[str, ...]

    def estimate(self, per_question: Sequence[float]) -> Score:
        return estimate([per_question[place] for place in self.places], self.databases)


class _Groups(NamedTuple):
    """The questions of a data set: all, by level and by database."""

    overall: _Group
    levels: Mapping[str, _Group]
    databases: Mapping[str, _Group]

    def breakdown(self, per_question: Sequence[float]) -> Breakdown:
        return Breakdown(
            overall=self.overall.estimate(per_question),
            levels={level: part.estimate(per_question) for level, part in self.levels.items()},
            databases={name: part.estimate(per_question) for name, part in self.databases.items()},
        )


def _grouped(dataset: Dataset) -> _Groups:
    examples = dataset.examples
    levels: dict[str, list[int]] = {level: [] for level in levels_of(dataset)}
    databases: dict[str, list[int]] = {name: [] for name in sorted({one.db_id for one in examples})}
    for place, example in enumerate(examples):
        levels[level_of(example)].append(place)
        databases[example.db_id].append(place)

    def group(places: Iterable[int]) -> _Group:
        some = tuple(places)
        return _Group(some, tuple([examples[place].db_id for place in some]))

    return _Groups(
        group(range(len(examples))),
        {level: group(places) for level, places in levels.items()},
        {name: group(places) for name, places in databases.items()},
    )


def level_of(example: Example) -> str:
    """Give the difficulty of an example, or :data:`UNRATED`."""
    return example.difficulty or UNRATED


def levels_of(dataset: Dataset) -> tuple[str, ...]:
    """Give the levels that occur, in the data set's own order, unknown ones after them by name."""
    present = {level_of(example) for example in dataset.examples}
    known = [level for level in dataset.levels if level in present]
    return (*known, *sorted(present.difference(known)))


def outcome(verdict: Verdict | None, headline: str) -> str:
    """Name how one answer ended."""
    if verdict is None:
        return MISSING
    if verdict.metrics.get(headline, 0.0) >= 1:
        return CORRECT
    if verdict.gold.status is not Status.OK:
        return verdict.gold.status.value if verdict.gold.status.infra else GOLD_FAILED
    return WRONG_RESULT if verdict.prediction.status is Status.OK else verdict.prediction.status.value


def _ran(answer: Outcome) -> bool:
    return answer.status is Status.OK and not answer.untried


def _nested(parts: Mapping[str, Mapping[str, Score]]) -> dict[str, object]:
    return {axis: {name: _plain(score) for name, score in part.items()} for axis, part in parts.items()}


def _plain(score: Score) -> dict[str, object]:
    return {
        "k": round(score.k, 6),
        "n": score.n,
        "value": round(score.value, 6),
        "low": round(score.low, 6),
        "high": round(score.high, 6),
        "interval": score.interval,
    }
