"""Listing: the data sets that are known, and what one of them holds, for people who want to look first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from rich.progress import Progress, TaskID
from rich.table import Table

from bench.console import err, out
from bench.judge.rate import rated
from bench.judge.score import level_of, levels_of
from bench.registry import find, names
from bench.sets import opened
from bench.sets.add import Added
from bench.sets.fetch import Offer
from bench.sets.shelf import everything
from bench.sets.source import Source
from bench.sql.constructs import AXES, bucket
from bench.types import Dataset, Report
from bench.words import count, size, some

SPLITS = 4
"""Splits of a data set that a listing names."""

ALMOST = 0.8
"""How much a name of the user's own resembles a known one before it looks like a slip."""


def print_names(*, as_json: bool) -> None:
    """List the data sets that adapters bring or the user installed, and where they lie."""
    mine = {one.name: one for one in everything()}
    rows = [
        {
            "name": name,
            "title": kind.title if name in names("datasets") else f"yours, read as {mine[name].adapter}",
            "licence": kind.licence,
            "splits": list(kind.splits),
            "synthetic": kind.synthetic,
            "installed": str(mine[name].folder) if name in mine else None,
            "content": mine[name].content if name in mine else None,
        }
        for name in sorted({*names("datasets"), *mine})
        for kind in (cast("Any", find("datasets", mine[name].adapter if name in mine else name)),)
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    grid = Table(box=None, pad_edge=False)
    for head in ("name", "", "title", "splits", "licence"):
        grid.add_column(head)
    for row in rows:
        more = ", …" if len(row["splits"]) > SPLITS else ""
        state = "installed" if row["installed"] else "embedded" if row["synthetic"] else ""
        grid.add_row(
            row["name"], state, row["title"], ", ".join(row["splits"][:SPLITS]) + more, row["licence"]
        )
    out.print(grid)


def print_split(name: str, folder: Path | None, split: str, *, as_json: bool) -> None:
    """Describe one split."""
    dataset = rated(opened(name, folder).load(split))
    levels = Counter(level_of(example) for example in dataset.examples)
    facts = {
        "name": dataset.name,
        "split": dataset.split,
        "title": dataset.title,
        "licence": dataset.licence,
        "synthetic": dataset.synthetic,
        "dialect": dataset.dialect,
        "examples": len(dataset.examples),
        "levels": {level: levels[level] for level in levels_of(dataset)},
        "levels from": dataset.levels_from or "the data set itself",
        "databases": dict(sorted(Counter(example.db_id for example in dataset.examples).items())),
        "constructs": _constructs(dataset),
        "rules": list(dataset.rules),
        "fingerprint": dataset.fingerprint,
    }
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    for key, value in facts.items():
        if key != "constructs":
            out.print(f"{key:12} {_said(value)}", markup=False)
    out.print("\nquestions by how often their gold has a construct", markup=False)
    for axis, buckets in _constructs(dataset).items():
        out.print(f"  {axis:14} {_said(buckets)}", markup=False)
    for example in dataset.examples[:3]:
        out.print(f"\n{example.id} ({example.db_id}, {level_of(example)})", markup=False)
        out.print(f"  {example.question}\n  {example.gold[0]}", markup=False)


def print_added(added: Added, *, as_json: bool) -> None:
    """Say what was installed."""
    entry = added.entry
    if as_json:
        facts = {"folder": str(entry.folder), "splits": added.splits, "missing": added.missing}
        print(json.dumps({**asdict(entry), **facts}, indent=2))
        return
    splits = ", ".join(f"{split} {number:,}" for split, number in added.splits.items())
    out.print(
        f"installed {entry.name}: {splits}; {count(entry.files, 'file')}, {size(entry.size)}", markup=False
    )
    out.print(f"content   {entry.content}\nfolder    {entry.folder}", markup=False)
    if entry.adapter != entry.name:
        close = get_close_matches(entry.name, names("datasets"), n=1, cutoff=ALMOST)
        meant = f"; did you mean '{close[0]}'?" if close else ""
        own = f"for '{entry.name}' is a name of your own"
        out.print(f"read as   {entry.adapter}, {own}{meant}", markup=False)
    if added.missing:
        lacks = count(len(added.missing), "database")
        out.print(f"missing   {lacks}, not judged: {some(added.missing)}", markup=False)
    first = next(iter(added.splits))
    out.print(f"look at it: bench data show {entry.name} --split {first}", markup=False)


def print_made(folder: Path, splits: Mapping[str, int]) -> None:
    """Say what was made, and what to do next."""
    begun = ", ".join(f"{split}.jsonl with {count(number, 'question')}" for split, number in splits.items())
    out.print(f"made {folder}: {begun} to begin with, database/, set.toml", markup=False)
    out.print(
        "next: write your own questions into these files, a line each, then\n"
        f"  bench data check jsonl --data {folder}\n"
        f"  bench score --dataset jsonl --data {folder} --predictions FILE",
        markup=False,
    )


def print_offer(offer: Offer) -> None:
    """Show what would be downloaded, and under which licence."""
    out.print(f"{offer.title}\n  licence  {offer.licence}\n  page     {offer.page}", markup=False)
    for source in offer.sources:
        out.print(f"  file     {source.url}\n           {checked(source)}", markup=False)


def print_sources() -> None:
    """Print where every data set is had, under which licence, and what its files must be, as Markdown."""
    print("| data set | licence | place | files that are fetched |\n|---|---|---|---|")
    for name in names("datasets"):
        kind = cast("Any", find("datasets", name))
        page, sources = getattr(kind, "page", ""), getattr(kind, "sources", ())
        if page:
            files = "<br>".join(f"`{source.url}`: {checked(source)}" for source in sources)
            print(f"| `{name}` | {kind.licence} | {page} | {files or 'none: `bench data add`'} |")


def checked(source: Source) -> str:
    """Say by what the file of a source is checked."""
    return f"sha256 {source.sha256}" if source.sha256 else "sha256 as the hub states it"


@contextmanager
def downloading() -> Iterator[Report]:
    """Give a report that shows a bar for each file on a terminal, and nothing in a pipe."""
    with Progress(console=err, disable=not err.is_terminal) as progress:
        bars: dict[str, TaskID] = {}

        def tell(done: int, total: int, url: str) -> None:
            if url not in bars:
                bars[url] = progress.add_task(url.rpartition("/")[2][:40], total=total or None)
            progress.update(bars[url], completed=done)

        yield tell


def _constructs(dataset: Dataset) -> dict[str, dict[str, int]]:
    """Count examples by what their first gold is made of."""
    golds = [example.gold[0] for example in dataset.examples]
    counts = {axis: Counter(bucket(gold, axis, dataset.dialect) for gold in golds) for axis in AXES}
    return {axis: dict(sorted(count.items())) for axis, count in counts.items()}


def _said(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{one} {count}" for one, count in value.items())
    return ", ".join(value) if isinstance(value, list) else value
