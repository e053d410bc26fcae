"""Patterns with a query inside a query, and set operations."""

from __future__ import annotations

from adapters.datasets.mini.conditions import condition, extreme
from adapters.datasets.mini.domain import Entity, Field
from adapters.datasets.mini.draw import NUMBERS, Asked, Draw
from adapters.datasets.mini.patterns.joined import on, tables
from adapters.datasets.mini.query import Condition, Query


def beyond_average(draw: Draw) -> Asked:
    """List or count the rows above or below the average of a number."""
    table = draw.entity()
    field, above = draw.field(table, *NUMBERS), draw.chance(0.6)
    many = draw.nouns(table)
    filtered: tuple[Field, ...] = (field,)
    mean = Query((f"avg({field.name})",), (table.name,))
    where: tuple[Condition, ...] = (Condition(field.name, ">" if above else "<", mean),)
    side = (
        draw.pick("above", "greater than", "higher than")
        if above
        else draw.pick("below", "less than", "lower than")
    )
    words = draw.pick(
        f"with {draw.say(field)} {side} the average", f"whose {draw.say(field)} is {side} average"
    )
    if draw.chance(0.35):
        phrase = condition(draw, table, but=(field,))
        where, words, filtered = where + phrase.where, f"{words} and {phrase.words}", (field, *phrase.fields)
    if draw.chance(0.3):
        question = draw.pick(f"How many {many} {words} are there?", f"Count the {many} {words}.")
        return Asked(question, Query(("count(*)",), (table.name,), where=where))
    shown = draw.shown(table, *filtered)
    question = draw.pick(
        f"What are the {draw.says(shown)} of {many} {words}?",
        f"List the {draw.says(shown)} of {many} {words}.",
        f"Find the {draw.says(shown)} of the {many} {words}.",
    )
    return Asked(question, Query((shown.name,), (table.name,), where=where))


def at_extreme(draw: Draw) -> Asked:
    """List all rows that share the highest or lowest number."""
    table = draw.entity()
    field, function = draw.field(table, *NUMBERS), draw.pick("max", "min")
    shown, many = draw.shown(table, field), draw.nouns(table)
    word = "maximum" if function == "max" else "minimum"
    inner = Query((f"{function}({field.name})",), (table.name,))
    where: tuple[Condition, ...] = (Condition(field.name, "=", inner),)
    words = draw.pick(f"whose {draw.say(field)} is the {word}", f"with exactly the {word} {draw.say(field)}")
    question = draw.pick(
        f"What are the {draw.says(shown)} of all {many} {words}?",
        f"List the {draw.says(shown)} of {many} {words}.",
        f"Find the {draw.says(shown)} of the {many} {words}.",
    )
    return Asked(question, Query((shown.name,), (table.name,), where=where))


def without(draw: Draw) -> Asked:
    """List or count the parents with no child, or with none that meets a condition."""
    link = draw.link()
    key, many = link.parent.primary_key[0], draw.nouns(link.parent)
    inner, lack = Query((link.field.name,), (link.child.name,)), draw.nouns(link.child)
    if draw.chance(0.6):
        phrase = condition(draw, link.child)
        inner, lack = Query(inner.select, inner.tables, where=phrase.where), f"{lack} {phrase.words}"
    where: tuple[Condition, ...] = (Condition(key, "NOT IN", inner),)
    filtered: tuple[Field, ...] = ()
    words = draw.pick(f"without {lack}", f"that have no {lack}", f"with no {lack}")
    if draw.chance(0.3):
        mine = condition(draw, link.parent)
        where, many, filtered = mine.where + where, f"{many} {mine.words} and", mine.fields
    return _parents(draw, link.parent, f"{many} {words}", where, filtered)


def having_some(draw: Draw) -> Asked:
    """List the parents that have a child that meets a condition, by a nested query."""
    link = draw.link()
    key, many = link.parent.primary_key[0], draw.nouns(link.parent)
    phrase = condition(draw, link.child)
    inner = Query((link.field.name,), (link.child.name,), where=phrase.where)
    where: tuple[Condition, ...] = (Condition(key, "IN", inner),)
    filtered: tuple[Field, ...] = ()
    words = draw.pick("with some", "that have any", "with at least one")
    words = f"{words} of the {draw.nouns(link.child)} {phrase.words}"
    if draw.chance(0.35):
        mine = condition(draw, link.parent)
        where, many, filtered = mine.where + where, f"{many} {mine.words} and", mine.fields
    return _parents(draw, link.parent, f"{many} {words}", where, filtered)


