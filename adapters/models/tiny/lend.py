"""Lends words of ``mini`` to invented databases, so that a tiny base knows them before it is fitted.

A base that never met the words of a data set has untrained embeddings for them, and no adapter can make up
for that. So most names and some values of each invented database give way to words drawn at random from all
of mini's: its vocabulary becomes known, its schemas and its questions do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from random import Random

import apsw

from adapters.datasets.mini import schemas, synth, words
from adapters.datasets.mini.domain import plural
from bench.types import Column, Example, ForeignKey, Schema, Table

SHARE = 0.6
"""How many of the words of an invented database give way."""

FIXED = {*words.NAMING, *words.DATING, *words.PARTS, "id", "code", "date", "number", "count"}
"""Words that questions use with a meaning of their own: they neither give way nor are lent."""

_VALUE = re.compile(r"'%?([A-Z][a-z]+|[a-z]{3,})%?'")
_PLAIN = re.compile(r"[a-z]{3,}")


def examples(count: int, seed: int) -> Iterator[tuple[Schema, Example]]:
    """Yield ``count`` questions over invented databases with lent words; never over one of mini's."""
    taken = {frozenset(plan.tables) for plan in schemas.read_all().values()}
    for schema, example in synth.examples(count, seed):
        lent, asked = lend(schema, example, Random(f"lend/{example.id}"))
        if frozenset(table.name for table in lent.tables) in taken:
            yield schema, example
        else:
            yield lent, asked


def lend(schema: Schema, example: Example, rng: Random) -> tuple[Schema, Example]:
    """Replace words of one example, the same everywhere: in names, question and SQL."""
    nouns, values = _vocabulary()
    names = [table.name for table in schema.tables]
    names += [column.name for table in schema.tables for column in table.columns]
    own = sorted({word for name in names for word in name.split("_") if _PLAIN.fullmatch(word)} - FIXED)
    said = sorted(set(_VALUE.findall(example.gold[0])) - set(own))
    free = [noun for noun in nouns if noun not in own]
    swaps = _drawn(own, free, rng) | _drawn(said, [value for value in values if value not in said], rng)
    if not swaps:
        return schema, example
    swap = _swapper(swaps)
    asked = replace(example, question=swap(example.question), gold=tuple(swap(sql) for sql in example.gold))
    return _renamed(schema, swap), asked


def _drawn(old: list[str], new: list[str], rng: Random) -> dict[str, str]:
    """Pair a share of the old words with different new ones."""
    giving = [word for word in old if rng.random() < SHARE]
    return dict(zip(giving, rng.sample(new, len(giving)), strict=True))


def _swapper(swaps: dict[str, str]) -> Callable[[str], str]:
    """Return what replaces whole words in one pass, plurals by plurals; an underscore ends a word."""
    pairs = {plural(old): plural(new) for old, new in swaps.items()} | swaps
    words = "|".join(map(re.escape, sorted(pairs, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])")
    return lambda text: pattern.sub(lambda match: pairs[match[0]], text)


def _renamed(schema: Schema, swap: Callable[[str], str]) -> Schema:
    tables = tuple(
        Table(
            swap(table.name),
            tuple(Column(swap(column.name), column.type, swap(column.label)) for column in table.columns),
            tuple(swap(name) for name in table.primary_key),
            swap(table.label),
        )
        for table in schema.tables
    )
    keys = tuple(
        ForeignKey(swap(key.table), swap(key.column), swap(key.to_table), swap(key.to_column))
        for key in schema.foreign_keys
    )
    return Schema(schema.db_id, tables, keys)


@cache
def _vocabulary() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Collect the nouns and the values of mini, each once."""
    nouns: list[str] = []
    values = [value for pool in schemas.pools().values() for value in pool]
    for plan in schemas.read_all().values():
        for name, table in plan.tables.items():
            nouns += [*name.split("_"), *_words(table.said)]
            for title, column in table.columns.items():
                nouns += [*title.split("_"), *_words(column.said)]
                values += [*(column.choice or ()), *(column.names or ())]
    plain = {noun for noun in nouns if _PLAIN.fullmatch(noun) and noun.upper() not in apsw.keywords}
    return tuple(sorted(plain - FIXED)), tuple(sorted({v for v in values if re.fullmatch("[A-Za-z]+", v)}))


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in text.split()]
