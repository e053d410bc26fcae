"""A suite's result → pages: the board, each cell, each level's answers, each database's questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files

from bench.judge.score import levels_of
from bench.results import SuiteResult
from bench.site import downloads, draw, origin, whisker
from bench.site.board import Board, Sheet, board
from bench.site.charts import charts
from bench.site.crew import Crew
from bench.site.dress import Chart
from bench.site.feed import feed
from bench.site.figures import BLANK, Figure, labels
from bench.site.matrix import matrix
from bench.site.pairs import RATIOS
from bench.site.payload import history, payload, questions
from bench.site.releases import Release
from bench.site.reported import listings
from bench.site.sections import CellSection, QuestionsSection, Section
from bench.site.slips import diagnosed
from bench.site.tags import tags
from bench.site.template import page
from bench.site.text import address, listed

SCRIPTS = (
    "board",
    "stats",
    "figures",
    "results",
    "reading",
    "cells",
    "gains",
    "table",
    "controls",
    "points",
    "lettering",
    "charts",
    "compare",
    "history",
)
ASSETS = ("board.css", *(f"{name}.js" for name in SCRIPTS))
VENDORED = (
    "datatables.net-3.1.5/dataTables.min.js",
    "datatables.net-3.1.5/LICENSE",
    "vega-6.4.0/vega.min.js",
    "vega-6.4.0/LICENSE",
    "vega-lite-6.4.3/vega-lite.min.js",
    "vega-lite-6.4.3/LICENSE",
    "vega-embed-7.3.0/vega-embed.min.js",
    "vega-embed-7.3.0/LICENSE",
    "vega-embed-7.3.0/LICENSE-vega-interpreter",
)
"""What others wrote and a board carries along; ``static/vendor/VENDORED.toml`` has their hashes."""


PAIRS = 12
"""Rows of the table of gains and costs that are shown without being asked for."""


def render(result: SuiteResult, kept: Sequence[Release] = ()) -> Iterator[tuple[str, bytes]]:
    """Render a suite's folder, file by file, so that no more than one page is held.

    Args:
        result: what the board shows.
        kept: its earlier releases.

    Yields:
        The path of each file below the folder, with ``/``, and its bytes.
    """
    arranged = board(result)
    yield from front(arranged, kept)
    for section in explained(Crew(arranged.result), list(sections(arranged))):
        yield from section.pages(arranged.result)


def front(
    arranged: Board, kept: Sequence[Release] = (), *, indexed: bool = False
) -> Iterator[tuple[str, bytes]]:
    """Render what shows all cells together: the board with its charts, comparisons and files."""
    result = arranged.result
    shared = origin.parts(origin.common(cell.provenance for cell in result.cells if not cell.missing))
    drawings = [_charts(sheet, arranged) for sheet in arranged.sheets]
    yield "index.html", _board(arranged, shared, drawings, released=bool(kept), indexed=indexed)
    if kept:
        yield "releases.html", _releases(arranged, kept)
        yield "releases.js", history(arranged, kept)
    for stem, chart in (one for drawn in drawings for one in drawn):
        yield from draw.files(chart, stem)
    yield (
        "compare.html",
        page("compare.html", board=arranged, label=labels(result.metrics)[result.metrics[0]]),
    )
    if any(sheet.done for sheet in arranged.sheets):
        yield "matrix.html", _matrix(arranged)
    yield "reported.html", page("reported.html", result=result, listings=listings())
    yield "data.js", payload(arranged)
    for sheet in arranged.sheets:
        yield f"questions/{address(sheet.name)}.js", questions(sheet)
    yield "results.csv", downloads.table(arranged)
    yield "results.json", downloads.document(arranged)
    yield "citation.bib", downloads.citation(arranged)
    yield from assets()


def render_index(boards: list[dict[str, object]]) -> Iterator[tuple[str, bytes]]:
    """Render the list of boards with what it needs."""
    yield "index.html", page("index.html", boards=boards)
    yield "feed.json", feed(boards)
    for name in ("board.css", "board.js"):
        yield f"assets/{name}", _static(name)


def assets() -> Iterator[tuple[str, bytes]]:
    """Give the style sheet and the scripts that the pages of a board refer to."""
    for name in ASSETS:
        yield f"assets/{name}", _static(name)
    for name in VENDORED:
        yield f"assets/vendor/{name}", _static(f"vendor/{name}")


def _static(name: str) -> bytes:
    content = files("bench.site").joinpath("static", *name.split("/")).read_bytes()
    return content + whisker.style().encode("ascii") if name == "board.css" else content


def _releases(arranged: Board, kept: Sequence[Release]) -> bytes:
    metric = arranged.result.metrics[0]
    label = labels(arranged.result.metrics)[metric]
    return page("releases.html", board=arranged, kept=kept, metric=metric, label=label)


def _matrix(arranged: Board) -> bytes:
    headline = arranged.result.metrics[0]
    return page(
        "matrix.html",
        board=arranged,
        matrices=[matrix(sheet) for sheet in arranged.sheets if sheet.done],
        headline=headline,
        label=labels(arranged.result.metrics)[headline],
    )


def _charts(sheet: Sheet, arranged: Board) -> list[tuple[str, Chart]]:
    """Give the charts of a sheet under the names of their files."""
    metrics = arranged.result.metrics
    found = charts(sheet, arranged.signs, labels(metrics)[metrics[0]], arranged.cards)
    return [(f"{address(sheet.name)}-{chart.name}", chart) for chart in found]


def _board(
    arranged: Board,
    provenance: tuple[origin.Part, ...],
    drawings: list[list[tuple[str, Chart]]],
    *,
    released: bool,
    indexed: bool,
) -> bytes:
    metrics = arranged.result.metrics
    lines = [line for sheet in arranged.sheets for line in sheet.lines]
    return page(
        "board.html",
        board=arranged,
        drawings=drawings,
        released=released,
        indexed=indexed,
        headline=listed(list(labels(metrics).values())),
        headline_label=labels(metrics)[metrics[0]],
        headline_key=metrics[0],
        ratio_names=RATIOS,
        most_pairs=PAIRS,
        provenance=provenance,
        blank=Figure(BLANK),
        known=sum(len(sheet.known) for sheet in arranged.sheets),
        models=dict.fromkeys(line.model for line in lines),
        methods=dict.fromkeys(line.method for line in lines),
        lines=dict.fromkeys(line.name for line in lines if not line.missing),
        levels=dict.fromkeys(level for sheet in arranged.sheets for level in levels_of(sheet.dataset)),
        databases=dict.fromkeys(db for sheet in arranged.sheets for db in sorted(sheet.dataset.schemas)),
        tags=dict.fromkeys(tag for sheet in arranged.sheets for tag in tags(sheet.dataset)),
        columns={column.key: column for sheet in arranged.sheets for column in sheet.columns}.values(),
    )


def sections(arranged: Board) -> Iterator[Section]:
    """List what else is rendered, each by itself."""
    result = arranged.result
    for number, cell in enumerate(result.cells):
        yield CellSection(cell.slug, number, arranged.summaries.get(cell.slug))
    for sheet in arranged.sheets if result.answers else ():
        yield from _questions(sheet, arranged)


def explained(crew: Crew, listed: Sequence[Section]) -> Iterator[Section]:
    """Give the sections, those of cells with what their wrong answers do otherwise."""
    slips = {one.number: one.summary.slips for one in listed if isinstance(one, CellSection) and one.summary}
    found = dict(zip(slips, diagnosed(crew, slips), strict=True))
    for one in listed:
        yield replace(one, differing=found.get(one.number, {})) if isinstance(one, CellSection) else one


def _questions(sheet: Sheet, arranged: Board) -> Iterator[QuestionsSection]:
    found = {
        number: arranged.summaries[cell.slug].ends
        for number, cell in enumerate(arranged.result.cells)
        if cell.dataset_name == sheet.name and not cell.missing
    }
    asked = [example.db_id for example in sheet.dataset.examples]
    for db_id in sorted(set(asked)):
        places = [place for place, one in enumerate(asked) if one == db_id]
        ends = {number: tuple(all_ends[place] for place in places) for number, all_ends in found.items()}
        yield QuestionsSection(sheet.name, db_id, ends)
