"""The seeded grammar: draws questions with their gold queries from a database."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from typing import TypeAlias

from adapters.datasets.mini.draw import Asked, Draw, Nothing
from adapters.datasets.mini.patterns import joined, nested, single

Pattern: TypeAlias = Callable[[Draw], Asked]

PATTERNS: dict[Pattern, float] = {
    single.count: 0.5,
    single.count_filtered: 2.5,
    single.project: 2,
    single.select: 5,
    single.aggregate: 2.5,
    single.aggregate_two: 1,
    single.different: 2,
    single.sort: 4,
    single.superlative: 4,
    single.top: 1.5,
    single.group: 2.5,
    single.having: 1.5,
    single.group_top: 2,
    joined.child_of: 4,
    joined.parent_with: 2,
    joined.pairs: 1.5,
    joined.number_per_parent: 1.5,
    joined.parents_by_number: 1.5,
    joined.parent_with_most: 3,
    joined.aggregate_children: 2,
    joined.extreme_child: 2,
    joined.extreme_of_parent: 2,
    joined.group_by_parent: 2,
    joined.three: 2,
    nested.beyond_average: 3,
    nested.at_extreme: 0.7,
    nested.without: 2.5,
    nested.having_some: 2.5,
    nested.children_of_extreme: 3,
    nested.both: 3.5,
    nested.both_joined: 2,
    nested.left_over: 1.5,
}
"""Every pattern with its weight in a free draw."""

_patterns = tuple(PATTERNS)
_bounds = tuple(accumulate(PATTERNS.values()))


def ask(draw: Draw) -> Asked:
    """Draw one question with its gold query; patterns the database cannot serve are drawn again."""
    while True:
        pattern = _patterns[bisect(_bounds, draw.rng.random() * _bounds[-1])]
        try:
            return pattern(draw)
        except Nothing:
            continue
