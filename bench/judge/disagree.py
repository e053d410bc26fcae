"""Disagree: on which questions two rules give different verdicts on the same predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from bench.types import Verdict


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two metrics, and the ids of the examples that only one of them counts as right."""

    first: str
    second: str
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


def disagreements(verdicts: Sequence[Verdict], metrics: Sequence[str]) -> tuple[Disagreement, ...]:
    """Compare every pair of metrics whose verdicts are right or wrong; graded ones have no part in it."""
    plain = [
        metric for metric in metrics if all(isinstance(verdict.metrics[metric], bool) for verdict in verdicts)
    ]
    return tuple(
        Disagreement(first, second, _only(verdicts, first, second), _only(verdicts, second, first))
        for first, second in combinations(plain, 2)
    )


def _only(verdicts: Sequence[Verdict], right: str, wrong: str) -> tuple[str, ...]:
    return tuple(
        [verdict.example_id for verdict in verdicts if verdict.metrics[right] and not verdict.metrics[wrong]]
    )
