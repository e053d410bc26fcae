"""``bench score``: predictions made elsewhere, and golds held against themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import DONE, FAILED, AsJson
from bench.errors import ConfigError


def score(
    predictions: Annotated[
        Path | None, typer.Option("--predictions", "-p", help="Somebody's predictions.")
    ] = None,
    dataset: Annotated[str, typer.Option(help="Name of the data set.")] = "spider",
    folder: Annotated[Path | None, typer.Option("--data", help="Folder of the data set.")] = None,
    split: Annotated[str, typer.Option(help="Split that was answered.")] = "dev",
    rule: Annotated[
        list[str] | None, typer.Option("--rule", help="Rule, such as ex.bird; can be given again.")
    ] = None,
    rules: Annotated[str, typer.Option("--rules", help="Rules with commas between them.")] = "",
    gold_check: Annotated[
        bool, typer.Option("--gold-check", help="Hold gold against itself; needs no predictions.")
    ] = False,
    policy: Annotated[str, typer.Option(help="Limits of execution.")] = "standard",
    now: Annotated[str, typer.Option(help="What SQL's clock shows, such as 2026-11-20.")] = "",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that run SQL.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write verdicts as JSONL here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score predictions made elsewhere; no model is involved."""
    from bench import scoring
    from bench.execute.policy import at, named

    limits = at(named(policy, where="--policy"), now, where="--now")
    names = (*(rule or ()), *(name.strip() for name in rules.split(",") if name.strip()))
    if gold_check:
        found = scoring.check_golds(dataset, folder, split, names, policy=limits, workers=workers)
        scoring.show_golds(found, as_json=as_json)
        raise typer.Exit(FAILED if scoring.spoils(found) else DONE)
    if predictions is None:
        raise ConfigError("there is nothing to score", todo="give --predictions FILE, or --gold-check")
    scored = scoring.score_file(predictions, dataset, folder, split, names, policy=limits, workers=workers)
    scoring.show(scored, as_json=as_json)
    if out is not None:
        scoring.write(scored, out)
    raise typer.Exit(FAILED if scored.spoiled else DONE)
