"""Seeded choices of what to ask about, and the words for it."""

from __future__ import annotations

from random import Random
from typing import NamedTuple, TypeVar

from adapters.datasets.mini.domain import Domain, Entity, Field, Link, Value, plural
from adapters.datasets.mini.query import Query

T = TypeVar("T")
NUMBERS = ("integer", "real")
SORTABLE = ("integer", "real", "date")


class Asked(NamedTuple):
    """A question and its gold query."""

    question: str
    query: Query


class Nothing(Exception):  # noqa: N818 - a signal of the grammar, not an error
    """The database has nothing that the pattern could ask about."""


class Draw:
    """Draws from one database; a plain draw keeps to few wordings and to the schema's own words.

    Attributes:
        domain: the database.
        rng: the source of every choice.
        usual: how often the usual word is taken rather than a synonym or a natural phrase.
    """

    __slots__ = ("domain", "few", "rng", "usual")

    def __init__(self, domain: Domain, rng: Random, *, plain: bool = False) -> None:
        self.domain, self.rng = domain, rng
        self.few = plain
        self.usual = 0.9 if plain else 0.7

    def pick(self, *wordings: str) -> str:
        """Take one wording; a plain draw takes one of the first three."""
        count = min(3, len(wordings)) if self.few else len(wordings)
        return wordings[int(self.rng.random() * count)]

    def one_of(self, items: tuple[T, ...] | list[T]) -> T:
        """Take one item.

        Raises:
            Nothing: there is none.
        """
        if not items:
            raise Nothing
        return items[int(self.rng.random() * len(items))]

    def chance(self, share: float) -> bool:
        """Say yes in ``share`` of all draws."""
        return self.rng.random() < share

    def entity(self) -> Entity:
        """Take a table that has something besides keys."""
        return self.one_of([item for item in self.domain.entities if item.plain])

    def link(self) -> Link:
        """Take two tables that join, each with something besides keys."""
        return self.one_of([link for link in self.domain.links if link.child.plain and link.parent.plain])

    def field(self, entity: Entity, *kinds: str, but: tuple[Field, ...] = ()) -> Field:
        """Take a plain column, of one of ``kinds`` if any are given, and none of ``but``."""
        return self.one_of(
            [item for item in entity.plain if (not kinds or item.kind in kinds) and item not in but]
        )

    def shown(self, entity: Entity, *but: Field) -> Field:
        """Take a column to answer with: mostly the one that names the row."""
        names = [item for item in entity.plain if item.kind == "name" and item not in but]
        return names[0] if names and self.chance(0.7) else self.field(entity, but=but)

    def say(self, field: Field) -> str:
        """Name a column, mostly by its usual name."""
        said = field.said
        return said[0] if len(said) == 1 or self.chance(self.usual) else self.one_of(said[1:])

    def says(self, field: Field) -> str:
        """Name a column in the plural."""
        return plural(self.say(field))

    def noun(self, entity: Entity) -> str:
        """Name one row of a table."""
        return self._said(entity)[0]

    def nouns(self, entity: Entity) -> str:
        """Name the rows of a table."""
        return self._said(entity)[1]

    def _said(self, entity: Entity) -> tuple[str, str]:
        said = entity.said
        return said[0] if len(said) == 1 or self.chance(self.usual) else self.one_of(said[1:])


def literal(value: Value) -> str:
    """Write a value as an SQL literal."""
    return f"'{value}'" if isinstance(value, str) else str(value)
