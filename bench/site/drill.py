"""What the drill-down shows of one question: the gold's side once, each cell's answer to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.judge.ends import ENDINGS
from bench.judge.score import CORRECT, level_of, levels_of, outcome
from bench.results import CellResult
from bench.site.grids import Grid, grid
from bench.site.slips import Differing
from bench.site.text import address
from bench.sql.explain import in_words
from bench.types import Dataset, Example, Outcome, Prediction, Status, Verdict

PER_PAGE = 100
"""Questions on one page of answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One cell's answer to one question, ready to show."""

    example: Example
    anchor: str
    home: str
    ending: str
    verdict: Verdict | None
    prediction: Prediction | None
    steps: tuple[str, ...]
    gold: Grid | None
    predicted: Grid | None
    same: bool
    """Whether it is right with gold's own result, which then stands on the question's page alone."""

    @property
    def right(self) -> bool:
        """Whether the headline metric holds."""
        return self.ending == CORRECT

    @property
    def ended(self) -> str:
        """How it ended, in words."""
        return ENDINGS[self.ending]

    @property
    def why(self) -> str:
        """The reason of a wrong answer; the engine's own words where the statement failed."""
        if self.verdict is None:
            return ""
        spoiled = self.verdict.prediction.status is not Status.OK and self.verdict.gold.status is Status.OK
        return self.verdict.prediction.detail if spoiled else self.verdict.reason


@dataclass(frozen=True, slots=True)
class Question:
    """The gold's side of one question, with every cell's answer as ``(cell, ending, address)``."""

    example: Example
    anchor: str
    gold: Outcome | None
    grid: Grid | None
    prompts: tuple[tuple[str, tuple[str, ...]], ...]
    answers: tuple[tuple[CellResult, str, str], ...]

    @property
    def right(self) -> int:
        """How many of the answers are right."""
        return sum(ending == CORRECT for _, ending, _ in self.answers)


def cell_home(cell: CellResult) -> str:
    """Give the folder of a cell's pages; its summary is that name with ``.html``."""
    return f"cells/{address(cell.slug)}"


def question_home(dataset_name: str, db_id: str) -> str:
    """Give the page of a database's questions."""
    return f"questions/{address(dataset_name)}/{address(db_id)}.html"


def anchor(example: Example) -> str:
    """Give the fragment of a question, the same on every page."""
    return f"q-{address(example.id)}"


def leaves(dataset: Dataset) -> dict[str, tuple[str, tuple[Example, ...]]]:
    """Share the questions out over pages: file name → level and examples, at most 100 each."""
    pages: dict[str, tuple[str, tuple[Example, ...]]] = {}
    for level in levels_of(dataset):
        asked = [example for example in dataset.examples if level_of(example) == level]
        for start in range(0, len(asked), PER_PAGE):
            part = f"-{start // PER_PAGE + 1}" if start else ""
            pages[f"{address(level)}{part}.html"] = (level, tuple(asked[start : start + PER_PAGE]))
    return pages


def answers(
    cell: CellResult, examples: tuple[Example, ...], headline: str, differing: Differing
) -> list[Answer]:
    """Gather a cell's answers to some questions; ``differing`` tells how wrong ones differ from gold."""
    verdicts = {verdict.example_id: verdict for verdict in cell.verdicts}
    predictions = {prediction.example_id: prediction for prediction in cell.predictions}
    return [
        _answer(cell, example, verdicts.get(example.id), predictions.get(example.id), headline, differing)
        for example in examples
    ]


def _answer(
    cell: CellResult,
    example: Example,
    verdict: Verdict | None,
    prediction: Prediction | None,
    headline: str,
    differing: Differing,
) -> Answer:
    ending = outcome(verdict, headline)
    same = verdict is not None and ending == CORRECT and _same(verdict)
    return Answer(
        example=example,
        anchor=anchor(example),
        home=question_home(cell.dataset_name, example.db_id),
        ending=ending,
        verdict=verdict,
        prediction=prediction,
        steps=tuple(in_words(differing.get(example.id, ()))),
        gold=grid(verdict.gold, verdict.prediction) if verdict and not same else None,
        predicted=grid(verdict.prediction, verdict.gold) if verdict and not same else None,
        same=same,
    )


def _same(verdict: Verdict) -> bool:
    gold, answer = verdict.gold, verdict.prediction
    shown = (gold.columns, gold.rows, gold.preview) == (answer.columns, answer.rows, answer.preview)
    return gold.status is answer.status is Status.OK and not gold.untried and shown


def questions(
    dataset: Dataset, db_id: str, done: Sequence[tuple[CellResult, Sequence[str]]]
) -> list[Question]:
    """Give the questions on one database.

    Args:
        dataset: what they are of.
        db_id: the database.
        done: every finished cell, and how its answers to these questions ended.
    """
    asked = [example for example in dataset.examples if example.db_id == db_id]
    golds = _golds(asked, [cell for cell, _ in done])
    leaf_of = {example.id: leaf for leaf, (_, found) in leaves(dataset).items() for example in found}
    homes = [(cell, cell_home(cell), ends) for cell, ends in done]
    found = []
    for place, example in enumerate(asked):
        leaf = f"{leaf_of[example.id]}#{anchor(example)}"
        answers = [(cell, ends[place], f"{home}/{leaf}") for cell, home, ends in homes]
        found.append(_question(example, golds.get(example.id), answers))
    return found


def _golds(asked: Sequence[Example], done: Sequence[CellResult]) -> dict[str, Outcome]:
    """Find what the golds gave, opening no more cells than it takes.

    Where a cell gave nothing to compare gold with, it was not run, and the next cell may tell.
    """
    wanted, golds = {example.id: example for example in asked}, dict[str, Outcome]()
    for cell in done:
        if not wanted:
            break
        for verdict in cell.verdicts:
            if verdict.example_id in wanted:
                golds[verdict.example_id] = verdict.gold
                if not (verdict.gold.untried and wanted[verdict.example_id].answerable):
                    del wanted[verdict.example_id]
    return golds


def _question(
    example: Example, gold: Outcome | None, answers: Sequence[tuple[CellResult, str, str]]
) -> Question:
    prompts: dict[str, list[str]] = {}
    for cell, _, _ in answers:
        if example.id in cell.prompts:
            prompts.setdefault(cell.prompts[example.id], []).append(cell.slug)
    return Question(
        example=example,
        anchor=anchor(example),
        gold=gold,
        grid=grid(gold) if gold is not None else None,
        prompts=tuple((text, tuple(slugs)) for text, slugs in prompts.items()),
        answers=tuple(answers),
    )


def tally(found: list[Answer]) -> Mapping[str, int]:
    """Count right and wrong answers of one page."""
    right = sum(answer.right for answer in found)
    return {"all": len(found), "right": right, "wrong": len(found) - right}
