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
    from bench.execute.cache import default
    from bench.execute.live import Live, is_address
    from bench.execute.policy import at, named
    from bench.scoring import pages, show
    from bench.scoring.compare import contrast
    from bench.scoring.diagnoses import diagnose
    from bench.scoring.load import Source, files, load
    from bench.scoring.official import birds_gold, birds_predictions, rules_of
    from bench.scoring.score import score_files
    from bench.scoring.tables import GROUPS
    from bench.scoring.write import Outputs, write

    choice("--mode_gt", mode_gt, ("gt",))
    choice("--mode_predict", mode_predict, ("gpt",))
    groups = [choice("--by", kind, GROUPS) for kind in by or ()]
    limits = at(named(policy, where="--policy"), now, where="--now")
    chosen = (*(rule or ()), *(name.strip() for name in rules.split(",") if name.strip()))
    wanted = rules_of(etype, chosen, plug_value=plug_value, keep_distinct=keep_distinct, data_mode=data_mode)
    live = Live(databases, allow_unsafe=allow_unsafe) if databases and is_address(databases) else None
    place = Path(databases) if databases and not live else None
    source = Source(dataset, folder, split, birds_gold(gold, data_mode), place, tables, questions, live)
    paths = (*(predictions or ()), *(more or ()))
    if gold_check:
        if paths or against or live:
            raise ConfigError(
                "looks at gold alone, on SQLite", where="--gold-check", todo="score predictions without it"
            )
        raise typer.Exit(_gold_check(source, wanted, limits, workers, as_json=as_json))
    outputs = Outputs(out, csv, junit, html)
    answers = files(birds_predictions(paths, data_mode))
    outputs.check(len(answers))
    if meta_time_out is not None:
        typer.echo("--meta_time_out is not looked at: queries are limited in steps (--policy)", err=True)
    everything = score_files(
        (*answers, against) if against else answers,
        load(source, wanted),
        wanted,
        limits,
        workers=workers,
        cache=default() if cache else None,
        require_sandbox=require_sandbox,
        live=live,
        constructs="construct" in groups,
    )
    scored, other = everything[: len(answers)], everything[len(answers) :]
    contrasts = [contrast(one, *other) for one in scored] if other else []
    diagnosed = [diagnose(one, workers=workers) for one in scored] if profile else []
    if as_json:
        show.print_json(show.to_json(scored, contrasts, diagnosed, side_by_side=bool(chosen)))
    else:
        official = wanted != chosen
        show.show(scored, contrasts, diagnosed, side_by_side=bool(chosen), official=official, by=groups)
    write(scored, outputs)
    if html:
        # The other file comes first, so that differences on the pages have the sign they have here.
        show.say(pages.write((*other, *scored), html))
    raise typer.Exit(FAILED if any(one.spoiled for one in scored) else DONE)


def _gold_check(
    source: Source, rules: Sequence[str], limits: Policy, workers: int | None, *, as_json: bool
) -> int:
    """Hold every gold against itself, and give the exit code."""
    from bench.scoring.golds import check_golds, show_golds, spoils
    from bench.scoring.load import load

    asked = load(source)
    findings = check_golds(asked, rules, limits, workers=workers)
    show_golds(asked, findings, as_json=as_json)
    return FAILED if spoils(findings) else DONE
