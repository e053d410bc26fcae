"""Constructs: one metric by what gold is made of, after NL2SQL360 (arXiv 2406.01265).

Every axis of :mod:`bench.sql.constructs` splits the questions: by how many joins gold has, how deep it is
nested, and so on. The first gold of a question tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from bench.judge.stats import estimate
from bench.sql.constructs import AXES, bucket
from bench.types import Dataset, Score


def by_construct(dataset: Dataset, per_question: Sequence[float]) -> dict[str, dict[str, Score]]:
    """Break one metric down: construct → how often gold has it (``0``, ``1``, ``2``, ``3+``) → score.

    A construct that every gold has equally often is left out: it tells nothing.

    Args:
        dataset: the questions.
        per_question: the metric in the data set's order; means over seeds are welcome.
    """
    found = {axis: _buckets(dataset, per_question, axis) for axis in AXES}
    return {axis: buckets for axis, buckets in found.items() if len(buckets) > 1}


def _buckets(dataset: Dataset, per_question: Sequence[float], axis: str) -> dict[str, Score]:
    parts: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    names = _names(tuple(example.gold[0] for example in dataset.examples), axis, dataset.dialect)
    for example, name, value in zip(dataset.examples, names, per_question, strict=True):
        parts[name].append((value, example.db_id))
    return {name: _score(part) for name, part in sorted(parts.items())}


@lru_cache(maxsize=4 * len(AXES))
def _names(golds: tuple[str, ...], axis: str, dialect: str) -> list[str]:
    """Name the bucket of each gold: the cells of a suite ask the same few sets."""
    return [bucket(gold, axis, dialect) for gold in golds]


def _score(part: Sequence[tuple[float, str]]) -> Score:
    return estimate([value for value, _ in part], [db_id for _, db_id in part])
