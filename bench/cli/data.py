"""``bench data``: look at data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import AsJson

app = typer.Typer(help="Look at data sets.", no_args_is_help=True)


@app.command("list")
def data_list(as_json: AsJson = False) -> None:
    """List the data sets that are known."""
    from bench import census

    census.print_names(as_json=as_json)


@app.command("show")
def data_show(
    name: Annotated[str, typer.Argument(help="Name of the data set.")],
    folder: Annotated[Path | None, typer.Option("--data", help="Folder of the data set.")] = None,
    split: Annotated[str, typer.Option(help="Split to look at.")] = "dev",
    as_json: AsJson = False,
) -> None:
    """Describe a split: counts by difficulty and database, a few examples."""
    from bench import census

    census.print_split(name, folder, split, as_json=as_json)
