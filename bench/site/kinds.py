"""Kinds: what the wrong answers of a cell do otherwise than gold, and where gold's constructs decide."""

from __future__ import annotations

from bench.judge.constructs import by_construct
from bench.judge.profile import Diagnosis, ErrorProfile, profile
from bench.judge.score import level_of, values
from bench.results import CellResult
from bench.site.figures import BLANK, Figure, proportion
from bench.site.slips import Differing

BUCKETS = ("0", "1", "2", "3+", "unparsed")

AXES = {
    "cases": "CASE",
    "ctes": "common table expressions",
    "dates": "functions on dates",
    "distincts": "DISTINCT",
    "groups": "GROUP BY",
    "limits": "LIMIT",
    "nesting": "depth of nesting",
    "orders": "ORDER BY",
    "set_operators": "set operators",
    "strings": "functions on text",
    "windows": "window functions",
}
"""Constructs whose names do not explain themselves."""


def errors(cell: CellResult, differing: Differing) -> ErrorProfile:
    """Count what is wrong with a cell's wrong answers that have a statement."""
    judged = {verdict.example_id for verdict in cell.verdicts}
    found = [
        Diagnosis(example.id, level_of(example), differing[example.id])
        for example in cell.dataset.examples
        if example.id in differing and example.id in judged
    ]
    # what exact match cannot read stands with each answer; it is not counted again here
    return profile(cell.dataset, (), found)


def constructs(cell: CellResult, headline: str) -> tuple[list[str], list[tuple[str, list[Figure]]]]:
    """Lay the headline out by how often gold has each construct.

    Returns:
        How often, as headers, and for each construct its figures.
    """
    found = by_construct(cell.dataset, values(cell.dataset, cell.verdicts, headline))
    heads = [name for name in BUCKETS if any(name in scores for scores in found.values())]
    rows = [
        (
            AXES.get(axis, axis),
            [proportion(scores[name]) if name in scores else Figure(BLANK) for name in heads],
        )
        for axis, scores in found.items()
    ]
    return heads, rows
