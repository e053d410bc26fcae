"""Diagnoses: what the wrong answers of a prediction file do otherwise than gold."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from bench.execute import Executor
from bench.judge.near import READING, near_misses
from bench.judge.profile import Diagnosis, ErrorProfile, diagnoses, profile
from bench.scoring.score import Scored


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """The error profile of one prediction file, and the diagnoses that it counts."""

    name: str
    profile: ErrorProfile
    answers: tuple[Diagnosis, ...]

    def to_json(self) -> dict[str, object]:
        """Give the profile and every diagnosis as JSON values."""
        return {**self.profile.to_json(), "answers": [_plain(answer) for answer in self.answers]}


def diagnose(scored: Scored, *, workers: int | None = None) -> Diagnosed:
    """Diagnose every answer that is wrong by the headline rule; literals are looked up in the databases."""
    dataset, rule = scored.dataset, scored.headline
    wrong = [
        (example, prediction.sql)
        for example, prediction, verdict in zip(
            dataset.examples, scored.predictions, scored.verdicts, strict=True
        )
        if prediction.sql and verdict.metrics[rule] < 1 and not verdict.spoiled
    ]
    with Executor(READING, workers=workers) as executor:
        near = near_misses(dataset, wrong, executor)
    found = diagnoses(dataset, scored.predictions, scored.verdicts, rule, near)
    return Diagnosed(scored.name, profile(dataset, scored.predictions, found), found)


def _plain(one: Diagnosis) -> dict[str, object]:
    return {
        "id": one.example_id,
        "kinds": sorted(one.kinds),
        "differences": [difference.words for difference in one.differences],
        "gold_row": one.gold_row,
        "predicted_row": one.predicted_row,
        "near": [asdict(miss) for miss in one.near],
    }
