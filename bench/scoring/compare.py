"""Compare: two prediction files question by question, on every metric and in every group of questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bench.judge.score import level_of, levels_of, values
from bench.judge.stats import Difference, paired
from bench.scoring.score import Scored
from bench.sql.constructs import AXES, bucket
from bench.types import Example

CONSTRUCTS = tuple(axis for axis in AXES if axis not in ("tables", "columns"))
"""What gold may use or do without; every query has tables and columns."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """How a prediction file differs from another under one metric.

    Attributes:
        name: the prediction file.
        against: the other one, from which differences are counted.
        metric: the rule.
        whole: the difference over all questions.
        parts: what the questions are grouped by → group → the difference in it; difficulty, database, and
            construct of gold, of which one question may have many.
        lost: examples that only the other answered right, or answered better.
        won: examples that only this one did.
    """

    name: str
    against: str
    metric: str
    whole: Difference
    parts: Mapping[str, Mapping[str, Difference]]
    lost: tuple[str, ...]
    won: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Give the contrast as JSON values."""
        return asdict(self)


def contrast(scored: Scored, other: Scored) -> tuple[Contrast, ...]:
    """Hold a prediction file against another that answers the same questions, metric by metric."""
    return tuple(_contrast(scored, other, metric) for metric in scored.card.metrics)


def _contrast(scored: Scored, other: Scored, metric: str) -> Contrast:
    examples = scored.dataset.examples
    before = values(scored.dataset, other.verdicts, metric)
    after = values(scored.dataset, scored.verdicts, metric)
    rows = list(zip(examples, before, after, strict=True))
    groups = {
        "difficulty": {
            level: [row for row in rows if level_of(row[0]) == level] for level in levels_of(scored.dataset)
        },
        "database": {
            name: [row for row in rows if row[0].db_id == name]
            for name in sorted({example.db_id for example in examples})
        },
        "construct": {
            name: [row for row in rows if _uses(row[0], name, scored.dataset.dialect)] for name in CONSTRUCTS
        },
    }
    return Contrast(
        scored.name,
        other.name,
        metric,
        _paired(rows),
        {
            kind: {name: _paired(part) for name, part in parts.items() if part}
            for kind, parts in groups.items()
        },
        tuple(example.id for example, first, second in rows if second < first),
        tuple(example.id for example, first, second in rows if second > first),
    )


def _uses(example: Example, construct: str, dialect: str) -> bool:
    """Tell whether gold uses a construct, such as ``joins``; one query may use many."""
    return bucket(example.gold[0], construct, dialect) not in ("0", "unparsed")


def _paired(rows: Sequence[tuple[Example, float, float]]) -> Difference:
    clusters = [example.db_id for example, _, _ in rows]
    return paired([first for _, first, _ in rows], [second for _, _, second in rows], clusters)
