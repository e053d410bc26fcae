"""A suite's result → pages: the board, each cell, each level's answers, each database's questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bench.judge.ends import ENDINGS
from bench.judge.score import level_of
from bench.results import CellResult, SuiteResult
from bench.site import downloads, drill
from bench.site.board import BLANK, Board, Figure, Sheet, board, interval, labels, proportion
from bench.site.facts import costs, curve
from bench.site.paint import paint
from bench.site.text import clip, count, finalize, flatten, percent, visible
from bench.types import Outcome, Schema, Status

ASSETS = ("board.css", "board.js")
SHORT = 400
"""Characters shown of a reason."""


def render(result: SuiteResult) -> Iterator[tuple[str, bytes]]:
    """Render a suite's folder, file by file, so that no more than one page is held.

    Yields:
        The path of each file below the folder, with ``/``, and its bytes.
    """
    arranged = board(result)
    result = arranged.result
    shared = _common([flatten(cell.provenance) for cell in result.cells if not cell.missing])
    headline = " and ".join(labels(result.metrics).values())
    yield (
        "index.html",
        _page(
            "board.html",
            board=arranged,
            headline=headline,
            headline_label=labels(result.metrics)[result.metrics[0]],
            provenance=shared,
            blank=Figure(BLANK),
        ),
    )
    yield "results.csv", downloads.table(arranged)
    yield "results.json", downloads.document(arranged)
    yield from assets()
    for cell in result.cells:
        yield f"{drill.cell_home(cell)}.html", _cell(cell, arranged)
        if not cell.missing:
            yield from _answers(cell, result)
    for sheet in arranged.sheets:
        yield from _questions(sheet, result)


def render_index(boards: list[dict[str, object]]) -> Iterator[tuple[str, bytes]]:
    """Render the list of boards with what it needs."""
    yield "index.html", _page("index.html", boards=boards)
    yield from assets()


def assets() -> Iterator[tuple[str, bytes]]:
    """Give the style sheet and the script that every page refers to."""
    for name in ASSETS:
        yield f"assets/{name}", files("bench.site").joinpath("static", name).read_bytes()


@cache
def environment() -> Environment:
    """Give the templates' environment: everything escaped, nothing undefined passes."""
    env = Environment(
        loader=PackageLoader("bench.site"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters |= {
        "clip": clip,
        "count": count,
        "databases": _databases,
        "ended": _ended,
        "home": drill.cell_home,
        "interval": interval,
        "level": level_of,
        "metric": _metric,
        "paint": paint,
        "paragraphs": _paragraphs,
        "percent": percent,
        "sentence": lambda text: text.rstrip().rstrip(".") + ".",
        "short": lambda text: text if len(text) <= SHORT else text[:SHORT] + "…",
    }
    return env


def _page(template: str, root: str = "", **values: object) -> bytes:
    text = environment().get_template(template).render(root=root, endings=ENDINGS, **values)
    return text.encode("utf-8")


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
    return _page(
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
        provenance=flatten(cell.provenance),
    )


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
            _page(
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
            _page(
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


def _paragraphs(text: str) -> list[Markup]:
    """Part a suite's notes at blank lines; what stands between backticks is code."""
    parts = [str(escape(visible(part.strip()))) for part in text.split("\n\n") if part.strip()]
    return [Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", part)) for part in parts]  # noqa: S704 - escaped above


def _databases(sheet: Sheet) -> list[tuple[str, int, str]]:
    asked = [example.db_id for example in sheet.dataset.examples]
    return [(name, asked.count(name), drill.question_home(sheet.name, name)) for name in sorted(set(asked))]


def _common(records: list[dict[str, str]]) -> dict[str, str]:
    first = records[0] if records else {}
    return {key: value for key, value in first.items() if all(one.get(key) == value for one in records)}


def _metric(value: bool | float) -> str:
    if isinstance(value, bool):
        return "right" if value else "wrong"
    return f"{value:.3f}"


def _ended(outcome: Outcome) -> str:
    words = "no result" if outcome.status is Status.OK else ENDINGS[outcome.status.value]
    return f"{words}: {clip(outcome.detail, SHORT)[0]}" if outcome.detail else words
