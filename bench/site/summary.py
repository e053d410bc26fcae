"""The summary of a cell: what a board keeps of it once its answers are let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.judge.score import CORRECT, Scorecard, outcome, score, values
from bench.results import CellResult
from bench.types import Dataset, Status


@dataclass(frozen=True, slots=True)
class Summary:
    """One finished cell, question by question in the order of its data set.

    Attributes:
        marks: metric → its value for each question.
        ends: how each answer ended.
        slips: example → the SQL that answers it wrong.
        failed: example → why its gold did not run, where that is no fault of the environment.
        spoiled: verdicts that the environment spoiled; a cell that has some is not publishable.
        answered: how many questions have a prediction.
        tokens: how many tokens each prediction took, of those that tell.
    """

    card: Scorecard
    marks: Mapping[str, tuple[float, ...]]
    ends: tuple[str, ...]
    slips: Mapping[str, str]
    failed: Mapping[str, str]
    spoiled: int
    answered: int
    tokens: tuple[int, ...]

    @property
    def state(self) -> str:
        """Say whether it may be published."""
        return "not publishable" if self.spoiled else "done"


def summarize(cell: CellResult, metrics: Sequence[str]) -> Summary:
    """Read the answers of a finished cell, once."""
    dataset, verdicts, predictions = cell.dataset, cell.verdicts, cell.predictions
    judged = {verdict.example_id: verdict for verdict in verdicts}
    said = {prediction.example_id: prediction.sql for prediction in predictions}
    ends = tuple(outcome(judged.get(example.id), metrics[0]) for example in dataset.examples)
    golds = {verdict.example_id: verdict.gold for verdict in verdicts}
    return Summary(
        card=score(dataset, verdicts, metrics),
        marks={metric: tuple(values(dataset, verdicts, metric)) for metric in metrics},
        ends=ends,
        slips=_slips(dataset, ends, said),
        failed={
            example: f"gold did not run here: {gold.detail or gold.status.value}"
            for example, gold in golds.items()
            if gold.status is not Status.OK and not gold.status.infra
        },
        spoiled=sum(verdict.spoiled is not None for verdict in verdicts),
        answered=len(predictions),
        tokens=tuple(p.tokens_out for p in predictions if p.tokens_out is not None),
    )


def _slips(dataset: Dataset, ends: Sequence[str], said: Mapping[str, str | None]) -> dict[str, str]:
    asked = zip(dataset.examples, ends, strict=True)
    wrong = ((example.id, said.get(example.id)) for example, end in asked if end != CORRECT)
    return {example: sql for example, sql in wrong if sql}
