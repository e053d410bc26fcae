"""The verbs of a suite: plan, run, show, publish."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import AsJson, RequireSandbox, choice

if TYPE_CHECKING:
    from bench.plan import Plan

SuiteName = Annotated[str, typer.Argument(metavar="SUITE", help="A suite's file, or its name.")]
StoreFolder = Annotated[
    Path, typer.Option("--store", envvar="BENCH_STORE", help="Folder of results.", show_default=True)
]
Limit = Annotated[int | None, typer.Option(min=1, help="Ask only the first N examples.")]
Cells = Annotated[str | None, typer.Option("--cell", help="Only cells of this name; * stands for anything.")]


def plan(
    suite: SuiteName, store: StoreFolder = Path("runs"), limit: Limit = None, as_json: AsJson = False
) -> None:
    """Say what would run, what is done, what is skipped and why."""
    from bench import report

    planned = bound(suite, store, limit)
    if as_json:
        print(json.dumps(report.plan_json(planned), indent=2))
    else:
        raise typer.Exit(report.print_plan(planned))


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
    require_sandbox: RequireSandbox = False,
) -> None:
    """Run what is not done: fit, predict, judge, score."""
    from bench import provenance, report
    from bench.plan import STAGES
    from bench.runner import CACHES, Options

    planned = bound(suite, store, limit, cell)
    options = Options(
        stage=choice("--stage", stage, STAGES) if stage else None,
        cache=choice("--cache", cache, CACHES),
        jobs=jobs,
        threads=threads,
        launcher=launcher,
        command=provenance.command_line(),
        require_sandbox=require_sandbox,
    )
    raise typer.Exit(report.run(planned, options))


def show(
    suite: SuiteName, store: StoreFolder = Path("runs"), limit: Limit = None, as_json: AsJson = False
) -> None:
    """Print the scores that are in the store."""
    from bench import report

    report.print_scores(bound(suite, store, limit), as_json=as_json)


def publish(
    suite: SuiteName,
    store: StoreFolder = Path("runs"),
    out: Annotated[Path, typer.Option(help="Folder of boards.")] = Path("leaderboards"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if the board is stale.")
    ] = False,
    release: Annotated[
        str, typer.Option(metavar="DAY", help="Keep the board's data under this day, YYYY-MM-DD.")
    ] = "",
    answers: Annotated[
        bool, typer.Option("--answers", help="Give answers and questions pages, whatever the suite says.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Publish even in place of a board that shows more cells.")
    ] = False,
    limit: Limit = None,
) -> None:
    """Render the board of a suite as pages that open from the disk."""
    from bench import report

    planned = bound(suite, store, limit)
    if check:
        raise typer.Exit(report.check_board(planned, out, answers=answers))
    report.publish_board(planned, out, release=release, answers=answers, less=replace)


def bound(suite: str, store: Path, limit: int | None, cells: str | None = None) -> Plan:
    """Read a suite and bind it to a store; imported late, so that help stays quick."""
    from bench.decode import load
    from bench.find import suite_path
    from bench.plan import Plan
    from bench.store import Store

    return Plan(load(suite_path(suite)), Store(store), limit=limit, cells=cells)
