"""Turns: the SQL of earlier turns of a conversation, where a prompt shows it.

In prediction it is what was predicted for those turns; in training, where nothing was predicted, their
gold stands for it. The gold of a turn itself, or of a later one, is in no prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bench.types import Example


def earlier(examples: Iterable[Example]) -> Mapping[str, tuple[str, ...]]:
    """Find, for each example, the examples that are the turns before it; an empty id where one is not there.

    A turn is the one before that asks the same database, with the same questions up to there.
    """
    known: dict[tuple[str, tuple[str, ...]], str] = {}
    found: dict[str, tuple[str, ...]] = {}
    for example in examples:
        asked = (*(turn.question for turn in example.history), example.question)
        found[example.id] = tuple(known.get((example.db_id, asked[:end]), "") for end in range(1, len(asked)))
        known[example.db_id, asked] = example.id
    return found


def with_sql(example: Example, turns: Iterable[str], said: Mapping[str, str | None]) -> Example:
    """Put what was said for the earlier ``turns`` into the history of an example."""
    pairs = zip(example.history, turns, strict=True)
    return replace(example, history=tuple(replace(turn, sql=said.get(name)) for turn, name in pairs))
