"""What the drill-down shows of one question: the gold's side once, each cell's answer to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.judge.ends import ENDINGS
from bench.judge.score import CORRECT, level_of, levels_of, outcome
from bench.results import CellResult
from bench.site.grids import Grid, grid
from bench.site.kinds import differing
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


def answers(cell: CellResult, examples: tuple[Example, ...], headline: str) -> list[Answer]:
    """Gather a cell's answers to some questions."""
    verdicts = {verdict.example_id: verdict for verdict in cell.verdicts}
    predictions = {prediction.example_id: prediction for prediction in cell.predictions}
    return [
        _answer(cell, example, verdicts.get(example.id), predictions.get(example.id), headline)
        for example in examples
    ]


def _answer(
    cell: CellResult, example: Example, verdict: Verdict | None, prediction: Prediction | None, headline: str
) -> Answer:
    ending = outcome(verdict, headline)
    same = verdict is not None and ending == CORRECT and _same(verdict)
    wrong_sql = prediction.sql if prediction is not None and ending != CORRECT else None
    return Answer(
        example=example,
        anchor=anchor(example),
        home=question_home(cell.dataset_name, example.db_id),
        ending=ending,
        verdict=verdict,
        prediction=prediction,
        steps=tuple(in_words(differing(example.gold[0], wrong_sql, cell.dataset.schema(example))))
        if wrong_sql
        else (),
        gold=grid(verdict.gold, verdict.prediction) if verdict and not same else None,
        predicted=grid(verdict.prediction, verdict.gold) if verdict and not same else None,
        same=same,
    )


def _same(verdict: Verdict) -> bool:
    gold, answer = verdict.gold, verdict.prediction
    shown = (gold.columns, gold.rows, gold.preview) == (answer.columns, answer.rows, answer.preview)
    return gold.status is answer.status is Status.OK and shown


def questions(cells: list[CellResult], headline: str) -> Iterator[tuple[str, list[Question]]]:
    """Give each database of one data set with its questions, databases by name.

    Args:
        cells: every cell on that data set.
        headline: the metric that decides whether an answer is right.
    """
    dataset = cells[0].dataset
    done = [
        (cell, {verdict.example_id: verdict for verdict in cell.verdicts})
        for cell in cells
        if not cell.missing
    ]
    leaf_of = {example.id: leaf for leaf, (_, asked) in leaves(dataset).items() for example in asked}
    for db_id in sorted({example.db_id for example in dataset.examples}):
        asked = [example for example in dataset.examples if example.db_id == db_id]
        yield db_id, [_question(example, leaf_of[example.id], done, headline) for example in asked]


def _question(
    example: Example, leaf: str, done: list[tuple[CellResult, dict[str, Verdict]]], headline: str
) -> Question:
    gold = next((verdicts[example.id].gold for _, verdicts in done if example.id in verdicts), None)
    prompts: dict[str, list[str]] = {}
    for cell, _ in done:
        if example.id in cell.prompts:
            prompts.setdefault(cell.prompts[example.id], []).append(cell.slug)
    name = anchor(example)
    return Question(
        example=example,
        anchor=name,
        gold=gold,
        grid=grid(gold) if gold is not None else None,
        prompts=tuple((text, tuple(slugs)) for text, slugs in prompts.items()),
        answers=tuple(
            (cell, outcome(verdicts.get(example.id), headline), f"{cell_home(cell)}/{leaf}#{name}")
            for cell, verdicts in done
        ),
    )


def tally(found: list[Answer]) -> Mapping[str, int]:
    """Count right and wrong answers of one page."""
    right = sum(answer.right for answer in found)
    return {"all": len(found), "right": right, "wrong": len(found) - right}
