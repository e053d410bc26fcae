"""Report: what the verbs say on the terminal about a plan, a run and its scores."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path

from rich.table import Table

from bench import commands
from bench.collect import collect
from bench.console import err, out, watching
from bench.errors import DONE, FAILED, UNMET, ConfigError, DataError, UnscoredError
from bench.expect import Finding, check
from bench.judge.score import score
from bench.plan import Plan
from bench.preview import Preview, preview, refuse_early
from bench.results import SuiteResult
from bench.runner import Options, Outcomes, tasks
from bench.runner import run as run_tasks
from bench.site import board, index, publish, table
from bench.site.releases import keep
from bench.words import count, duration, number, size, some


def print_plan(plan: Plan) -> int:
    """Print each cell with what is left to do, what is skipped and why, and what a run would refuse.

    Gives the exit code: that of such a run, if it would refuse.
    """
    seen = preview(plan)
    grid = Table(title=plan.suite.title, title_justify="left", box=None, pad_edge=False)
    for heading in ("cell", "method", "questions", "steps", "weights", "memory", "time", "state"):
        grid.add_column(heading, justify="left" if heading in ("cell", "method", "state") else "right")
    for ahead in seen.cells:
        weights = "not here" if ahead.source else size(ahead.weights)
        needs = (
            (size(ahead.estimate.memory), duration(ahead.estimate.seconds)) if ahead.estimate else ("", "")
        )
        numbers = (number(ahead.questions), number(ahead.steps), weights, *needs)
        grid.add_row(ahead.cell.slug, ahead.method, *numbers, ahead.state)
    out.print(grid)
    for cell in plan.suite.all_cells():
        reason = plan.suite.skip_reason(cell)
        if reason:
            out.print(f"skipped {cell.slug}: {reason}", markup=False)
    for what, slugs in seen.missing.items():
        out.print(f"missing for {count(len(slugs), 'cell')}: {what}", markup=False)
    if away := sorted({ahead.source for ahead in seen.cells if ahead.source}):
        out.print(f"these are not here, and will be fetched: {', '.join(away)}", markup=False)
    _print_costs(seen)
    if seen.missing:
        out.print("what this costs is unknown until then", markup=False)
    else:
        todo = tasks(plan, Options())
        out.print(f"{count(len(todo), 'task')} to run" if todo else "everything is done", markup=False)
    return _print_refusals(seen)


def _print_refusals(seen: Preview) -> int:
    """Say each reason why a run would not begin on this device, and give its exit code."""
    refused = {str(ahead.refused): ahead.refused for ahead in seen.cells if ahead.refused}
    for said in refused:
        err.print(f"error: {said}", markup=False)
    return max((error.exit_code for error in refused.values()), default=DONE)


def _print_costs(seen: Preview) -> None:
    """Say what the fits need in all, what does not fit, and what is unknown."""
    known = [ahead for ahead in seen.cells if ahead.estimate]
    if known:
        from bench.train.probe import measure

        machine, fits = measure(), {ahead.bound.fit: ahead for ahead in known if ahead.bound}
        whole = duration(sum(ahead.estimate.seconds for ahead in fits.values() if ahead.estimate))
        out.print(
            f"training: about {whole} for {count(len(fits), 'fit')} one after the other, on this device"
            f" ({machine.name}, {size(machine.memory)} free); memory is right within a quarter, time within a"
            " factor of two or three, and writing answers is not counted",
            markup=False,
        )
        for ahead in fits.values():
            if ahead.estimate and ahead.estimate.memory > machine.memory:
                out.print(
                    f"will not fit: {ahead.cell.slug} needs {size(ahead.estimate.memory)}", markup=False
                )
        told = {ahead.source for ahead in known if ahead.source}
        if told:
            out.print(
                f"estimated from the published configuration, for the weights are not here: "
                f"{', '.join(sorted(told))}",
                markup=False,
            )
    dark = [a.cell.slug for a in seen.cells if a.steps and not a.estimate and a.state.startswith("to fit")]
    if dark:
        named = ", ".join(dark[:3]) + (", ..." if len(dark) > 3 else "")
        out.print(
            f"memory and time of {count(len(dark), 'fit')} not known: {named}; the settings of its model or "
            "teacher are neither here nor known (bench/train/published.toml): plan again where the hub can "
            "be reached, or name a folder that holds its config.json and weights",
            markup=False,
        )


def plan_json(plan: Plan) -> dict[str, object]:
    """Give the plan as JSON values."""
    seen = preview(plan)
    return {
        "suite": plan.suite.name,
        "cells": [
            {
                "cell": ahead.cell.slug,
                "method": ahead.method,
                "questions": ahead.questions,
                "steps": ahead.steps,
                "weights": ahead.weights,
                "estimate": {**asdict(ahead.estimate), "memory": ahead.estimate.memory}
                if ahead.estimate
                else None,
                "refused": str(ahead.refused) if ahead.refused else None,
                "state": ahead.state,
                "fit": str(ahead.bound.fit) if ahead.bound and ahead.bound.fit else None,
                "predictions": str(ahead.bound.predictions) if ahead.bound else None,
                "judged": str(ahead.bound.judged) if ahead.bound else None,
            }
            for ahead in seen.cells
        ],
        "missing": [{"what": what, "cells": slugs} for what, slugs in seen.missing.items()],
        "skipped": [
            {"cell": cell.slug, "reason": reason}
            for cell in plan.suite.all_cells()
            if (reason := plan.suite.skip_reason(cell))
        ],
        "tasks": [] if seen.missing else [task.name for task in tasks(plan, Options())],
    }


def run(plan: Plan, options: Options) -> int:
    """Run what is not done, print the table and the expectations, and give the exit code."""
    begun = time.monotonic()
    todo = tasks(plan, options)
    fared = Outcomes()
    if any("fit" in task.stages for task in todo):
        refuse_early(plan)
    if todo:
        with watching(len(todo)) as listen:
            fared = run_tasks(plan, options, todo, listen)
    result = collect(plan)
    _print_table(result)
    seconds = time.monotonic() - begun
    what = count(len(todo), "task") if todo else "everything was done already"
    out.print(f"{what}, {seconds:.1f} s; results in {plan.store.root}", markup=False)
    if fared.failed or fared.dropped:
        _print_failures(fared)
        return FAILED
    if options.stage not in (None, "score"):
        return DONE
    return _print_findings(check(plan.suite, result))


def print_scores(plan: Plan, *, as_json: bool) -> None:
    """Print the scores that are in the store."""
    result = collect(plan)
    if not as_json:
        _print_table(result)
        return
    cells = [
        {"cell": cell.slug, "missing": cell.missing}
        if cell.missing
        else {"cell": cell.slug, **score(cell.dataset, cell.verdicts, result.metrics).to_json()}
        for cell in result.cells
    ]
    print(json.dumps({"suite": result.name, "title": result.title, "cells": cells}, indent=2))


def publish_board(plan: Plan, folder: Path, *, release: str, answers: bool, less: bool) -> None:
    """Render a suite's board into ``folder``.

    Args:
        plan: the suite and its store.
        folder: where boards lie.
        release: the day under which its data are kept as well, or nothing.
        answers: whether it gets the pages of answers and questions that its suite leaves out.
        less: whether it may take the place of a board that shows cells which this store has not.

    Raises:
        UnscoredError: there is nothing to show.
        ConfigError: it would show less, and nobody said that it may.
    """
    result, home = _shown(plan, folder, answers=answers), folder / plan.suite.name
    if not less and (lost := publish.lost(result, home)):
        raise ConfigError(
            f"shows {count(len(lost), 'cell')} that would then be not run: {some(lost, 3)}",
            where=str(home),
            todo=f"name the store that has them (this is {plan.store.root}): --store DIR; or run them; "
            "or let the board show less: --replace",
        )
    kept = keep(board.board(result), home, release) if release else []
    written = [*kept, *publish.publish(result, home, indexed=True), *index.write_index(folder)]
    out.print(f"{count(len(written), 'file')} written", markup=False)
    out.print(str((home / "index.html").resolve()), markup=False)


def check_board(plan: Plan, folder: Path, *, answers: bool) -> int:
    """Say which pages of a suite's board are stale, and give the exit code."""
    stale = publish.check(_shown(plan, folder, answers=answers), folder / plan.suite.name, indexed=True)
    for name in stale:
        out.print(f"stale: {name}", markup=False)
    told = f"{count(len(stale), 'file is', 'files are')} stale" if stale else "the board is as it should be"
    out.print(told, markup=False)
    return FAILED if stale else DONE


