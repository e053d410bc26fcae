"""``bench data``: install, look at, check and make data sets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from bench.cli.options import AsJson, choice
from bench.errors import DONE, FAILED, ConfigError

app = typer.Typer(help="Install, look at, check and make data sets.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the data set.")]
Folder = Annotated[Path | None, typer.Option("--data", help="Folder of the data set, if not as installed.")]
Partial = Annotated[bool, typer.Option("--partial", help="Install it even if databases are missing.")]

Replace = Annotated[bool, typer.Option("--replace", help="Install it even in place of more than it holds.")]


@app.command("list")
def data_list(
    sources: Annotated[bool, typer.Option("--sources", help="Say where each is had, as Markdown.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the data sets that are known and those that are installed."""
    from bench.census import listing

    if sources:
        listing.print_sources()
    else:
        listing.print_names(as_json=as_json)


@app.command("show")
def data_show(
    name: Name,
    folder: Folder = None,
    split: Annotated[str, typer.Option(help="Split to look at.")] = "dev",
    as_json: AsJson = False,
) -> None:
    """Describe a split: counts by difficulty, database and construct, a few examples."""
    from bench.census import listing

    listing.print_split(name, folder, split, as_json=as_json)


@app.command("add")
def data_add(
    name: Name,
    source: Annotated[Path, typer.Option("--from", help="Folder, archive or JSONL file.")],
    kind: Annotated[str | None, typer.Option("--as", help="Adapter that reads it, for a new name.")] = None,
    partial: Partial = False,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Install what you have of a data set, so that suites and scores find it by name."""
    from bench.census import listing
    from bench.sets.add import add

    added = add(name, source, kind=kind, partial=partial, replace=replace)
    listing.print_added(added, as_json=as_json)


@app.command("fetch")
def data_fetch(
    name: Name,
    accept: Annotated[bool, typer.Option("--accept", help="Accept the licence without being asked.")] = False,
    partial: Partial = False,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Download a data set from its official place, check it and install it."""
    from bench.census import listing
    from bench.sets.fetch import fetch, offer

    offered = offer(name)
    if not offered.accepted:
        listing.print_offer(offered)
        if not accept and not _agreed():
            raise ConfigError(
                "the licence was not accepted, so nothing was downloaded",
                where=f"data set '{name}'",
                todo=f"read it, then: bench data fetch {name} --accept",
            )
        offered.accept()
    with listing.downloading() as tell:
        added = fetch(offered, missing=partial, instead=replace, tell=tell)
    listing.print_added(added, as_json=as_json)


def _agreed() -> bool:
    """Ask on a terminal; elsewhere nobody can agree."""
    return sys.stdin.isatty() and typer.confirm("Do you accept this licence?")


@app.command("check")
def data_check(
    name: Name,
    folder: Folder = None,
    split: Annotated[str, typer.Option(help="Split to check.")] = "dev",
    against: Annotated[
        list[str] | None, typer.Option("--against", help="NAME, NAME:SPLIT or a text file to look for it in.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that run SQL.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the report as Markdown here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check golds, schemas, duplicates and contamination; no model is involved."""
    from bench.census import page
    from bench.census.audit import audit
    from bench.sets import opened
    from bench.store import write_text

    found = audit(opened(name, folder), split, against or (), workers=workers)
    print(page.as_json(found) if as_json else "\n".join(page.summary(found)))
    if out is not None:
        root = " --data DIR" if folder else ""
        more = "".join(f" --against {one}" for one in against or ())
        write_text(
            out, page.markdown(found, f"bench data check {name}{root} --split {split}{more} --out {out}")
        )
    raise typer.Exit(FAILED if found.unchecked else DONE)


@app.command("port")
def data_port(
    name: Name,
    to: Annotated[str, typer.Option("--to", help="duckdb, postgres or mysql; or an address with {db_id}.")],
    folder: Folder = None,
    split: Annotated[str, typer.Option(help="Split whose databases are copied.")] = "dev",
    sql: Annotated[str, typer.Option("--sql", help="keep, or transpile: gold too, by sqlglot.")] = "keep",
    reader: Annotated[str, typer.Option(help="Account that may read the copies.")] = "bench",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that run SQL.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the transpiled golds as JSONL here.")] = None,
) -> None:
    """Copy the databases of a data set to another engine, and see which golds keep their result."""
    from bench import port
    from bench.sets import opened

    choice("--sql", sql, ("keep", "transpile"))
    live, dataset = port.target(to), opened(name, folder).load(split)
    copied = port.copy(dataset, live, reader)
    ported = port.golds(dataset, live, workers=workers) if sql == "transpile" else None
    port.show(copied, live, ported)
    if out is not None and ported is not None:
        port.write(out, ported)


@app.command("new")
def data_new(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    sources: Annotated[
        list[str],
        typer.Option(
            "--from",
            help="SQLite or DuckDB file, CSV file or folder of them, or address: postgresql://me@host/db.",
        ),
    ],
    name: Annotated[str, typer.Option(help="Name of the set; that of the folder unless given.")] = "",
) -> None:
    """Make a data set of your own from a live database or from CSV files."""
    from bench.census import listing
    from bench.registry import find

    made = cast("Any", find("datasets", "jsonl")).scaffold(folder, sources, name)
    listing.print_made(folder, made)
