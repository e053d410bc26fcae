"""The command line: thin verbs over the engine, which is imported only by the verb that needs it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench import __version__
from bench.errors import BenchError, ConfigError, near

if TYPE_CHECKING:
    from bench.plan import Plan

app = typer.Typer(
    name="bench",
    help="Fit, predict, execute, judge and publish text-to-SQL models, from one suite file.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
data = typer.Typer(help="Look at data sets.", no_args_is_help=True)
app.add_typer(data, name="data")

DONE, FAILED, USAGE, UNMET, INTERRUPTED = 0, 1, 2, 3, 130

SuiteName = Annotated[str, typer.Argument(metavar="SUITE", help="A suite's file, or its name.")]
StoreFolder = Annotated[
    Path, typer.Option("--store", envvar="BENCH_STORE", help="Folder of results.", show_default=True)
]
Limit = Annotated[int | None, typer.Option(min=1, help="Ask only the first N examples.")]
Cells = Annotated[str | None, typer.Option("--cell", help="Only cells of this name; * stands for anything.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Run the command line; a user's mistake is one message and an exit code."""
    try:
        app(standalone_mode=True)
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            more = "; the same command goes on from here" if "run" in sys.argv[1:2] else ""
            print(f"\ninterrupted{more}", file=sys.stderr)
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
    except OSError as error:
        print(f"error: {error.filename or 'system'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(FAILED)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        print(f"text2sql-bench {__version__}")
        raise typer.Exit


@app.command()
def plan(
    suite: SuiteName, store: StoreFolder = Path("runs"), limit: Limit = None, as_json: AsJson = False
) -> None:
    """Say what would run, what is done, what is skipped and why."""
    from bench import report

    planned = _plan(suite, store, limit)
    if as_json:
        print(json.dumps(report.plan_json(planned), indent=2))
    else:
        report.print_plan(planned)


@app.command()
def run(
    suite: SuiteName,
    store: StoreFolder = Path("runs"),
    limit: Limit = None,
    cell: Cells = None,
    stage: Annotated[str | None, typer.Option(help="Stop after fit, predict, judge or score.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Tasks at a time; by default one for each core.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Torch threads of a task; more give other bits.")] = 1,
    cache: Annotated[str, typer.Option(help="use, only, missing or ignore what is there.")] = "use",
    launcher: Annotated[str, typer.Option(help="Where tasks run.")] = "local",
) -> None:
    """Run what is not done: fit, predict, judge, score."""
    from bench import provenance, report
    from bench.plan import STAGES
    from bench.runner import CACHES, Options

    planned = _plan(suite, store, limit, cell)
    options = Options(
        stage=_choice("--stage", stage, STAGES) if stage else None,
        cache=_choice("--cache", cache, CACHES),
        jobs=jobs,
        threads=threads,
        launcher=launcher,
        command=provenance.command_line(),
    )
    raise typer.Exit(report.run(planned, options))


@app.command()
def show(
    suite: SuiteName, store: StoreFolder = Path("runs"), limit: Limit = None, as_json: AsJson = False
) -> None:
    """Print the scores that are in the store."""
    from bench import report

    report.print_scores(_plan(suite, store, limit), as_json=as_json)


@app.command()
def publish(
    suite: SuiteName,
    store: StoreFolder = Path("runs"),
    out: Annotated[Path, typer.Option(help="Folder of boards.")] = Path("leaderboards"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if the board is stale.")
    ] = False,
    limit: Limit = None,
) -> None:
    """Render the board of a suite as pages that open from the disk."""
    from bench import report

    raise typer.Exit(report.publish_board(_plan(suite, store, limit), out, check=check))


@app.command()
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


@data.command("list")
def data_list(as_json: AsJson = False) -> None:
    """List the data sets that are known."""
    from bench import census

    census.print_names(as_json=as_json)


@data.command("show")
def data_show(
    name: Annotated[str, typer.Argument(help="Name of the data set.")],
    folder: Annotated[Path | None, typer.Option("--data", help="Folder of the data set.")] = None,
    split: Annotated[str, typer.Option(help="Split to look at.")] = "dev",
    as_json: AsJson = False,
) -> None:
    """Describe a split: counts by difficulty and database, a few examples."""
    from bench import census

    census.print_split(name, folder, split, as_json=as_json)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what this machine has and what it lacks."""
    from bench import doctor as checks

    raise typer.Exit(checks.examine(as_json=as_json))


def _plan(suite: str, store: Path, limit: int | None, cells: str | None = None) -> Plan:
    """Read a suite and bind it to a store; imported late, so that help stays quick."""
    from bench.decode import load
    from bench.find import suite_path
    from bench.plan import Plan
    from bench.store import Store

    return Plan(load(suite_path(suite)), Store(store), limit=limit, cells=cells)


def _choice(option: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ConfigError(f"unknown value '{value}'", where=option, todo=near(value, known))
    return value


if __name__ == "__main__":
    main()
