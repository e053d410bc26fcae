"""Rate: give a difficulty to every example whose data set brings none of its own."""

from __future__ import annotations

from dataclasses import replace

from bench.sql import spider
from bench.types import Dataset


def rated(dataset: Dataset) -> Dataset:
    """Fill in Spider's hardness, told from the gold SQL, where an example has no difficulty.

    A gold query that Spider's grammar cannot read leaves its example without one.
    """
    if all(example.difficulty for example in dataset.examples):
        return dataset
    examples = tuple(
        example
        if example.difficulty
        else replace(example, difficulty=spider.level(example.gold[0], dataset.schema(example)))
        for example in dataset.examples
    )
    return replace(dataset, examples=examples)
