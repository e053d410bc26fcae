"""Known issues: what is noted against questions and gold of a data set, ready to show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bench.sets.notes import notes
from bench.types import Dataset, Example


def known(dataset: Dataset, example: Example) -> tuple[str, ...]:
    """Give what is known to be wrong with a question or its gold, with its source and the day of the note."""
    return _noted(dataset.name).get(example.id, ())


@cache
def _noted(name: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for note in notes(name):
        example = f"{name}/{note.id.partition('/')[2]}"  # a set may be installed under another name
        told = f"{note.defect} ({note.source}; noted {note.since})"
        found[example] = (*found.get(example, ()), told)
    return found
