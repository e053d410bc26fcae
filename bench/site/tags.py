"""Tags: the constructs of gold that a reader may choose questions by."""

from __future__ import annotations

from bench.sql.constructs import constructs
from bench.types import Dataset

TAGS = {
    "joins": "join",
    "nesting": "nested query",
    "set_operators": "set operator",
    "aggregates": "aggregate",
    "groups": "GROUP BY",
    "orders": "ORDER BY",
    "limits": "LIMIT",
    "distincts": "DISTINCT",
    "conditions": "condition",
    "cases": "CASE",
    "ctes": "common table expression",
    "windows": "window function",
    "dates": "function on dates",
    "strings": "function on text",
}
"""The axes of :mod:`bench.sql.constructs` that a query has or has not → what a reader calls them."""


def tags(dataset: Dataset) -> dict[str, tuple[int, ...]]:
    """Find the questions whose gold has each construct.

    Returns:
        Tag → the places of its questions in the data set. A tag of all questions or of none is left
        out: it chooses nothing.
    """
    golds = [
        constructs(example.gold[0], dataset.dialect) if example.gold else None for example in dataset.examples
    ]
    found = {
        name: tuple(place for place, gold in enumerate(golds) if gold is not None and getattr(gold, axis))
        for axis, name in TAGS.items()
    }
    return {name: places for name, places in found.items() if 0 < len(places) < len(golds)}
