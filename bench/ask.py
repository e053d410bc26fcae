"""Ask: the very prompt that the model of a cell meets, for a question of its set or for a new one.

Whoever serves weights that were trained here sends this text; it comes from the renderer of training
and prediction.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.errors import ConfigError, near
from bench.plan import Bound, Plan
from bench.prompts import Prompt, prompt_id
from bench.prompts.turns import earlier, with_sql
from bench.stages import prompter
from bench.store import read_lines
from bench.types import Dataset, Example, Prediction


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt, its id, and the cell and example it is for.

    ``unanswered`` counts the earlier turns whose predicted SQL it should show and the store does not hold.
    """

    cell: str
    example: Example
    id: str
    prompt: Prompt
    unanswered: int = 0

    def to_json(self) -> dict[str, object]:
        """Give it as JSON values."""
        return {
            "cell": self.cell,
            "example": self.example.id,
            "prompt_id": self.id,
            "tokens": self.prompt.tokens,
            "cut": self.prompt.cut or None,
            "unanswered": self.unanswered,
            "text": self.prompt.text,
        }


def ask(plan: Plan, example: Example, bound: Bound) -> Asked:
    """Write the prompt of one example, whether or not it is of the cell's set.

    Raises:
        BenchError: the prompt cannot be written.
    """
    spec = plan.suite.prompt
    pool = plan.training_split(bound.cell).fingerprint if spec.shots is not None else ""
    unanswered = 0
    if spec.history == "predicted":
        example, unanswered = _with_predictions(bound, example)
    prompt = prompter(plan, bound).prompt(example)
    return Asked(bound.cell.slug, example, prompt_id(spec, pool), prompt, unanswered)


def _with_predictions(bound: Bound, example: Example) -> tuple[Example, int]:
    """Show what was predicted for earlier turns; also count those of which the store holds nothing."""
    there = read_lines(bound.predictions / "predictions.jsonl", Prediction)
    said = {one.example_id: one.sql for one in there}
    turns = earlier(bound.dataset.examples).get(example.id, ())
    return with_sql(example, turns, said), len([turn for turn in turns if turn not in said])


def known(dataset: Dataset, name: str) -> Example:
    """Find an example by its id, or by the end of its id.

    Raises:
        ConfigError: there is none, or there are several.
    """
    found = [one for one in dataset.examples if one.id == name or one.id.endswith(f"/{name}")]
    if len(found) != 1:
        raise ConfigError(
            f"{len(found) or 'no'} questions of {dataset.name} {dataset.split} are called '{name}'",
            where="--id",
            todo=f"such as {dataset.examples[0].id}",
        )
    return found[0]


def new(dataset: Dataset, question: str, db_id: str, evidence: str = "") -> Example:
    """Make an example of a new question on a database of a set.

    Raises:
        ConfigError: the set has no such database.
    """
    if db_id not in dataset.schemas:
        raise ConfigError(
            f"{dataset.name} {dataset.split} asks no database '{db_id}'",
            where="--db",
            todo=near(db_id, dataset.schemas),
        )
    return Example("question", db_id, question.strip(), gold=(), evidence=evidence.strip())
