"""The templates: how text, SQL, results and figures become markup, with everything escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bench.judge.ends import ENDINGS
from bench.judge.score import level_of
from bench.results import CellResult
from bench.site import blocks, drill, whisker
from bench.site.board import Sheet
from bench.site.comparison import squares
from bench.site.figures import difference, interval
from bench.site.known import known
from bench.site.legend import shade
from bench.site.paint import paint
from bench.site.pairs import compared, pairs, pivot, references
from bench.site.releases import trails
from bench.site.reported import beside
from bench.site.text import amount, chance, clip, finalize, percent, visible
from bench.types import Example, Outcome
from bench.words import count, number

SHORT = 400
"""Characters shown of a reason."""


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
        "amount": amount,
        "beside": lambda sheet: beside(sheet.dataset.name, sheet.dataset.split),
        "chance": chance,
        "clip": clip,
        "clipped": blocks.clipped,
        "compared": compared,
        "count": count,
        "databases": _databases,
        "difference": difference,
        "ended": _ended,
        "home": drill.cell_home,
        "hundredth": whisker.hundredth,
        "interval": interval,
        "known": known,
        "level": level_of,
        "mark": blocks.mark,
        "metrics": blocks.metrics,
        "number": number,
        "paint": paint,
        "pairs": pairs,
        "references": references,
        "by_row": _by_row,
        "pivot": pivot,
        "paragraphs": _paragraphs,
        "percent": percent,
        "places": whisker.places,
        "question_home": _question,
        "rows": blocks.rows,
        "shade": shade,
        "sentence": lambda text: text.rstrip().rstrip(".") + ".",
        "squares": squares,
        "trails": trails,
        "short": lambda text: text if len(text) <= SHORT else text[:SHORT] + "…",
    }
    return env


def page(template: str, root: str = "", **values: object) -> bytes:
    """Render one page; ``root`` leads from it to the folder of the board."""
    text = environment().get_template(template).render(root=root, endings=ENDINGS, **values)
    return text.encode("utf-8")


def _paragraphs(text: str) -> list[Markup]:
    """Part a suite's notes at blank lines; what stands between backticks is code."""
    parts = [str(escape(visible(part.strip()))) for part in text.split("\n\n") if part.strip()]
    return [Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", part)) for part in parts]  # noqa: S704 - escaped above


def _by_row(
    answers: Iterable[tuple[CellResult, str, str]],
) -> list[tuple[CellResult, list[tuple[int, str, str]]]]:
    """Put the answers of several seeds together: the first cell of a row, then seed, ending and address."""
    rows: dict[tuple[str, str], tuple[CellResult, list[tuple[int, str, str]]]] = {}
    for cell, ending, href in answers:
        _, seeds = rows.setdefault((cell.model, cell.method), (cell, []))
        seeds.append((cell.seed, ending, href))
    return list(rows.values())


def _databases(sheet: Sheet) -> list[tuple[str, int, str]]:
    asked = [example.db_id for example in sheet.dataset.examples]
    return [(name, asked.count(name), drill.question_home(sheet.name, name)) for name in sorted(set(asked))]


def _question(example: Example, sheet: str) -> str:
    return f"{drill.question_home(sheet, example.db_id)}#{drill.anchor(example)}"


def _ended(outcome: Outcome) -> str:
    if outcome.untried:
        return outcome.detail
    words = f"none, {ENDINGS[outcome.status.value]}"
    return f"{words}: {clip(outcome.detail, SHORT)[0]}" if outcome.detail else words
