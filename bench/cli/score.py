"""``bench score``: predictions made elsewhere, and golds held against themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import AllowUnsafe, AsJson, RequireSandbox, choice
from bench.errors import DONE, FAILED, ConfigError

if TYPE_CHECKING:
    from bench.execute import Policy
    from bench.types import Dataset


def score(
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", show_default=False)] = None,
    predictions: Annotated[
        list[Path] | None,
        typer.Option(
            "-p",
            "--predictions",
            "--pred",
            "--predicted_sql_path",
            help="Somebody's predictions: a file, a folder of files, or a pattern; can be given again.",
        ),
    ] = None,
    dataset: Annotated[str, typer.Option(help="Name of the data set.")] = "spider",
    folder: Annotated[Path | None, typer.Option("--data", help="Folder of the data set.")] = None,
    split: Annotated[str, typer.Option(help="Split that was answered.")] = "dev",
    gold: Annotated[
        Path | None,
        typer.Option("--gold", "--ground_truth_path", help="File of gold queries, in place of a data set."),
    ] = None,
    databases: Annotated[
        str | None,
        typer.Option(
            "--db",
            "--db_root_path",
            help="Folder of its SQLite databases; or of any set, an address: postgresql://me@host/{db_id}.",
        ),
    ] = None,
    tables: Annotated[
        Path | None, typer.Option("--table", help="Its tables.json; by default read off the databases.")
    ] = None,
    questions: Annotated[
        Path | None,
        typer.Option("--diff_json", "--diff_json_path", help="Its questions with difficulty, as BIRD's."),
    ] = None,
    etype: Annotated[
        str, typer.Option(help="exec, match or all: the rules and the table of the test-suite script.")
    ] = "",
    plug_value: Annotated[
        bool, typer.Option("--plug_value", help="As the test-suite script: plug gold values in.")
    ] = False,
    keep_distinct: Annotated[
        bool, typer.Option("--keep_distinct", help="As the test-suite script: keep DISTINCT.")
    ] = False,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", help="Rule, such as ex.bird; can be given again.")
    ] = None,
    rules: Annotated[
        str, typer.Option("--rules", help="Rules with commas between them, compared with one another.")
    ] = "",
    against: Annotated[
        Path | None, typer.Option(help="Other predictions, to be paired with question by question.")
    ] = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Count what wrong answers do otherwise than gold.")
    ] = False,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Show scores by difficulty, database or construct too.")
    ] = None,
    gold_check: Annotated[
        bool, typer.Option("--gold-check", help="Hold gold against itself; needs no predictions.")
    ] = False,
    policy: Annotated[str, typer.Option(help="Limits of execution: standard, spider or fast.")] = "standard",
    now: Annotated[str, typer.Option(help="What SQL's clock shows, such as 2026-11-20.")] = "",
    workers: Annotated[
        int | None, typer.Option("--workers", "--num_cpus", min=1, help="Processes that run SQL.")
    ] = None,
    cache: Annotated[
        bool, typer.Option("--cache", help="Remember verdicts in your cache folder, and use those there.")
    ] = False,
    require_sandbox: RequireSandbox = False,
    allow_unsafe: AllowUnsafe = False,
    out: Annotated[Path | None, typer.Option(help="Write verdicts as JSONL here.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write a row for each question here.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write a test case for each question here.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Folder for pages that show each question, --against too.")
    ] = None,
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
    from bench.scoring.official import rules_of
    from bench.scoring.score import score_files
    from bench.scoring.tables import GROUPS
    from bench.scoring.write import Outputs, write

    limits = at(named(policy, where="--policy"), now, where="--now")
    chosen = (*(rule or ()), *(name.strip() for name in rules.split(",") if name.strip()))
    wanted = rules_of(etype, chosen, plug_value=plug_value, keep_distinct=keep_distinct)
    groups = [choice("--by", kind, GROUPS) for kind in by or ()]
    given = (*(predictions or ()), *(more or ()))
    live = Live(databases, allow_unsafe=allow_unsafe) if databases and is_address(databases) else None
    place = Path(databases) if databases and not live else None
    source = Source(dataset, folder, split, gold, place, tables, questions, live)
    if gold_check:
        if given or against or live:
            raise ConfigError(
                "looks at gold alone, on SQLite", where="--gold-check", todo="score predictions without it"
            )
        raise typer.Exit(_gold_check(load(source), wanted, limits, workers, as_json=as_json))
    outputs = Outputs(out, csv, junit, html)
    answers = files(given)
    outputs.check(len(answers))
    others = (against,) if against else ()
    kept = default() if cache else None
    scored = score_files(
        (*answers, *others),
        load(source, wanted),
        wanted,
        limits,
        workers=workers,
        cache=kept,
        require_sandbox=require_sandbox,
        live=live,
        constructs="construct" in groups,
    )
    everything, scored = scored, scored[: len(answers)]
    contrasts = [contrast(one, everything[-1]) for one in scored] if against else []
    diagnosed = [diagnose(one, workers=workers) for one in scored] if profile else []
    if as_json:
        show.print_json(show.to_json(scored, contrasts, diagnosed, side_by_side=bool(chosen)))
    else:
        official = wanted != chosen
        show.show(scored, contrasts, diagnosed, side_by_side=bool(chosen), official=official, by=groups)
    write(scored, outputs)
    if html:
        # The other file comes first, so that differences on the pages have the sign they have here.
        show.say(pages.write((*everything[len(scored) :], *scored), html))
    raise typer.Exit(FAILED if scored[0].spoiled else DONE)


def _gold_check(
    asked: Dataset, rules: Sequence[str], limits: Policy, workers: int | None, *, as_json: bool
) -> int:
    """Hold every gold against itself, and give the exit code."""
    from bench.scoring.golds import check_golds, show_golds, spoils

    findings = check_golds(asked, rules, limits, workers=workers)
    show_golds(asked, findings, as_json=as_json)
    return FAILED if spoils(findings) else DONE
