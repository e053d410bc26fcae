"""Clauses: the partial scores of exact match, over a set of predictions, by clause and level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.errors import ConfigError, near
from bench.judge.exact import EM_RULES
from bench.judge.score import level_of, levels_of
from bench.sql.spider import CLAUSES, Match
from bench.types import Dataset, Prediction

ALL = "all"


@dataclass(frozen=True, slots=True)
class ClauseScore:
    """How well one clause was predicted, over the queries of one level.

    A clause of one query is right or wrong as a whole.

    Attributes:
        clause: one of ``bench.sql.spider.CLAUSES``.
        level: a difficulty, or :data:`ALL`.
        right: queries that have the clause, in gold or prediction, and have it right.
        predicted: queries whose prediction has it: what precision is a share of.
        gold: queries whose gold has it: what recall is a share of.
    """

    clause: str
    level: str
    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of the predictions with this clause that have it right; 0 where there are none."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the golds with this clause whose prediction has it right; 0 where there are none."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where both are 0, as the official report has it."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 1.0


def clause_scores(
    dataset: Dataset, predictions: Iterable[Prediction], metric: str = "em.spider"
) -> tuple[ClauseScore, ...]:
    """Score the clauses of all predictions for a data set, by level and over all.

    Args:
        dataset: the questions; one without a prediction has an empty one.
        predictions: at most one for each example, in any order.
        metric: an exact match, such as ``em.modern``.

    Returns:
        For each level that occurs, then for all, the ten clauses in the official order.

    Raises:
        ConfigError: the metric is no exact match.
    """
    if metric not in EM_RULES:
        raise ConfigError(f"'{metric}' has no partial scores", todo=near(metric, EM_RULES))
    said = {prediction.example_id: prediction.sql or "" for prediction in predictions}
    match = EM_RULES[metric].best
    by_level: dict[str, list[Match]] = {level: [] for level in levels_of(dataset)}
    for example in dataset.examples:
        found = match(example.gold, said.get(example.id, ""), dataset.schema(example))
        by_level[level_of(example)].append(found)
    return tally(by_level)


def tally(matches: Mapping[str, Sequence[Match]]) -> tuple[ClauseScore, ...]:
    """Count clauses by level, and over all levels.

    A match without partial scores, after a crash of the official script or with a gold that cannot be
    read, has no part in them.
    """
    every = [match for found in matches.values() for match in found]
    return tuple(
        _score(clause, level, found) for level, found in {**matches, ALL: every}.items() for clause in CLAUSES
    )


def _score(clause: str, level: str, matches: Sequence[Match]) -> ClauseScore:
    parts = [match.partial[clause] for match in matches if match.partial]
    return ClauseScore(
        clause,
        level,
        right=sum(part.score for part in parts if part.predicted or part.gold),
        predicted=sum(part.predicted > 0 for part in parts),
        gold=sum(part.gold > 0 for part in parts),
    )
