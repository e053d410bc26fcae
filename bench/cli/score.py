"""``bench score``: predictions made elsewhere, and golds held against themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bench.cli import score_options as given
from bench.cli.options import AllowUnsafe, AsJson, RequireSandbox, choice
from bench.errors import DONE, FAILED, ConfigError

if TYPE_CHECKING:
    from bench.execute import Policy
    from bench.scoring.load import Source
    from bench.scoring.report import Report
    from bench.scoring.write import Outputs


def score(
    more: given.Files = None,
    predictions: given.Predictions = None,
    dataset: given.DatasetName = "",
    folder: given.Folder = None,
    split: given.Split = "",
    gold: given.Gold = None,
    databases: given.Databases = None,
    tables: given.Tables = None,
    questions: given.Questions = None,
    etype: given.Kind = "",
    plug_value: given.PlugValue = False,
    keep_distinct: given.KeepDistinct = False,
    data_mode: given.DataMode = "",
    mode_gt: given.ModeOfGold = "gt",
    mode_predict: given.ModeOfPredictions = "gpt",
    meta_time_out: given.TimeOut = None,
    rule: given.Rule = None,
    rules: given.Rules = "",
    against: given.Against = None,
    profile: given.Profile = False,
    by: given.By = None,
    gold_check: given.GoldCheck = False,
    policy: given.PolicyName = "standard",
    now: given.Now = "",
    workers: given.Workers = None,
    cache: given.UseCache = False,
    require_sandbox: RequireSandbox = False,
    allow_unsafe: AllowUnsafe = False,
    out: given.Out = None,
    csv: given.Csv = None,
    junit: given.JUnit = None,
    html: given.Html = None,
    as_json: AsJson = False,
) -> None:
    """Score predictions made elsewhere; no model is involved."""
    from bench.scoring.load import files
    from bench.scoring.official import birds_predictions, rules_of
    from bench.scoring.report import report
    from bench.scoring.tables import GROUPS
    from bench.scoring.write import Outputs

    choice("--mode_gt", mode_gt, ("gt",))
    choice("--mode_predict", mode_predict, ("gpt",))
    groups = [choice("--by", kind, GROUPS) for kind in by or ()]
    limits = _limits(policy, now, meta_time_out)
    chosen = (*(rule or ()), *(name.strip() for name in rules.split(",") if name.strip()))
    wanted = rules_of(etype, chosen, plug_value=plug_value, keep_distinct=keep_distinct, data_mode=data_mode)
    source = _source(dataset, folder, split, gold, databases, tables, questions, data_mode, allow_unsafe)
    paths = birds_predictions((*(predictions or ()), *(more or ())), data_mode)
    if gold_check:
        raise typer.Exit(_gold_check(source, wanted, limits, workers, (*paths, against), as_json=as_json))
    answers, outputs = files(paths), Outputs(out, csv, junit, html)
    outputs.check(len(answers))
    found = report(
        answers,
        against,
        source,
        wanted,
        limits,
        workers=workers,
        cache=cache,
        require_sandbox=require_sandbox,
        constructs="construct" in groups,
        profile=profile,
    )
    _tell(found, groups, side_by_side=bool(chosen), official=wanted != chosen, as_json=as_json)
    _write(found, outputs)
    raise typer.Exit(FAILED if found.spoiled else DONE)


def _limits(policy: str, now: str, seconds: float | None) -> Policy:
    """Look up limits; BIRD's script has seconds, which are not looked at."""
    from bench.execute.policy import at, named

    if seconds is not None:
        typer.echo("--meta_time_out is not looked at: queries are limited in steps (--policy)", err=True)
    return at(named(policy, where="--policy"), now, where="--now")


def _source(
    dataset: str,
    folder: Path | None,
    split: str,
    gold: Path | None,
    databases: str | None,
    tables: Path | None,
    questions: Path | None,
    data_mode: str,
    allow_unsafe: bool,
) -> Source:
    """Say where questions, gold and databases come from; the latter from a folder or an address."""
    from bench.execute.live import Live, is_address
    from bench.scoring.load import Source
    from bench.scoring.official import birds_gold

    live = Live(databases, allow_unsafe=allow_unsafe) if databases and is_address(databases) else None
    place = Path(databases) if databases and not live else None
    return Source(dataset, folder, split, birds_gold(gold, data_mode), place, tables, questions, live)


def _gold_check(
    source: Source,
    rules: Sequence[str],
    limits: Policy,
    workers: int | None,
    others: Sequence[Path | None],
    *,
    as_json: bool,
) -> int:
    """Hold every gold against itself, and give the exit code.

    Raises:
        ConfigError: predictions are given as well, or the databases are not SQLite's.
    """
    from bench.scoring.golds import check_golds, show_golds, spoils
    from bench.scoring.load import load

    if any(others) or source.live:
        raise ConfigError(
            "looks at gold alone, on SQLite", where="--gold-check", todo="score predictions without it"
        )
    asked = load(source)
    findings = check_golds(asked, rules, limits, workers=workers)
    show_golds(asked, findings, as_json=as_json)
    return FAILED if spoils(findings) else DONE


def _tell(found: Report, groups: Sequence[str], *, side_by_side: bool, official: bool, as_json: bool) -> None:
    """Print what was found, for people or for programs."""
    from bench.scoring import show

    if as_json:
        show.print_json(show.to_json(found, side_by_side=side_by_side))
    else:
        show.show(found, side_by_side=side_by_side, official=official, by=groups)


def _write(found: Report, outputs: Outputs) -> None:
    """Write what is asked for beside."""
    from bench.scoring.write import write

    write(found.scored, outputs)
    if outputs.html:
        from bench.scoring import pages, show

        show.say(pages.write(found.paged, outputs.html))
