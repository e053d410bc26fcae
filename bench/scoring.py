"""Scoring: somebody else's prediction file → verdicts and scores, with no model involved."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from rich.table import Table

from bench.answers import read
from bench.console import err, out
from bench.execute import Executor
from bench.execute.policy import named
from bench.judge.judge import judge
from bench.judge.rate import rated
from bench.judge.rules import metrics
from bench.judge.score import Scorecard, score
from bench.registry import find
from bench.store import write_lines
from bench.types import Dataset, Verdict


@dataclass(frozen=True, slots=True)
class Scored:
    """A scored prediction file."""

    predictions: Path
    dataset: Dataset
    verdicts: tuple[Verdict, ...]
    card: Scorecard

    @property
    def spoiled(self) -> dict[str, int]:
        """Count the verdicts that the environment spoiled, by database and what broke."""
        return dict(
            Counter(
                f"{verdict.db_id}: {end.status}"
                for verdict in self.verdicts
                for end in (verdict.gold,)
                if end.status.infra
            )
        )


def score_file(
    predictions: Path,
    dataset: str,
    folder: Path | None,
    split: str,
    rules: tuple[str, ...],
    *,
    policy: str = "standard",
    workers: int | None = None,
) -> Scored:
    """Score a prediction file.

    Raises:
        ConfigError: the data set, split, rule or policy is not known.
        DataError: a file is missing, or does not answer each example once.
    """
    make = cast("Callable[[Path | None], Any]", find("datasets", dataset, where="--dataset"))
    loaded = rated(make(folder).load(split))
    names = metrics(rules, loaded.rules, where="--rule")
    answers = read(predictions, loaded)
    with Executor(named(policy), workers=workers) as executor:
        verdicts = tuple(judge(loaded, answers, names, executor))
    return Scored(predictions, loaded, verdicts, score(loaded, verdicts, names))


def write(scored: Scored, path: Path) -> None:
    """Write the verdicts as JSONL."""
    write_lines(path, scored.verdicts)


def show(scored: Scored, *, as_json: bool) -> None:
    """Print the scores by difficulty, and what went wrong with the environment."""
    if as_json:
        found = {"dataset": scored.dataset.name, "split": scored.dataset.split, "spoiled": scored.spoiled}
        print(json.dumps({**found, **scored.card.to_json()}, indent=2))
        return
    out.print(_table(scored))
    ends = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in scored.card.outcomes.items())
    out.print(f"{scored.card.n} questions: {ends}", markup=False)
    for name, count in scored.spoiled.items():
        err.print(f"warning: {count} questions could not be judged: {name}", markup=False)
    if scored.spoiled:
        err.print("the scores count them as wrong and are not publishable", markup=False)


def _table(scored: Scored) -> Table:
    synthetic = " (synthetic)" if scored.dataset.synthetic else ""
    title = f"{scored.predictions.name} on {scored.dataset.title} {scored.dataset.split}{synthetic}"
    grid = Table(title=title, title_justify="left", box=None, pad_edge=False)
    first = next(iter(scored.card.metrics.values()))
    grid.add_column("metric")
    for name, part in (*first.levels.items(), ("all", first.overall)):
        grid.add_column(f"{name}\nn={part.n}", justify="right")
    grid.add_column("95 % interval", justify="right")
    for metric, parts in scored.card.metrics.items():
        shares = [f"{100 * part.value:.1f}" for part in (*parts.levels.values(), parts.overall)]
        whole = parts.overall
        grid.add_row(metric, *shares, f"{100 * whole.low:.1f} to {100 * whole.high:.1f}")
    return grid