def _parents(
    draw: Draw, parent: Entity, many: str, where: tuple[Condition, ...], filtered: tuple[Field, ...]
) -> Asked:
    if draw.chance(0.25):
        question = draw.pick(f"How many {many} are there?", f"Count the {many}.")
        return Asked(question, Query(("count(*)",), (parent.name,), where=where))
    shown = draw.shown(parent, *filtered)
    question = draw.pick(
        f"What are the {draw.says(shown)} of {many}?",
        f"List the {draw.says(shown)} of {many}.",
        f"Find the {draw.says(shown)} of the {many}.",
    )
    return Asked(question, Query((shown.name,), (parent.name,), where=where))


def children_of_extreme(draw: Draw) -> Asked:
    """List or count the children of the one parent at the top or the bottom."""
    link = draw.link()
    words, key, top = extreme(draw, link.parent)
    parent_key = link.parent.primary_key[0]
    inner = Query((parent_key,), (link.parent.name,), order=key.name, descending=top, limit=1)
    where: tuple[Condition, ...] = (Condition(link.field.name, "=", inner),)
    rest = f"{draw.nouns(link.child)} {link.field.of} the {words.format(draw.noun(link.parent))}"
    if draw.chance(0.3):
        question = draw.pick(f"How many {rest} are there?", f"Count the {rest}.")
        return Asked(question, Query(("count(*)",), (link.child.name,), where=where))
    shown = draw.shown(link.child)
    question = draw.pick(
        f"What are the {draw.says(shown)} of {rest}?",
        f"List the {draw.says(shown)} of {rest}.",
        f"Show the {draw.says(shown)} of all {rest}.",
    )
    return Asked(question, Query((shown.name,), (link.child.name,), where=where))


def both(draw: Draw) -> Asked:
    """Show the values that two kinds of rows share, that either has, or that only the first has."""
    table = draw.entity()
    shared = draw.field(table, "choice")
    first = condition(draw, table, but=(shared,))
    second = condition(draw, table, but=(shared,))
    many, said = draw.nouns(table), draw.says(shared)
    question, operator = _set_words(draw, said, f"{many} {first.words}", f"{many} {second.words}")
    other = Query((shared.name,), (table.name,), where=second.where)
    return Asked(
        question, Query((shared.name,), (table.name,), where=first.where, operator=operator, other=other)
    )


def both_joined(draw: Draw) -> Asked:
    """Show the parents that have two kinds of children, either kind, or only the first."""
    link = draw.link()
    shown, parents, many = draw.shown(link.parent), draw.nouns(link.parent), draw.nouns(link.child)
    first, second = condition(draw, link.child, "T2."), condition(draw, link.child, "T2.")
    said = f"{draw.says(shown)} of {parents}"
    question, operator = _set_words(draw, said, f"{many} {first.words}", f"{many} {second.words}", "with")
    select = (f"T1.{shown.name}",)
    other = Query(select, tables(link), (on(link),), where=second.where)
    query = Query(select, tables(link), (on(link),), where=first.where, operator=operator, other=other)
    return Asked(question, query)


def left_over(draw: Draw) -> Asked:
    """Show the parents minus those that have a child, sometimes one that meets a condition."""
    link = draw.link()
    shown, many, lack = draw.shown(link.parent), draw.nouns(link.parent), draw.nouns(link.child)
    other = Query((f"T1.{shown.name}",), tables(link), (on(link),))
    if draw.chance(0.6):
        phrase = condition(draw, link.child, "T2.")
        lack, other = (
            f"{lack} {phrase.words}",
            Query(other.select, other.tables, other.on, where=phrase.where),
        )
    where: tuple[Condition, ...] = ()
    if draw.chance(0.2):
        mine = condition(draw, link.parent)
        many, where = f"{many} {mine.words}", mine.where
    said = draw.says(shown)
    question = draw.pick(
        f"What are the {said} of {many} except those with {lack}?",
        f"List the {said} of {many}, excluding those that have {lack}.",
        f"Show the {said} of all {many} except the ones with {lack}.",
    )
    return Asked(
        question, Query((shown.name,), (link.parent.name,), where=where, operator="EXCEPT", other=other)
    )


def _set_words(draw: Draw, said: str, first: str, second: str, of: str = "of") -> tuple[str, str]:
    roll = draw.rng.random()
    if roll < 0.4:
        question = draw.pick(
            f"Which {said} appear both {of} {first} and {of} {second}?",
            f"What are the {said} {of} both {first} and {second}?",
            f"List the {said} found both {of} {first} and {of} {second}.",
        )
        return question, "INTERSECT"
    if roll < 0.7:
        question = draw.pick(
            f"List the different {said} {of} {first} or else {of} {second}.",
            f"What are all the different {said} {of} either {first} or {second}?",
            f"Show the {said} found {of} {first} together with those {of} {second}.",
        )
        return question, "UNION"
    question = draw.pick(
        f"Which {said} appear {of} {first} but not {of} {second}?",
        f"List the {said} {of} {first} that are not {of} {second}.",
        f"What are the {said} {of} {first} but never {of} {second}?",
    )
    return question, "EXCEPT"