def _shown(plan: Plan, folder: Path, *, answers: bool) -> SuiteResult:
    """Gather what a board shows, with the command that renders it again."""
    try:
        result = collect(plan)
    except DataError as error:
        raise UnscoredError(error.what, where=error.where, todo=error.todo) from error
    if all(cell.missing for cell in result.cells):
        raise UnscoredError(
            f"none of the {count(len(result.cells), 'cell')} of '{result.name}' has a score",
            where=str(plan.store.root),
            todo=f"bench run {result.name}, or name another store: --store DIR",
        )
    more = answers and not result.answers
    command = commands.publish(plan, folder, answers=more)
    return replace(result, answers=answers or result.answers, command=command)


def _print_table(result: SuiteResult) -> None:
    out.print(table.render(board.board(result), out.width))


def _print_failures(fared: Outcomes) -> None:
    for name, why in fared.failed.items():
        err.print(f"failed: {name}: {why}", markup=False, style="red")
    for name, why in fared.dropped.items():
        err.print(f"not run: {name}: {why}", markup=False)
    err.print("the same command tries them again; what is done is kept", markup=False)


def _print_findings(findings: list[Finding]) -> int:
    for finding in findings:
        mark = "met" if finding.met else "NOT MET"
        out.print(f"expected {finding.text}: {mark} ({finding.detail})", markup=False)
    return DONE if all(finding.met for finding in findings) else UNMET
