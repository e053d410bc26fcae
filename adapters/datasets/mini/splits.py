"""Which database is in which split, and the questions of each, checked against the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw

from adapters.datasets.mini.domain import Domain
from adapters.datasets.mini.draw import Asked, Draw
from adapters.datasets.mini.grammar import ask
from adapters.datasets.mini.query import LEVELS, Level, Query
from bench.types import Example, Row

DEV = ("brewery", "museum", "school", "shipping", "zoo")
TEST = ("airline", "festival", "hospital", "podcast")
COUNTS = {"dev": 240, "test": 240, "dev-seen": 240, "train": 2700}
LATER = {"train-5000": 5000}
"""Splits drawn after all of those, when they are first asked for: they change no fingerprint."""
SHARES: dict[Level, int] = {"easy": 25, "medium": 35, "hard": 22, "extra": 18}
"""Percent of each level."""

PARAPHRASES = 3
"""How often one query may be asked for in other words, where it is learnt from; elsewhere once."""


@dataclass
class Taken:
    """What is asked already: pairs over all splits, questions per database, queries held out of train."""

    pairs: set[tuple[str, str]] = field(default_factory=set)
    questions: set[tuple[str, str]] = field(default_factory=set)
    held_out: set[tuple[str, str]] = field(default_factory=set)

    def add(self, example: Example) -> None:
        """Note what an example of any split asks."""
        (sql,) = example.gold
        self.pairs.add((example.question, sql))
        self.questions.add((example.db_id, example.question))
        if not _learnt(example.id.split("/")[1]):
            self.held_out.add((example.db_id, sql))


def databases(split: str, every: tuple[str, ...]) -> tuple[str, ...]:
    """Name the databases of a split: ``dev`` and ``test`` have their own, the others all the rest."""
    apart = {"dev": DEV, "test": TEST}
    return apart.get(split) or tuple([name for name in every if name not in DEV + TEST])


def write(domains: Mapping[str, Domain], folder: Path, seed: str) -> dict[str, list[Example]]:
    """Draw the examples of the splits of `COUNTS` from databases that lie in ``folder``."""
    taken = Taken()
    return {split: _split(split, count, domains, folder, seed, taken) for split, count in COUNTS.items()}


def later(
    split: str, domains: Mapping[str, Domain], folder: Path, seed: str, before: Iterable[Example]
) -> list[Example]:
    """Draw the examples of a split of `LATER`: none of them asks what one of ``before`` asks."""
    taken = Taken()
    for example in before:
        taken.add(example)
    return _split(split, LATER[split], domains, folder, seed, taken)


def _split(
    split: str, count: int, domains: Mapping[str, Domain], folder: Path, seed: str, taken: Taken
) -> list[Example]:
    names = databases(split, tuple(domains))
    made: list[Example] = []
    for name, share in zip(names, _shares(count, [1] * len(names)), strict=True):
        for level, pair in _draw(domains[name], folder, split, share, taken, f"{seed}/{split}/{name}"):
            found = Example(f"mini/{split}/{len(made):04}", name, pair.question, (pair.query.sql(),), level)
            taken.add(found)
            made.append(found)
    return made


def _learnt(split: str) -> bool:
    return split.startswith("train")


def _draw(
    domain: Domain, folder: Path, split: str, count: int, taken: Taken, seed: str
) -> Iterator[tuple[Level, Asked]]:
    """Draw ``count`` questions on one database, so many of each level."""
    left = dict(zip(LEVELS, _shares(count, [SHARES[level] for level in LEVELS]), strict=True))
    draw, check = Draw(domain, Random(seed)), Check(folder / f"{domain.db_id}.sqlite")
    repeats: Counter[str] = Counter()
    while any(left.values()):
        asked = ask(draw)
        sql, level = asked.query.sql(), asked.query.level()
        here, pair = (domain.db_id, asked.question), (asked.question, sql)
        held = _learnt(split) and (domain.db_id, sql) in taken.held_out
        if not left[level] or held or here in taken.questions or pair in taken.pairs:
            continue
        if repeats[sql] >= (PARAPHRASES if _learnt(split) else 1) or not check.sound(asked.query):
            continue
        left[level] -= 1
        repeats[sql] += 1
        yield level, asked


def _shares(count: int, weights: list[int]) -> list[int]:
    """Split a number by weights; what rounding leaves over goes to the largest remainders."""
    exact = [count * weight / sum(weights) for weight in weights]
    whole = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda index: whole[index] - exact[index])
    for index in order[: count - sum(whole)]:
        whole[index] += 1
    return whole


class Check:
    """Runs gold on a database, scanned forwards and backwards."""

    def __init__(self, path: Path) -> None:
        self._forwards, self._backwards = (
            apsw.Connection(str(path), apsw.SQLITE_OPEN_READONLY) for _ in "ab"
        )
        self._backwards.execute("PRAGMA reverse_unordered_selects = ON")

    def sound(self, query: Query) -> bool:
        """Tell whether a gold query has an answer worth asking for, and only one."""
        rows = self._run(query.sql())
        if not rows or rows in ([(0,)], [(None,)] * len(rows)):
            return False
        back = self._run(query.sql(), backwards=True)
        same = rows == back if query.order else Counter(rows) == Counter(back)
        return same and all(self._cuts_cleanly(part) for part in query.ordered())

    def _cuts_cleanly(self, query: Query) -> bool:
        """Tell whether the sort keys are all different up to one row past the cut, with no NULL in sight."""
        keys = self._run(query.keys().sql())
        shown = keys[: query.limit] if query.limit else keys
        return (None,) not in shown and len(set(keys)) == len(keys)

    def _run(self, sql: str, *, backwards: bool = False) -> list[Row]:
        return list((self._backwards if backwards else self._forwards).execute(sql))
