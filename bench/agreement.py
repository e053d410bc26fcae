"""Hold every rule against people's labels of predictions, and print a table in Markdown.

    python -m bench.agreement LABELS.json --data DIR

The labels are those of SQLExam, or a file like theirs: a JSON list of objects with ``question_id``,
``db_id``, ``gold_sql``, ``predicted_sql`` and ``label`` (true where a person calls the prediction right).
Rules that run queries are held against the questions whose database is there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.console import err
from bench.errors import BenchError, DataError
from bench.execute import Executor
from bench.judge.agreement import Agreement, agreements, rules
from bench.judge.judge import judge
from bench.sets import opened
from bench.types import Dataset, Example, Prediction

FIELDS = ("question_id", "db_id", "gold_sql", "predicted_sql", "label")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A prediction that people have judged."""

    db_id: str
    gold: str
    predicted: str
    right: bool


def read(paths: Sequence[Path]) -> tuple[tuple[Labelled, ...], int]:
    """Read labels; a prediction that several files label counts once, and not at all if they differ.

    Returns:
        The labels, and how many predictions were left out because people differ.

    Raises:
        DataError: a file is missing, or is no such list.
    """
    said: dict[tuple[str, str, str], set[bool]] = {}
    for path in paths:
        for item in _items(path):
            said.setdefault((item["db_id"], item["gold_sql"], item["predicted_sql"]), set()).add(
                item["label"]
            )
    agreed = tuple(Labelled(*texts, *labels) for texts, labels in said.items() if len(labels) == 1)
    return agreed, len(said) - len(agreed)


def _items(path: Path) -> list[dict[str, Any]]:
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except ValueError as error:
        raise DataError(f"cannot be read: it is no JSON ({error})", where=str(path)) from None
    if not isinstance(items, list):
        raise DataError("is no list of labelled predictions", where=str(path))
    for at, item in enumerate(items):
        missing = [field for field in FIELDS if not isinstance(item, dict) or field not in item]
        if missing or not isinstance(item["label"], bool):
            raise DataError(
                f"item {at} lacks '{missing[0]}'"
                if missing
                else f"the label of item {at} is neither true nor false",
                where=str(path),
            )
    return items


def compare(labels: Sequence[Labelled], dataset: Dataset) -> tuple[Agreement, ...]:
    """Judge labelled predictions on the databases of ``dataset`` by every rule, and compare.

    Raises:
        DataError: a label's database is not in the data set.
    """
    strange = sorted({label.db_id for label in labels} - dataset.schemas.keys())
    if strange:
        raise DataError(f"the data set has no database '{strange[0]}'", where=dataset.name)
    asked = {f"{at:04}": label for at, label in enumerate(labels)}
    examples = tuple(Example(name, label.db_id, "", (label.gold,)) for name, label in asked.items())
    said = [Prediction(name, label.predicted, label.predicted) for name, label in asked.items()]
    with Executor() as executor:
        verdicts = list(judge(replace(dataset, examples=examples), said, rules(), executor))
    return agreements({name: label.right for name, label in asked.items()}, verdicts)


def markdown(found: Sequence[Agreement]) -> str:
    """Lay out agreements as a table."""
    head = (
        "rule",
        "n",
        "agrees",
        "95 % interval",
        "kappa",
        "right by the rule alone",
        "right by people alone",
    )
    rows = [
        (
            f"`{one.rule}`",
            str(one.share.n),
            f"{100 * one.share.value:.1f} %",
            f"{100 * one.share.low:.1f} to {100 * one.share.high:.1f}",
            f"{one.kappa:.2f}",
            str(one.only_rule),
            str(one.only_people),
        )
        for one in found
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


def main(
    labels: Annotated[list[Path], typer.Argument(help="Files of labelled predictions.")],
    data: Annotated[Path, typer.Option(help="Folder of the data set that was asked.")],
    dataset: Annotated[str, typer.Option(help="Its name.")] = "bird",
    split: Annotated[str, typer.Option(help="Its split.")] = "dev",
) -> None:
    """Hold every rule against people's labels of predictions."""
    try:
        found, left_out = read(labels)
        table = markdown(compare(found, opened(dataset, data, where="--dataset").load(split)))
    except BenchError as error:
        err.print(f"error: {error}", markup=False)
        raise typer.Exit(2) from None
    print(f"{len(found)} labelled predictions; {left_out} more on which people differ\n\n{table}")


if __name__ == "__main__":
    typer.run(main)
