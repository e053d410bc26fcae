"""``bench compare``: two rows of a suite's board, question by question."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import AsJson
from bench.cli.suites import Limit, StoreFolder, SuiteName, bound

if TYPE_CHECKING:
    from rich.table import Table

    from bench.site.board import Sheet
    from bench.site.comparison import Comparison, Flip, Square


def compare(
    suite: SuiteName,
    first: Annotated[str, typer.Argument(metavar="A", help="A row, as MODEL/METHOD.")],
    second: Annotated[
        str, typer.Argument(metavar="B", help="The row to hold against A; differences are B minus A.")
    ],
    dataset: Annotated[str | None, typer.Option(help="Only this data set of the suite.")] = None,
    flips: Annotated[int, typer.Option(min=0, help="How many flipped questions to print.")] = 5,
    store: StoreFolder = Path("runs"),
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Hold two rows against each other: where each is right, and which questions flipped."""
    from bench.collect import collect
    from bench.errors import ConfigError, near
    from bench.site.board import board
    from bench.site.comparison import compare as held
    from bench.site.comparison import find

    sheets = {sheet.name: sheet for sheet in board(collect(bound(suite, store, limit))).sheets}
    if dataset is not None and dataset not in sheets:
        raise ConfigError(
            f"no data set is called '{dataset}'", where="--dataset", todo=near(dataset, list(sheets))
        )
    chosen = [sheet for name, sheet in sheets.items() if dataset in (None, name)]
    shared = _sharing(chosen, first, second)
    found = [held(sheet, find(sheet, first), find(sheet, second)) for sheet in shared]
    if as_json:
        print(json.dumps([_plain(one) for one in found], indent=2))
        return
    for one in found:
        _print(one, flips)


def _sharing(sheets: list[Sheet], first: str, second: str) -> list[Sheet]:
    """Choose the data sets that have answers of both rows; a single one is left for ``find`` to judge."""
    from bench.errors import ConfigError, near
    from bench.site.text import listed

    on = {
        name: [sheet for sheet in sheets if name in {line.name for line in sheet.done}]
        for name in (first, second)
    }
    shared = [sheet for sheet in on[first] if sheet in on[second]]
    if shared or len(sheets) == 1:
        return shared or sheets
    names = {line.name for sheet in sheets for line in sheet.done}
    raise ConfigError(
        "no data set has answers of both rows",
        where="--dataset",
        todo="; ".join(
            f"'{name}' is on {listed([sheet.name for sheet in found])}"
            if found
            else f"'{name}': {near(name, names)}"
            for name, found in on.items()
        ),
    )


def _plain(of: Comparison) -> dict[str, object]:
    return {
        "dataset": of.sheet.name,
        "first": of.first.name,
        "second": of.second.name,
        "overall": asdict(of.overall),
        "levels": {name: asdict(square) for name, square in of.levels.items()},
        "databases": {name: asdict(square) for name, square in of.databases.items()},
        "flips": [
            {
                "example": flip.example.id,
                "gained": flip.gained,
                "first": asdict(flip.first),
                "second": asdict(flip.second),
            }
            for flip in of.flips
        ],
    }


def _print(of: Comparison, flips: int) -> None:
    from bench.console import out
    from bench.site.text import visible
    from bench.words import count

    for sentence in _told(of):
        out.print(visible(sentence), markup=False)
    out.print(_table({"all": of.overall, **of.levels}, "difficulty"))
    out.print(_table(of.databases, "database"))
    for flip in of.flips[:flips]:
        _print_flip(flip)
    if len(of.flips) > flips:
        more = count(len(of.flips) - flips, "more question")
        out.print(f"{more} with --flips {len(of.flips)}, or --json", markup=False)
    out.print()


def _told(of: Comparison) -> Iterator[str]:
    """Say who is compared, on what and by which metric, and what came out."""
    from bench.site.figures import bounds
    from bench.site.text import chance, points
    from bench.words import count

    dataset, gains = of.sheet.dataset, of.overall.difference
    made_up = " (synthetic data)" if dataset.synthetic else ""
    yield f"{of.sheet.name}: {of.sheet.title}{made_up}, {count(gains.n, 'question')}"
    seeds = [sum(not cell.missing for cell in line.cells) for line in (of.first, of.second)]
    for name, line, n in zip("AB", (of.first, of.second), seeds, strict=True):
        metric = next(iter(line.marks))
        label = next(column.label for column in of.sheet.columns if column.key == metric)
        yield f"{name}  {line.name}: {label} {line.figures[metric].text} %, {count(n, 'seed')}"
    yield ", ".join([f"B minus A: {points(gains.value)} points", *bounds(gains)])
    better = f"B is better on {gains.only_second}, A on {gains.only_first}"
    flipped = count(len(of.flips), "question flips", "questions flip")
    yield f"{flipped}: {better}; exact McNemar p {chance(gains.p)}"
    if max(seeds) > 1:
        yield "(B is better where it is right in a larger share of its seeds than A is of its own."
        yield " Below, counts are means over all pairs of a seed of A and one of B: they may not be whole.)"


def _table(squares: Mapping[str, Square], what: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    from bench.site.text import amount, points, visible

    grid = Table(box=None, pad_edge=False)
    grid.add_column(what)
    for heading in ("n", "both right", "only A", "only B", "neither", "B minus A"):
        grid.add_column(heading, justify="right")
    for name, one in squares.items():
        counts = (one.difference.n, one.both, one.only_first, one.only_second, one.neither)
        grid.add_row(Text(visible(name)), *map(amount, counts), points(one.difference.value))
    return grid


def _print_flip(flip: Flip) -> None:
    from bench.console import out
    from bench.site.text import visible
    from bench.sql.explain import explain

    example = flip.example
    out.print(visible(f"\n{example.id} ({example.db_id}): {example.question}"), markup=False)
    out.print(visible(f"  gold  {example.gold[0]}"), markup=False)
    for name, answer in (("A", flip.first), ("B", flip.second)):
        out.print(
            visible(f"  {name} {'✓' if answer.right else '✗'}   {answer.sql or 'no SQL'}"), markup=False
        )
        if answer.seeds > 1:
            out.print(
                f"        seed {answer.seed}; right in {answer.right_seeds} of {answer.seeds} seeds",
                markup=False,
            )
        for sentence in explain(example.gold[0], answer.sql) if answer.sql and not answer.right else ():
            out.print(visible(f"        {sentence}"), markup=False)
