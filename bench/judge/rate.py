"""Rate: give a difficulty to every example whose data set brings none of its own."""

from __future__ import annotations

from dataclasses import replace

from bench.sql import spider
from bench.types import Dataset, Example


def rated(dataset: Dataset) -> Dataset:
    """Fill in Spider's hardness, told from the gold SQL, where an example has no difficulty.

    A gold query that Spider's grammar cannot read leaves its example without one.
    """
    if all(example.difficulty for example in dataset.examples):
        return dataset
    examples = tuple(
        example if example.difficulty else replace(example, difficulty=_hardness(dataset, example) or None)
        for example in dataset.examples
    )
    return replace(dataset, examples=examples)


def _hardness(dataset: Dataset, example: Example) -> str:
    return spider.hardness(spider.parse(example.gold[0], dataset.schema(example)))
