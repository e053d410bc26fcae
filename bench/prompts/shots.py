"""Shots: which solved examples are shown before a question; never one that is asked.

"Similar" follows DAIL-SQL (arXiv 2308.15363, section 3.2): the words that name tables, columns or
values are masked, and what is left is compared. There sentences are compared by an embedding; here
by BM25 over single and neighbouring words, which needs no model.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import ConfigError, near
from bench.methods import Shots
from bench.prompts.words import STOP, name_words, words
from bench.types import Dataset, Example, Schema

if TYPE_CHECKING:
    from bm25s import BM25
    from numpy.typing import NDArray

VERSION = 1
"""Raised by hand when other examples are chosen for the same settings."""

AHEAD = 64
"""Shots that are sorted first, for hardly ever more are looked at."""

KEPT = 20_000_000
"""Scores of words that are kept, 4 bytes each: questions share most of their words."""

_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|\b\d[\d.,:/-]*\b|(?<=\w\s)[A-Z]\w*")


def refuse_asked(pool: Dataset, asked: Dataset, where: str) -> None:
    """Refuse a pool of examples that holds a question of the evaluated split.

    Raises:
        ConfigError: it does.
    """
    known = {example.id for example in asked.examples}
    shared = next((example.id for example in pool.examples if example.id in known), None)
    if shared is not None:
        raise ConfigError(
            f"few-shot examples would come from the evaluated split ({shared} is in both)",
            where=where,
            todo="name another split as 'train', or leave prompt.shots out",
        )


class Chooser:
    """Chooses shots from a pool of solved examples."""

    def __init__(self, shots: Shots, pool: Dataset, seed: int) -> None:
        """Index the pool.

        Raises:
            ConfigError: a fixed example is not in it, or it has fewer than are to be shown.
        """
        self._shots, self._pool, self._seed = shots, pool, seed
        if shots.number >= len(pool.examples):
            raise ConfigError(
                f"{shots.number} examples cannot be shown: {pool.name}/{pool.split} has {len(pool.examples)}",
                where="prompt.shots.number",
            )
        self._known: dict[str, frozenset[str]] = {}
        self._by_id = {example.id: example for example in pool.examples}
        for name in shots.ids:
            if name not in self._by_id:
                raise ConfigError(
                    f"no example of {pool.name}/{pool.split} is called '{name}'",
                    where="prompt.shots.ids",
                    todo=near(name, self._by_id),
                )
        self._scored = lru_cache(KEPT // len(pool.examples))(self._score)
        self._order = {"similar": self._similar, "random": self._random, "fixed": self._fixed}[shots.choose]

    def choose(self, example: Example, schema: Schema) -> tuple[Example, ...]:
        """Choose the shots of one question, the most similar last.

        In training the pool holds the example itself. It is never shown, nor is any other with the
        same question or the same gold.
        """
        learnt = self._by_id.get(example.id)
        found: list[Example] = []
        for shot in self._order(example, schema):
            same = learnt is not None and shot.gold == learnt.gold
            if shot.id != example.id and shot.question != example.question and not same:
                found.append(shot)
            if len(found) == self._shots.number:
                break
        return tuple(reversed(found)) if self._shots.choose == "similar" else tuple(found)

    def _fixed(self, _example: Example, _schema: Schema) -> Iterator[Example]:
        yield from (self._by_id[name] for name in self._shots.ids)
        yield from self._pool.examples

    def _random(self, example: Example, _schema: Schema) -> Iterator[Example]:
        drawn = random.Random(f"shots-{self._seed}-{example.id}")
        seen: set[int] = set()
        while len(seen) < len(self._pool.examples):
            place = drawn.randrange(len(self._pool.examples))
            if place not in seen:
                seen.add(place)
                yield self._pool.examples[place]

    def _similar(self, example: Example, schema: Schema) -> Iterator[Example]:
        scores = np.zeros(len(self._pool.examples), dtype=np.float32)
        for gram in _grams(masked(example.question, self._names(schema))):
            if (more := self._scored(gram)) is not None:
                scores += more
        yield from (self._pool.examples[place] for place in _descending(scores))

    def _score(self, gram: str) -> NDArray[np.float32] | None:
        """Score the pool by one word or pair of words, if it has that; a question's scores are their sum."""
        known = self._index.get_tokens_ids([gram])
        return np.asarray(self._index.get_scores_from_ids(known)) if known else None

    def _names(self, schema: Schema) -> frozenset[str]:
        if schema.db_id not in self._known:
            self._known[schema.db_id] = names_of(schema)
        return self._known[schema.db_id]

    @cached_property
    def _index(self) -> BM25:
        """Index the masked questions of the pool."""
        import bm25s  # takes a second, and few prompts need it

        index = bm25s.BM25(method="lucene")
        questions = (
            masked(example.question, self._names(self._pool.schema(example)))
            for example in self._pool.examples
        )
        index.index([_grams(question) or ["\0"] for question in questions], show_progress=False)
        return index


def _descending(scores: NDArray[np.float32]) -> Iterator[int]:
    """Give places from the highest score on, of equals the earlier one; the first few are sorted first."""
    edge = np.partition(scores, -AHEAD)[-AHEAD] if len(scores) > AHEAD else -np.inf
    for on_this_side in (np.greater_equal, np.less):
        places = np.flatnonzero(on_this_side(scores, edge))
        yield from places[np.argsort(-scores[places], kind="stable")].tolist()


def masked(question: str, names: Collection[str]) -> list[str]:
    """Cut a question into words, with what belongs to its database masked.

    >>> masked("How many singers are older than 20?", {"singer"})
    ['how', 'many', '#name', 'are', 'older', 'than', '#value']
    """
    parts = _VALUE.sub(" \0 ", question).split("\0")
    found: list[str] = []
    for part in parts:
        found += ["#name" if word in names else word for word in words(part)]
        found.append("#value")
    return found[:-1]


def names_of(schema: Schema) -> frozenset[str]:
    """Gather the telling words of all names and labels."""
    named = [name for table in schema.tables for name in (table.name, table.label)]
    named += [
        name for table in schema.tables for column in table.columns for name in (column.name, column.label)
    ]
    return frozenset(word for name in named for word in name_words(name)) - STOP


def _grams(found: Sequence[str]) -> list[str]:
    return [*found, *(f"{first} {second}" for first, second in pairwise(found))]
