"""Commands: what to type for a cell or a board again, in the folder where it was made.

They stand on pages that everybody may read. A path outside of that folder would tell of one machine alone,
so that only its last part is shown.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from bench.find import suites
from bench.plan import Plan
from bench.suite import Cell, Suite

STORE, BOARDS = Path("runs"), Path("leaderboards")
"""Where results and boards lie unless another folder is named."""


def run(plan: Plan, cell: Cell) -> str:
    """Give the command that runs a cell."""
    return _command("run", plan, "--cell", cell.slug)


def publish(plan: Plan, folder: Path = BOARDS, *, answers: bool = False) -> str:
    """Give the command that renders a suite's board into ``folder``."""
    return _command("publish", plan, *_option("--out", folder, BOARDS), *["--answers"] * answers)


def _command(verb: str, plan: Plan, *more: str) -> str:
    limit = [] if plan.limit is None else ["--limit", str(plan.limit)]
    return shlex.join(
        ["bench", verb, _suite(plan.suite), *_option("--store", plan.store.root, STORE), *limit, *more]
    )


def _suite(suite: Suite) -> str:
    """Name a suite by its file, or as one of those that are found by name."""
    path = suite.folder / f"{suite.name}.toml"
    shown = _here(path)
    return suite.name if shown.startswith("...") and suites().get(suite.name) == path else shown


def _option(name: str, folder: Path, usual: Path) -> list[str]:
    shown = _here(folder)
    return [] if shown == str(usual) else [name, shown]


def _here(path: Path) -> str:
    """Write a path from the folder that the command runs in."""
    if path.is_absolute():
        inside = path.is_relative_to(Path.cwd())
        return path.relative_to(Path.cwd()).as_posix() if inside else f".../{path.name}"
    return path.as_posix()
