"""Conditions on one table: the words that follow its noun, and the SQL."""

from __future__ import annotations

from typing import NamedTuple

from adapters.datasets.mini.domain import Entity, Field, Value
from adapters.datasets.mini.draw import SORTABLE, Draw, Nothing, literal
from adapters.datasets.mini.query import Condition


class Phrase(NamedTuple):
    """Words that follow a plural noun (``"with age over 30"``), the conditions, and their connective."""

    words: str
    where: tuple[Condition, ...]
    fields: tuple[Field, ...]
    joiner: str = "AND"


def condition(draw: Draw, entity: Entity, alias: str = "", but: tuple[Field, ...] = ()) -> Phrase:
    """Draw one simple condition on a column that is none of ``but``."""
    field = draw.one_of([item for item in entity.plain if item.values and item not in but])
    column = alias + field.name
    if field.kind in ("name", "choice"):
        words, op, right = _text(draw, field)
    elif field.kind == "date":
        words, op, right = _date(draw, field)
    else:
        words, op, right = _number(draw, field)
    return Phrase(words, (Condition(column, op, right),), (field,))


def conditions(draw: Draw, entity: Entity, alias: str = "", but: tuple[Field, ...] = ()) -> Phrase:
    """Draw two conditions on different columns, or two alternatives on one."""
    if draw.chance(0.35):
        return _either(draw, entity, alias, but)
    first = condition(draw, entity, alias, but)
    second = condition(draw, entity, alias, but + first.fields)
    joiner = "AND" if draw.chance(0.8) else "OR"
    words = f"{first.words} {joiner.lower()} {second.words}"
    return Phrase(words, first.where + second.where, first.fields + second.fields, joiner)


def _either(draw: Draw, entity: Entity, alias: str, but: tuple[Field, ...]) -> Phrase:
    field = draw.field(entity, "choice", "name", but=but)
    first, second = _two(draw, field)
    said = draw.say(field)
    words = draw.pick(f"whose {said} is {first} or {second}", f"with {said} {first} or {second}")
    if field.that and not draw.chance(draw.usual):
        words = draw.one_of(field.that).format(f"{first} or {second}")
    column = alias + field.name
    where = (Condition(column, "=", literal(first)), Condition(column, "=", literal(second)))
    return Phrase(words, where, (field,), "OR")


def _text(draw: Draw, field: Field) -> tuple[str, str, str]:
    value, said, roll = str(draw.one_of(field.values)), draw.say(field), draw.rng.random()
    if roll < 0.14:
        words = draw.pick(f"whose {said} is not {value}", f"with {said} other than {value}")
        return words, "!=", literal(value)
    if roll < 0.26 and field.kind == "name":
        words = draw.pick(f"whose {said} starts with {value[0]}", f"with {said} starting with {value[0]}")
        return words, "LIKE", f"'{value[0]}%'"
    if roll < 0.38 and field.kind == "name" and len(value) > 3:
        at = int(draw.rng.random() * (len(value) - 2))
        part = value[at : at + 2].lower()
        if " " not in part:
            words = draw.pick(f"whose {said} contains {part}", f"with {part} in the {said}")
            return words, "LIKE", f"'%{part}%'"
    if field.that and not draw.chance(draw.usual - 0.2):
        return draw.one_of(field.that).format(value), "=", literal(value)
    return draw.pick(f"whose {said} is {value}", f"with {said} {value}"), "=", literal(value)


def _number(draw: Draw, field: Field) -> tuple[str, str, str]:
    value, said, roll = draw.one_of(field.values), draw.say(field), draw.rng.random()
    if roll < 0.14:
        low, high = _two(draw, field, ordered=True)
        words = draw.pick(f"with {said} between {low} and {high}", f"whose {said} is from {low} to {high}")
        return words, "BETWEEN", f"{literal(low)} AND {literal(high)}"
    if roll < 0.28:
        return draw.pick(f"with {said} {value}", f"whose {said} is {value}"), "=", literal(value)
    if roll < 0.34:
        return (
            draw.pick(f"with {said} at least {value}", f"whose {said} is {value} or more"),
            ">=",
            literal(value),
        )
    if roll < 0.68:
        if field.more and not draw.chance(draw.usual - 0.2):
            return field.more.format(value), ">", literal(value)
        words = draw.pick(
            f"with {said} above {value}",
            f"whose {said} is over {value}",
            f"with {said} greater than {value}",
            f"whose {said} is more than {value}",
            f"with {said} higher than {value}",
        )
        return words, ">", literal(value)
    if field.less and not draw.chance(draw.usual - 0.2):
        return field.less.format(value), "<", literal(value)
    words = draw.pick(
        f"with {said} below {value}",
        f"whose {said} is under {value}",
        f"with {said} less than {value}",
        f"whose {said} is smaller than {value}",
        f"with {said} lower than {value}",
    )
    return words, "<", literal(value)


def _date(draw: Draw, field: Field) -> tuple[str, str, str]:
    year, said, roll = str(draw.one_of(field.values))[:4], draw.say(field), draw.rng.random()
    if roll < 0.4:
        return draw.pick(f"with {said} in {year}", f"whose {said} is in {year}"), "LIKE", f"'{year}%'"
    if roll < 0.7:
        return (
            draw.pick(f"with {said} since {year}", f"whose {said} is {year} or later"),
            ">=",
            f"'{year}-01-01'",
        )
    return (
        draw.pick(f"with {said} before {year}", f"whose {said} is earlier than {year}"),
        "<",
        f"'{year}-01-01'",
    )


def _two(draw: Draw, field: Field, *, ordered: bool = False) -> tuple[Value, Value]:
    first = draw.one_of(field.values)
    second = draw.one_of([item for item in field.values[:24] if item != first])
    if ordered and str(second) != str(first) and float(str(second)) < float(str(first)):
        first, second = second, first
    return first, second


def extreme(draw: Draw, entity: Entity, *but: Field) -> tuple[str, Field, bool]:
    """Draw a superlative: words for ``the ... <noun>``, the column, and whether the highest is meant.

    The words hold ``{}`` where the noun stands: ``"oldest {}"`` or ``"{} with the highest age"``.
    """
    fields = [item for item in entity.plain if item.kind in SORTABLE and item not in but]
    if not fields:
        raise Nothing
    field, top = draw.one_of(fields), draw.chance(0.6)
    adjective = field.most if top else field.least
    if adjective and not draw.chance(draw.usual - 0.3):
        return adjective + " {}", field, top
    if field.kind == "date":
        word = draw.pick("latest", "most recent") if top else draw.pick("earliest", "first")
    else:
        word = draw.pick("highest", "greatest", "largest") if top else draw.pick("lowest", "smallest")
    return f"{{}} with the {word} {draw.say(field)}", field, top
