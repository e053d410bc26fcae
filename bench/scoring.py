"""Scoring: somebody else's prediction file → verdicts and scores; and golds held against themselves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from rich.table import Table

from bench.answers import read
from bench.console import err, out
from bench.execute import Executor
from bench.execute.policy import STANDARD, Policy
from bench.judge.disagree import Disagreement, disagreements
from bench.judge.golds import KINDS, MISSING, Finding, check
from bench.judge.judge import judge
from bench.judge.rate import rated
from bench.judge.rules import EM_RULES, EX_RULES, metrics
from bench.judge.score import Scorecard, score
from bench.registry import find
from bench.store import write_lines
from bench.types import Dataset, Verdict

SHOWN = 3
"""Examples named on the screen for each difference; JSON names them all."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A scored prediction file."""

    predictions: Path
    dataset: Dataset
    verdicts: tuple[Verdict, ...]
    card: Scorecard
    compared: bool = False
    """Whether rules were asked for by name, and are to be shown against one another."""

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """On which questions the rules differ."""
        return disagreements(self.verdicts, list(self.card.metrics)) if self.compared else ()

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
    policy: Policy = STANDARD,
    workers: int | None = None,
) -> Scored:
    """Score a prediction file.

    Raises:
        ConfigError: the data set, split, rule or policy is not known.
        DataError: a file is missing, or does not answer each example once.
    """
    loaded = rated(_load(dataset, folder, split))
    names = metrics(rules, loaded.rules, where="--rules")
    answers = read(predictions, loaded)
    with Executor(policy, workers=workers) as executor:
        verdicts = tuple(judge(loaded, answers, names, executor))
    return Scored(predictions, loaded, verdicts, score(loaded, verdicts, names), bool(rules))


def check_golds(
    dataset: str,
    folder: Path | None,
    split: str,
    rules: tuple[str, ...],
    *,
    policy: Policy = STANDARD,
    workers: int | None = None,
) -> tuple[Finding, ...]:
    """Hold every gold query against itself, under every rule unless some are named.

    Raises:
        ConfigError: the data set, split or rule is not known.
        DataError: a file is missing or damaged.
    """
    loaded = _load(dataset, folder, split)
    names = metrics(rules or (*EX_RULES, *EM_RULES), loaded.rules, where="--rules")
    return check(loaded, names, policy, workers=workers)


def _load(dataset: str, folder: Path | None, split: str) -> Dataset:
    make = cast("Callable[[Path | None], Any]", find("datasets", dataset, where="--dataset"))
    return cast("Dataset", make(folder).load(split))


def write(scored: Scored, path: Path) -> None:
    """Write the verdicts as JSONL."""
    write_lines(path, scored.verdicts)


def show(scored: Scored, *, as_json: bool) -> None:
    """Print the scores by difficulty, and what went wrong with the environment."""
    if as_json:
        found = {"dataset": scored.dataset.name, "split": scored.dataset.split, "spoiled": scored.spoiled}
        rules = {"disagreements": [asdict(one) for one in scored.disagreements]} if scored.compared else {}
        print(json.dumps({**found, **scored.card.to_json(), **rules}, indent=2))
        return
    out.print(_table(scored))
    if any(one.only_first or one.only_second for one in scored.disagreements):
        out.print(_differences(scored.disagreements))
    ends = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in scored.card.outcomes.items())
    out.print(f"{scored.card.n} questions: {ends}", markup=False)
    for name, count in scored.spoiled.items():
        err.print(f"warning: {count} questions could not be judged: {name}", markup=False)
    if scored.spoiled:
        err.print("the scores count them as wrong and are not publishable", markup=False)


def spoils(findings: Sequence[Finding]) -> bool:
    """Tell whether a database is missing, so that not every gold was checked."""
    return any(finding.kind == MISSING for finding in findings)


def show_golds(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print what is wrong with gold queries, by kind."""
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
        return
    for kind, meaning in KINDS.items():
        found = [finding for finding in findings if finding.kind == kind]
        out.print(f"{len(found)} {kind}: gold {meaning}", markup=False)
        for db_id, count in Counter(finding.db_id for finding in found if kind == MISSING).items():
            out.print(f"  {db_id}: {count} golds", markup=False)
        for finding in found if kind != MISSING else ():
            detail = f" [{finding.detail}]" if finding.detail else ""
            out.print(f"  {finding.example_id} ({finding.db_id}){detail} {finding.gold}", markup=False)


def _differences(pairs: Sequence[Disagreement]) -> Table:
    """Lay out which questions only one of two rules counts as right."""
    grid = Table(title="where rules differ", title_justify="left", box=None, pad_edge=False)
    for name in ("right under", "wrong under"):
        grid.add_column(name)
    grid.add_column("questions", justify="right")
    grid.add_column("such as")
    for one in pairs:
        for right, wrong, ids in (
            (one.first, one.second, one.only_first),
            (one.second, one.first, one.only_second),
        ):
            if ids:
                grid.add_row(right, wrong, str(len(ids)), ", ".join(ids[:SHOWN]))
    return grid


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
