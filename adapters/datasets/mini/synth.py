"""Questions over invented databases, for training a base that any schema can later be asked of.

Every example brings a new schema: two to five tables whose names and columns are drawn from word lists or
invented. The questions come from the grammar of `mini` in plainer wording. So what is trained on them
shares question patterns and much vocabulary with `mini`, but none of its schemas and none of its questions.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator
from random import Random
from typing import TypeVar

import apsw

from adapters.datasets.mini import words
from adapters.datasets.mini.domain import Domain, Entity, Field, Kind, Value, domain, entity, plural, whole
from adapters.datasets.mini.draw import Draw
from adapters.datasets.mini.grammar import ask
from bench.types import Example, Schema

T = TypeVar("T")


def examples(count: int, seed: int) -> Iterator[tuple[Schema, Example]]:
    """Yield ``count`` examples, each with the schema it asks about; the same ones for the same seed."""
    for index in range(count):
        rng = Random(f"synth/{seed}/{index}")
        invented = invent(rng, f"synth{index}")
        question, query = ask(Draw(invented, rng, plain=True))
        yield (
            invented.schema(),
            Example(f"synth/{seed}/{index}", invented.db_id, question, (query.sql(),), query.level()),
        )


def invent(rng: Random, db_id: str) -> Domain:
    """Make up a database: names, columns, links, and a few values for each column."""
    taken: set[str] = set()
    count = _weighted(rng, (2, 3, 4, 5), (0.34, 0.72, 0.92, 1.0))
    names = [_fresh(rng, taken, _table_name) for _ in range(count)]
    style = rng.random()
    keys = [f"{name}_id" if style < 0.3 else "id" if style < 0.85 else "code" for name in names]
    linking = rng.random()
    made: list[Entity] = []
    for index, (name, key) in enumerate(zip(names, keys, strict=True)):
        links = [
            _link(names[at], keys[at] if style < 0.3 or style >= 0.85 else "id", linking)
            for at in _parents(rng, index)
        ]
        made.append(_entity(rng, name, key, links))
    rng.shuffle(made)
    return domain(db_id, tuple(made))


def _parents(rng: Random, index: int) -> list[int]:
    """Choose which earlier tables a table references: all tables are connected."""
    if index == 0:
        return []
    first = int(rng.random() * index)
    if index == 1 or rng.random() < 0.6:
        return [first]
    return [first, (first + 1 + int(rng.random() * (index - 1))) % index]


def _link(parent: str, key: str, style: float) -> Field:
    name = parent if style < 0.15 else f"{parent}_{key}" if not key.startswith(parent) else key
    return Field(name, "link", (parent.replace("_", " "),), to=parent)


def _entity(rng: Random, name: str, key: str, links: list[Field]) -> Entity:
    taken = {name, key, *[link.name for link in links]}
    kinds: list[Kind] = ["name"] if rng.random() < (0.9 if not links else 0.75) else []
    lowest = 1 if kinds else 2
    count = lowest + int(rng.random() * (4 if not links else 3))
    kinds += [
        _weighted(rng, ("integer", "real", "choice", "date", "name"), (0.42, 0.57, 0.83, 0.96, 1.0))
        for _ in range(count)
    ]
    fields = [_field(rng, kind, taken) for kind in kinds]
    if rng.random() < 0.3:
        rng.shuffle(fields)
    fields = [*links, *fields] if rng.random() < 0.4 else [*fields, *links]
    spoken = name.replace("_", " ")
    nouns = ((spoken, plural(spoken)),)
    return entity(name, nouns, (Field(key, "key", (key.replace("_", " "),)), *fields), (key,))


def _field(rng: Random, kind: Kind, taken: set[str]) -> Field:
    name = _fresh(rng, taken, _NAMERS.get(kind, _trait_name))
    return Field(name, kind, (name.replace("_", " "),), values=_values(rng, kind))


def _values(rng: Random, kind: Kind) -> tuple[Value, ...]:
    roll = rng.random()
    if kind == "integer":
        low, span, step = _weighted(
            rng,
            ((1, 20, 1), (1, 99, 1), (1950, 75, 1), (10, 90, 10), (100, 90, 100)),
            (0.25, 0.55, 0.75, 0.87, 1.0),
        )
        return tuple([low + step * int(rng.random() * span) for _ in range(3)])
    if kind == "real":
        scale = 10 if roll < 0.6 else 2
        return tuple([whole(int(1 + rng.random() * 99) / scale) for _ in range(3)])
    if kind == "date":
        return (f"{1980 + int(rng.random() * 46)}-01-01",)
    if kind == "choice" and roll < 0.5:
        return tuple(rng.sample(words.ADJECTIVES, 3))
    if roll < 0.7:
        return tuple([rng.choice(words.THINGS).capitalize() for _ in range(3)])
    return tuple([_invented(rng).capitalize() for _ in range(3)])


def _table_name(rng: Random) -> str:
    roll = rng.random()
    if roll < 0.6:
        return _word(rng, words.THINGS)
    if roll < 0.75:
        return f"{_word(rng, words.THINGS)}_{_word(rng, words.THINGS)}"
    return _invented(rng)


def _trait_name(rng: Random) -> str:
    roll = rng.random()
    if roll < 0.6:
        return _word(rng, words.TRAITS)
    if roll < 0.75:
        return f"{_word(rng, words.PARTS)}_{_word(rng, words.TRAITS)}"
    if roll < 0.85:
        return f"{_word(rng, words.THINGS)}_{_word(rng, words.TRAITS)}"
    return _invented(rng)


def _naming(rng: Random) -> str:
    return (
        "name"
        if rng.random() < 0.45
        else _word(rng, words.NAMING)
        if rng.random() < 0.7
        else _trait_name(rng)
    )


def _dating(rng: Random) -> str:
    return _word(rng, words.DATING) if rng.random() < 0.8 else f"{_word(rng, words.TRAITS)}_date"


_NAMERS = {"name": _naming, "date": _dating}


def _invented(rng: Random) -> str:
    """Compose a pronounceable word of two syllables, sometimes three."""
    count = 2 if rng.random() < 0.8 else 3
    parts = [
        _word(rng, words.ONSETS) + _word(rng, words.NUCLEI[:5] if count == 3 else words.NUCLEI)
        for _ in range(count)
    ]
    return "".join(parts) + _word(rng, words.CODAS)


def _word(rng: Random, among: tuple[str, ...]) -> str:
    return among[int(rng.random() * len(among))]


def _fresh(rng: Random, taken: set[str], namer: Callable[[Random], str]) -> str:
    while True:
        name = namer(rng)
        if name not in taken and name.upper() not in apsw.keywords:
            taken.add(name)
            return name


def _weighted(rng: Random, items: tuple[T, ...], bounds: tuple[float, ...]) -> T:
    return items[bisect(bounds, rng.random())]
