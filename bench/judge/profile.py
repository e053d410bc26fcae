"""Profile: what wrong answers do otherwise than gold, one by one and counted by kind and level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.judge.exact import EM_RULES
from bench.judge.near import NearMiss
from bench.judge.score import level_of, levels_of
from bench.sql.diagnose import diagnose
from bench.sql.differences import Difference, Kind
from bench.types import Dataset, Outcome, Prediction, Row, Status, Verdict

NEAR_MISS = "near a stored value"
NONE = "no difference found"
KINDS = (*(kind.value for kind in Kind), NEAR_MISS, NONE)
"""Every kind that a profile counts, in the order of a query's clauses."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with one answer.

    Attributes:
        example_id, level: the question and its difficulty.
        differences: from gold, clause by clause: their kinds, and the edits in words.
        gold_row, predicted_row: the first row that only one of the results shows, as far as their previews
            reach; where both show the same rows, the first that stands elsewhere.
        near: literals that nearly match a stored value.
    """

    example_id: str
    level: str
    differences: tuple[Difference, ...]
    gold_row: Row | None = None
    predicted_row: Row | None = None
    near: tuple[NearMiss, ...] = ()

    @property
    def kinds(self) -> frozenset[str]:
        """What this answer counts as in a profile; never empty."""
        found = {difference.kind.value for difference in self.differences}
        if self.near:
            found.add(NEAR_MISS)
        return frozenset(found or {NONE})


@dataclass(frozen=True, slots=True)
class ErrorProfile:
    """The wrong answers of a cell by what is wrong with them.

    Attributes:
        n: questions.
        wrong: level → wrong answers with a statement.
        kinds: kind → level → answers that have it, the commonest kind first. One answer may have several.
        unread: exact match → answers that its reader cannot read, right ones included.
    """

    n: int
    wrong: Mapping[str, int]
    kinds: Mapping[str, Mapping[str, int]]
    unread: Mapping[str, int]

    def to_json(self) -> dict[str, object]:
        """Give the profile as JSON values."""
        return {
            "n": self.n,
            "wrong": dict(self.wrong),
            "kinds": {kind: dict(levels) for kind, levels in self.kinds.items()},
            "unread": dict(self.unread),
        }


def diagnoses(
    dataset: Dataset,
    predictions: Iterable[Prediction],
    verdicts: Iterable[Verdict],
    metric: str,
    near: Mapping[str, tuple[NearMiss, ...]] | None = None,
) -> tuple[Diagnosis, ...]:
    """Diagnose each wrong answer that has a statement, in the order of the data set.

    Args:
        dataset: the questions and their gold queries.
        predictions: what was answered, in any order.
        verdicts: judgments of these answers, in any order.
        metric: the one that decides what is wrong.
        near: what :func:`bench.judge.near.near_misses` found, by the example's id.
    """
    said = {prediction.example_id: prediction.sql for prediction in predictions}
    judged = {verdict.example_id: verdict for verdict in verdicts}
    found: list[Diagnosis] = []
    for example in dataset.examples:
        sql, verdict = said.get(example.id), judged.get(example.id)
        if not sql or verdict is None or verdict.metrics[metric] >= 1:
            continue
        edits = diagnose(example.gold[0], sql, dataset.schema(example))
        rows = first_rows(verdict.gold, verdict.prediction)
        found.append(Diagnosis(example.id, level_of(example), edits, *rows, (near or {}).get(example.id, ())))
    return tuple(found)


def first_rows(gold: Outcome, predicted: Outcome) -> tuple[Row | None, Row | None]:
    """Return the first row that only gold shows, and the first that only the prediction shows.

    >>> ok = Status.OK
    >>> first_rows(Outcome(ok, preview=((1,), (2,))), Outcome(ok, preview=((2,), (3,))))
    ((1,), (3,))
    """
    if gold.status is not Status.OK or predicted.status is not Status.OK:
        return None, None
    ours, theirs = Counter(gold.preview) - Counter(predicted.preview), Counter(predicted.preview)
    theirs -= Counter(gold.preview)
    if ours or theirs:
        return next(iter(ours), None), next(iter(theirs), None)
    moved = (pair for pair in zip(gold.preview, predicted.preview, strict=True) if pair[0] != pair[1])
    return next(moved, (None, None))


def profile(dataset: Dataset, predictions: Sequence[Prediction], found: Iterable[Diagnosis]) -> ErrorProfile:
    """Count diagnoses by kind and level, and the answers that exact match cannot read."""
    wrong: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for diagnosis in found:
        wrong[diagnosis.level] += 1
        for kind in diagnosis.kinds:
            kinds[kind][diagnosis.level] += 1
    levels = levels_of(dataset)
    often = sorted((kind for kind in KINDS if kinds[kind]), key=lambda kind: -kinds[kind].total())
    return ErrorProfile(
        n=len(dataset.examples),
        wrong={level: wrong[level] for level in levels},
        kinds={kind: {level: kinds[kind][level] for level in levels} for kind in often},
        unread={metric: _unread(dataset, predictions, metric) for metric in EM_RULES},
    )


def _unread(dataset: Dataset, predictions: Sequence[Prediction], metric: str) -> int:
    said = {prediction.example_id: prediction.sql for prediction in predictions}
    return sum(
        bool(EM_RULES[metric].best(example.gold, sql, dataset.schema(example)).unparsed)
        for example in dataset.examples
        if (sql := said.get(example.id))
    )
