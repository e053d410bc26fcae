"""A suite's result → pages: the board, each cell, each level's answers, each database's questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files

from bench.judge.score import levels_of
from bench.results import CellResult, SuiteResult
from bench.site import downloads, draw, drill, origin
from bench.site.badge import badge
from bench.site.board import Board, Sheet, board
from bench.site.charts import charts
from bench.site.dress import Chart
from bench.site.facts import costs, curve
from bench.site.figures import BLANK, Figure, labels, proportion
from bench.site.kinds import constructs, errors
from bench.site.pairs import RATIOS
from bench.site.payload import payload, questions, statements
from bench.site.reported import listings
from bench.site.template import page
from bench.site.text import address
from bench.types import Schema

ASSETS = ("board.css", "board.js", "stats.js", "table.js", "compare.js", "charts.js")
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


def render(result: SuiteResult) -> Iterator[tuple[str, bytes]]:
    """Render a suite's folder, file by file, so that no more than one page is held.

    Yields:
        The path of each file below the folder, with ``/``, and its bytes.
    """
    arranged = board(result)
    result = arranged.result
    shared = origin.parts(origin.common(cell.provenance for cell in result.cells if not cell.missing))
    drawings = [_charts(sheet, arranged) for sheet in arranged.sheets]
    yield "index.html", _board(arranged, shared, drawings)
    for stem, chart in (one for drawn in drawings for one in drawn):
        yield from draw.files(chart, stem)
    yield (
        "compare.html",
        page("compare.html", board=arranged, label=labels(result.metrics)[result.metrics[0]]),
    )
    yield "reported.html", page("reported.html", result=result, listings=listings())
    yield "data.js", payload(arranged)
    for sheet in arranged.sheets:
        yield f"questions/{address(sheet.name)}.js", questions(sheet)
        for line in sheet.done:
            yield f"{drill.cell_home(line.cells[0])}.js", statements(line, linked=result.answers)
    yield "results.csv", downloads.table(arranged)
    yield "results.json", downloads.document(arranged)
    yield "citation.bib", downloads.citation(arranged)
    yield from assets()
    if result.answers:
        yield from _drilled(arranged)


def _drilled(arranged: Board) -> Iterator[tuple[str, bytes]]:
    """Render what lies below the board: every cell, its answers, and every question."""
    result = arranged.result
    for cell in result.cells:
        yield f"{drill.cell_home(cell)}.html", _cell(cell, arranged)
        if not cell.missing:
            yield from _answers(cell, result)
            yield f"{drill.cell_home(cell)}/verdicts.jsonl", downloads.verdicts(cell, result.metrics)
            yield f"{drill.cell_home(cell)}/badge.svg", _badge(cell, arranged)
    for sheet in arranged.sheets:
        yield from _questions(sheet, result)


def render_index(boards: list[dict[str, object]]) -> Iterator[tuple[str, bytes]]:
    """Render the list of boards with what it needs."""
    yield "index.html", page("index.html", boards=boards)
    for name in ("board.css", "board.js"):
        yield f"assets/{name}", _static(name)


def assets() -> Iterator[tuple[str, bytes]]:
    """Give the style sheet and the scripts that the pages of a board refer to."""
    for name in ASSETS:
        yield f"assets/{name}", _static(name)
    for name in VENDORED:
        yield f"assets/vendor/{name}", _static(f"vendor/{name}")


def _static(name: str) -> bytes:
    return files("bench.site").joinpath("static", *name.split("/")).read_bytes()


def _charts(sheet: Sheet, arranged: Board) -> list[tuple[str, Chart]]:
    """Give the charts of a sheet under the names of their files."""
    metrics = arranged.result.metrics
    found = charts(sheet, arranged.signs, labels(metrics)[metrics[0]], arranged.cards)
    return [(f"{address(sheet.name)}-{chart.name}", chart) for chart in found]


def _board(
    arranged: Board, provenance: tuple[origin.Part, ...], drawings: list[list[tuple[str, Chart]]]
) -> bytes:
    metrics = arranged.result.metrics
    lines = [line for sheet in arranged.sheets for line in sheet.lines]
    return page(
        "board.html",
        board=arranged,
        drawings=drawings,
        headline=" and ".join(labels(metrics).values()),
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
        columns={column.key: column for sheet in arranged.sheets for column in sheet.columns}.values(),
    )


def _cell(cell: CellResult, arranged: Board) -> bytes:
    result, card = arranged.result, arranged.cards.get(cell.slug)
    parts = list(card.metrics.values()) if card else []
    leaves = _leaf_links(cell)
    levels = [
        (level, leaves[level], [proportion(part.levels[level]) for part in parts])
        for level in (parts[0].levels if parts else ())
    ]
    databases = [
        (
            name,
            drill.question_home(cell.dataset_name, name),
            [proportion(part.databases[name]) for part in parts],
        )
        for name in (parts[0].databases if parts else ())
    ]
    return page(
        "cell.html",
        "../",
        cell=cell,
        result=result,
        card=card,
        labels=labels(result.metrics),
        levels=levels,
        databases=databases,
        facts=costs(cell),
        curve=curve(cell.fit),
        spoiled=sum(v.prediction.status.infra or v.gold.status.infra for v in cell.verdicts),
        errors=errors(cell, result.metrics[0]) if card else None,
        constructs=constructs(cell, result.metrics[0]) if card else ([], []),
        provenance=origin.parts(cell.provenance),
    )


def _badge(cell: CellResult, arranged: Board) -> bytes:
    metrics = arranged.result.metrics
    found = arranged.cards[cell.slug].metrics[metrics[0]].overall
    where = f"{cell.dataset_name} {cell.dataset.split}"
    return badge(labels(metrics)[metrics[0]], where, found, synthetic=cell.dataset.synthetic)


def _leaf_links(cell: CellResult) -> dict[str, list[tuple[str, str]]]:
    links: dict[str, list[tuple[str, str]]] = {}
    for name, (level, _asked) in drill.leaves(cell.dataset).items():
        part = len(links.setdefault(level, []))
        links[level].append(
            (f"{level}, part {part + 1}" if part else level, f"{drill.cell_home(cell)}/{name}")
        )
    return links


def _answers(cell: CellResult, result: SuiteResult) -> Iterator[tuple[str, bytes]]:
    links = [link for of_level in _leaf_links(cell).values() for link in of_level]
    pages = drill.leaves(cell.dataset).values()
    for (text, path), (_, examples) in zip(links, pages, strict=True):
        found = drill.answers(cell, examples, result.metrics[0])
        yield (
            path,
            page(
                "answers.html",
                "../../",
                cell=cell,
                result=result,
                leaf=text,
                links=links,
                answers=found,
                tally=drill.tally(found),
            ),
        )


def _questions(sheet: Sheet, result: SuiteResult) -> Iterator[tuple[str, bytes]]:
    cells = [cell for cell in result.cells if cell.dataset_name == sheet.name]
    for db_id, asked in drill.questions(cells, result.metrics[0]):
        schema = sheet.dataset.schemas.get(db_id)
        yield (
            drill.question_home(sheet.name, db_id),
            page(
                "questions.html",
                "../../",
                result=result,
                dataset=sheet.dataset,
                dataset_name=sheet.name,
                db_id=db_id,
                schema=schema,
                keys=_keys(schema),
                questions=asked,
            ),
        )


def _keys(schema: Schema | None) -> Mapping[tuple[str, str], str]:
    keys: dict[tuple[str, str], str] = {}
    if schema is None:
        return keys
    primary = {(table.name, column) for table in schema.tables for column in table.primary_key}
    foreign = {(key.table, key.column): f"→ {key.to_table}.{key.to_column}" for key in schema.foreign_keys}
    for table in schema.tables:
        for column in table.columns:
            place = (table.name, column.name)
            keys[place] = " ".join(filter(None, ["key" if place in primary else "", foreign.get(place, "")]))
    return keys
