"""Rate: give a difficulty to every example whose data set brings none of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bench.sql import modern, spider
from bench.types import Dataset, Example

UNANSWERABLE = "unanswerable"
"""The level of questions that no SQL answers."""

_READERS = {"spider": "by Spider's grammar", "sqlglot": "by sqlglot", "": "by neither, so unrated"}


def rated(dataset: Dataset) -> Dataset:
    """Fill in Spider's hardness, told from the gold SQL, where an example has no difficulty.

    Gold is read by Spider's own grammar, and by sqlglot in the data set's dialect where that cannot; gold
    that neither reads leaves its example without a difficulty. ``levels_from`` says how many each read. A
    question that no SQL answers has a level of its own.
    """
    if all(example.difficulty for example in dataset.examples):
        return dataset
    readers: Counter[str] = Counter()
    examples = []
    for example in dataset.examples:
        if not example.difficulty and not example.answerable:
            example = replace(example, difficulty=UNANSWERABLE)
        elif not example.difficulty:
            level, reader = _hardness(dataset, example)
            readers[reader] += 1
            example = replace(example, difficulty=level or None)
        examples.append(example)
    read = ", ".join(f"{readers[reader]:,} {how}" for reader, how in _READERS.items() if readers[reader])
    return replace(
        dataset, examples=tuple(examples), levels_from=f"Spider's hardness, told from gold: {read}"
    )


def _hardness(dataset: Dataset, example: Example) -> tuple[str, str]:
    """Give a level and who read it; two empty strings where nobody can."""
    gold = example.gold[0]
    level = spider.hardness(spider.parse(gold, dataset.schema(example)))
    if level:
        return level, "spider"
    level = modern.hardness(gold, dataset.dialect)
    return level, "sqlglot" if level else ""
