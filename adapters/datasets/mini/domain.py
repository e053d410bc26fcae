"""A database as the grammar sees it: how its tables and columns are spoken of, and what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.types import Column, ForeignKey, Schema, Table

Kind: TypeAlias = Literal["key", "name", "choice", "integer", "real", "date", "link"]

Value: TypeAlias = int | float | str
"""What a question can name: never NULL."""

SQL_TYPES: dict[Kind, str] = {
    "key": "integer",
    "name": "text",
    "choice": "text",
    "integer": "integer",
    "real": "real",
    "date": "date",
    "link": "integer",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column with its words and the literals a question may use.

    ``said`` are its names in speech, the usual one first. ``that`` follows a noun and holds ``{}``
    for a value (``"from {}"``). ``more`` and ``less`` do the same for a comparison
    (``"older than {}"``), ``most`` and ``least`` precede a noun (``"oldest"``). ``to`` is the table
    that a link references and ``of`` the words from child to parent (``"written by"``).
    """

    name: str
    kind: Kind
    said: tuple[str, ...]
    values: tuple[Value, ...] = ()
    that: tuple[str, ...] = ()
    more: str = ""
    less: str = ""
    most: str = ""
    least: str = ""
    to: str = ""
    of: str = "of"


@dataclass(frozen=True, slots=True)
class Entity:
    """A table with its nouns: pairs of singular and plural, the usual one first."""

    name: str
    said: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    links: tuple[Field, ...]
    plain: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """``child.field`` references the key of ``parent``."""

    child: Entity
    field: Field
    parent: Entity


@dataclass(frozen=True, slots=True)
class Domain:
    """A database's tables and the links between them."""

    db_id: str
    entities: tuple[Entity, ...]
    links: tuple[Link, ...]

    def schema(self) -> Schema:
        """Return what a prompt may show of this database."""
        return Schema(
            self.db_id,
            tuple([_table(entity) for entity in self.entities]),
            tuple(
                [
                    ForeignKey(link.child.name, link.field.name, link.parent.name, link.parent.primary_key[0])
                    for link in self.links
                ]
            ),
        )


def entity(
    name: str, said: tuple[tuple[str, str], ...], fields: tuple[Field, ...], primary_key: tuple[str, ...]
) -> Entity:
    """Make an entity, its fields sorted into links and plain ones (neither key nor link)."""
    return Entity(
        name,
        said,
        fields,
        primary_key,
        links=tuple([field for field in fields if field.kind == "link"]),
        plain=tuple([field for field in fields if field.kind not in ("key", "link")]),
    )


def domain(db_id: str, entities: tuple[Entity, ...]) -> Domain:
    """Make a domain and resolve its links."""
    by_name = {item.name: item for item in entities}
    links = [Link(item, field, by_name[field.to]) for item in entities for field in item.links]
    return Domain(db_id, entities, tuple(links))


def plural(noun: str) -> str:
    """Form the regular plural of a noun, or of the head of an ``x of y`` phrase; plurals stay.

    >>> plural("city"), plural("boss"), plural("days"), plural("date of birth")
    ('cities', 'bosses', 'days', 'dates of birth')
    """
    for joint in (" of ", " in "):
        head, found, rest = noun.partition(joint)
        if found:
            return plural(head) + joint + rest
    if noun.endswith(("s", "x", "ch", "sh", "z")):
        return noun if noun[-1] == "s" and noun[-2:-1] not in "suia" else noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def whole(number: float) -> int | float:
    """Return a number without its fraction where that is zero, so that it is written ``3``, not ``3.0``."""
    return int(number) if number == int(number) else number


def _table(item: Entity) -> Table:
    spoken = item.said[0][0]
    columns = [
        Column(field.name, SQL_TYPES[field.kind], _label(field.said[0], field.name)) for field in item.fields
    ]
    return Table(item.name, tuple(columns), item.primary_key, _label(spoken, item.name))


def _label(spoken: str, name: str) -> str:
    return "" if spoken == name else spoken
