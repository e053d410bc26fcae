"""``bench exec``: one query in the sandbox, with its rows, its outcome and its cost."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import AllowUnsafe, AsJson, RequireSandbox
from bench.errors import DONE, FAILED, ConfigError
from bench.values import mark
from bench.words import count

if TYPE_CHECKING:
    from bench.execute import Executor
    from bench.types import Outcome, Scalar


def execute(
    database: Annotated[
        str, typer.Argument(metavar="DB", help="A SQLite file, or an address: postgresql://me@host/db.")
    ],
    sql: Annotated[str, typer.Argument(metavar="SQL", help="The query; - reads it from the input.")],
    policy: Annotated[str, typer.Option(help="Limits: standard, spider or fast.")] = "standard",
    now: Annotated[str, typer.Option(help="What SQL's clock shows, such as 2026-11-20.")] = "",
    rows: Annotated[int, typer.Option(min=1, max=1000, help="Rows shown at most.")] = 10,
    engine: Annotated[
        str,
        typer.Option(
            help="For files: apsw, or stdlib, Python's own, with fewer guarantees.  [default: apsw]"
        ),
    ] = "",
    require_sandbox: RequireSandbox = False,
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Run one query as a benchmark would: read-only, shut in, and counted."""
    from bench.execute import Executor
    from bench.execute.live import Live, is_address
    from bench.execute.policy import at, named

    limits = replace(at(named(policy, where="--policy"), now, where="--now"), preview_rows=rows)
    text = sys.stdin.read() if sql == "-" else sql
    live = Live(database, allow_unsafe=allow_unsafe, where="DB") if is_address(database) else None
    if live and engine:
        raise ConfigError(
            "names a build of SQLite, and this is an address", where="--engine", todo="leave the option out"
        )
    with Executor(
        limits, workers=1, engine=engine or "apsw", require_sandbox=require_sandbox, live=live
    ) as executor:
        outcome = executor.run(Path(database), text)
        if as_json:
            print(json.dumps(_json(outcome, executor), indent=2))
        else:
            _show(outcome, executor, is_open=live is not None and live.is_open)
    raise typer.Exit(DONE if outcome.status == "ok" else FAILED)


def _json(outcome: Outcome, executor: Executor) -> dict[str, object]:
    return {
        "status": outcome.status,
        "detail": outcome.detail,
        "columns": outcome.columns,
        "rows": outcome.rows,
        "preview": [mark(row) for row in outcome.preview],
        "notes": outcome.notes,
        "steps": outcome.steps,
        "engine": executor.engine,
        "policy": executor.policy.name,
        "sandbox": dict(executor.sandbox),
    }


def _show(outcome: Outcome, executor: Executor, *, is_open: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from bench.console import err, out
    from bench.site.text import visible

    if outcome.columns:
        grid = Table(box=None, pad_edge=False, header_style="bold")
        for name in outcome.columns:
            grid.add_column(Text(visible(name)))
        for row in outcome.preview:
            grid.add_row(*[Text(visible(_cell(value))) for value in row])
        out.print(grid)
    shown = len(outcome.preview)
    more = f" ({shown} shown)" if outcome.rows > shown else ""
    counted = f": {count(outcome.rows, 'row')}{more}" if outcome.status == "ok" else ""
    detail = f": {visible(outcome.detail)}" if outcome.detail else ""
    err.print(f"{outcome.status}{counted}{detail}", markup=False)
    for note in outcome.notes:
        err.print(f"note: {note}", markup=False)
    absent = [layer for layer, stands in executor.sandbox.items() if not stands]
    whole = "sandbox, but a worker may read files and connect" if is_open else "whole sandbox"
    walls = f"sandbox without {', '.join(absent)}" if absent else whole
    cost = f"{outcome.steps:,} of {executor.policy.steps:,} steps, " if outcome.steps else ""
    err.print(f"{cost}{executor.engine}, {walls}", markup=False)


def _cell(value: Scalar) -> str:
    if value is None:
        return "NULL"
    return f"x'{value.hex()}'" if isinstance(value, bytes) else str(value)
