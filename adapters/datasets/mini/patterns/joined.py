"""Patterns over two or three tables that foreign keys join."""

from __future__ import annotations

from dataclasses import replace

from adapters.datasets.mini.conditions import Phrase, condition, conditions, extreme
from adapters.datasets.mini.domain import Field, Link
from adapters.datasets.mini.draw import NUMBERS, Asked, Draw, Nothing
from adapters.datasets.mini.patterns.single import AGGREGATES, aggregation
from adapters.datasets.mini.query import Condition, Query


def tables(link: Link) -> tuple[str, str]:
    """Name the tables of a join, the parent as T1 and the child as T2."""
    return (link.parent.name, link.child.name)


def on(link: Link, parent: int = 1, child: int = 2) -> str:
    """Write the join condition of a link between two aliases."""
    return f"T{parent}.{link.parent.primary_key[0]} = T{child}.{link.field.name}"


def owned(draw: Draw, link: Link, phrase: Phrase) -> str:
    """Say the children of a parent that meets a condition: ``songs by singers from Spain``."""
    return f"{link.field.of} {draw.nouns(link.parent)} {phrase.words}"


def child_of(draw: Draw) -> Asked:
    """List or count children by conditions on the parent, and sometimes on themselves."""
    link = draw.link()
    phrase = condition(draw, link.parent, "T1.")
    where, of, own = phrase.where, owned(draw, link, phrase), ""
    filtered: tuple[Field, ...] = ()
    if draw.chance(0.25):
        mine = condition(draw, link.child, "T2.")
        where, own, filtered = mine.where + where, f"{mine.words} ", mine.fields
    rest = f"{draw.nouns(link.child)} {own}{of}"
    if draw.chance(0.3):
        question = draw.pick(
            f"How many {rest} are there?", f"Count the {rest}.", f"What is the number of {rest}?"
        )
        return Asked(question, Query(("count(*)",), tables(link), (on(link),), where=where))
    shown = draw.shown(link.child, *filtered)
    question = draw.pick(
        f"What are the {draw.says(shown)} of {rest}?",
        f"List the {draw.says(shown)} of {rest}.",
        f"Find the {draw.says(shown)} of all {rest}.",
        f"Show the {draw.says(shown)} of {rest}.",
    )
    return Asked(question, Query((f"T2.{shown.name}",), tables(link), (on(link),), where=where))


def parent_with(draw: Draw) -> Asked:
    """List the parents that have a child that meets a condition."""
    link = draw.link()
    phrase = (condition if draw.chance(0.75) else conditions)(draw, link.child, "T2.")
    shown, rest = draw.shown(link.parent), f"{draw.nouns(link.child)} {phrase.words}"
    said, many = draw.says(shown), draw.nouns(link.parent)
    question = draw.pick(
        f"What are the different {said} of {many} that have {rest}?",
        f"List the distinct {said} of {many} with {rest}.",
        f"Show the different {said} of {many} having {rest}.",
    )
    query = Query(
        (f"T1.{shown.name}",), tables(link), (on(link),), phrase.where, phrase.joiner, distinct=True
    )
    return Asked(question, query)


def pairs(draw: Draw) -> Asked:
    """List each child with its parent, of all children or of some."""
    link = draw.link()
    mine, theirs = draw.shown(link.child), draw.shown(link.parent)
    other, rest = draw.noun(link.parent), f"each {draw.noun(link.child)}"
    query = Query((f"T2.{mine.name}", f"T1.{theirs.name}"), tables(link), (on(link),))
    if draw.chance(0.45):
        phrase = condition(draw, link.child, "T2.", but=(mine,))
        rest, query = f"{draw.nouns(link.child)} {phrase.words}", replace(query, where=phrase.where)
    question = draw.pick(
        f"Show the {draw.say(mine)} and the {other} {draw.say(theirs)} of {rest}.",
        f"For {rest}, give the {draw.say(mine)} and the {draw.say(theirs)} of the {other}.",
        f"List the {draw.say(mine)} and the {other} {draw.say(theirs)} for {rest}.",
    )
    return Asked(question, query)


def number_per_parent(draw: Draw) -> Asked:
    """Count the children of each parent."""
    link = draw.link()
    shown, many, one = draw.shown(link.parent), draw.nouns(link.child), draw.noun(link.parent)
    query = Query(
        (f"T1.{shown.name}", "count(*)"), tables(link), (on(link),), group=f"T1.{link.parent.primary_key[0]}"
    )
    of = ""
    if draw.chance(0.25):
        phrase = condition(draw, link.child, "T2.")
        of, query = f" {phrase.words}", replace(query, where=phrase.where)
    question = draw.pick(
        f"Show the {draw.say(shown)} of each {one} and the number of {many}{of}.",
        f"How many {many}{of} does each {one} have? Show the {draw.say(shown)} too.",
        f"For each {one}, give the {draw.say(shown)} and count the {many}{of}.",
    )
    return Asked(question, query)


def parents_by_number(draw: Draw) -> Asked:
    """Show the parents that have enough children."""
    link = draw.link()
    shown, many, parents = draw.shown(link.parent), draw.nouns(link.child), draw.nouns(link.parent)
    op, said = draw.one_of(((">", "more than"), (">=", "at least"), ("<", "fewer than")))
    bound = draw.one_of((1, 2, 3, 4, 5))
    query = Query(
        (f"T1.{shown.name}",),
        tables(link),
        (on(link),),
        group=f"T1.{link.parent.primary_key[0]}",
        having=Condition("count(*)", op, str(bound)),
    )
    question = draw.pick(
        f"What are the {draw.says(shown)} of {parents} with {said} {bound} {many}?",
        f"List the {draw.says(shown)} of {parents} that have {said} {bound} {many}.",
        f"Show the {draw.says(shown)} of the {parents} having {said} {bound} {many}.",
    )
    return Asked(question, query)


def parent_with_most(draw: Draw) -> Asked:
    """Show the parent with the most or the fewest children."""
    link = draw.link()
    shown, down, one = draw.shown(link.parent), draw.chance(0.65), draw.noun(link.parent)
    many, word = draw.nouns(link.child), "most" if down else "fewest"
    query = Query(
        (f"T1.{shown.name}",),
        tables(link),
        (on(link),),
        group=f"T1.{link.parent.primary_key[0]}",
        order="count(*)",
        descending=down,
        limit=1,
    )
    if draw.chance(0.25):
        phrase = condition(draw, link.child, "T2.")
        many, query = f"{many} {phrase.words}", replace(query, where=phrase.where)
    question = draw.pick(
        f"What is the {draw.say(shown)} of the {one} with the {word} {many}?",
        f"Show the {draw.say(shown)} of the {one} that has the {word} {many}.",
        f"Find the {draw.say(shown)} of the {one} having the {word} {many}.",
    )
    return Asked(question, query)


def aggregate_children(draw: Draw) -> Asked:
    """Aggregate a number over the children of some parents, or of each parent."""
    link = draw.link()
    field = draw.field(link.child, *NUMBERS)
    function = aggregation(draw, field)
    answer, said = f"{function}(T2.{field.name})", f"{draw.pick(*AGGREGATES[function])} {draw.say(field)}"
    many = draw.nouns(link.child)
    if draw.chance(0.6):
        phrase = condition(draw, link.parent, "T1.")
        rest = f"{many} {owned(draw, link, phrase)}"
        question = draw.pick(
            f"What is the {said} of {rest}?", f"Find the {said} of all {rest}.", f"Give the {said} of {rest}."
        )
        return Asked(question, Query((answer,), tables(link), (on(link),), where=phrase.where))
    shown, one = draw.shown(link.parent), draw.noun(link.parent)
    question = draw.pick(
        f"Show the {draw.say(shown)} of each {one} and the {said} of its {many}.",
        f"For each {one}, give the {draw.say(shown)} and the {said} of its {many}.",
        f"What is the {said} of {many} for each {one}? Show the {draw.say(shown)} too.",
    )
    group = f"T1.{link.parent.primary_key[0]}"
    return Asked(question, Query((f"T1.{shown.name}", answer), tables(link), (on(link),), group=group))


def extreme_child(draw: Draw) -> Asked:
    """Show the parent of the child at the top or the bottom, of all children or of some."""
    link = draw.link()
    words, key, top = extreme(draw, link.child)
    shown, one = draw.shown(link.parent), draw.noun(link.parent)
    where: tuple[Condition, ...] = ()
    among = ""
    if draw.chance(0.25):
        phrase = condition(draw, link.child, "T2.", but=(key,))
        where, among = phrase.where, f" among {draw.nouns(link.child)} {phrase.words}"
    who = words.format(draw.noun(link.child)) + among
    question = draw.pick(
        f"What is the {draw.say(shown)} of the {one} that has the {who}?",
        f"Show the {draw.say(shown)} of the {one} with the {who}.",
        f"Which {one} has the {who}? Give its {draw.say(shown)}.",
    )
    order = f"T2.{key.name}"
    query = Query(
        (f"T1.{shown.name}",), tables(link), (on(link),), where, order=order, descending=top, limit=1
    )
    return Asked(question, query)


def extreme_of_parent(draw: Draw) -> Asked:
    """Show the top or bottom child among the children of some parents, or list them sorted."""
    link = draw.link()
    words, key, top = extreme(draw, link.child)
    shown, phrase = draw.shown(link.child, key), condition(draw, link.parent, "T1.")
    of = owned(draw, link, phrase)
    select, order = (f"T2.{shown.name}",), f"T2.{key.name}"
    if draw.chance(0.6):
        who = f"{words.format(draw.noun(link.child))} {of}"
        question = draw.pick(
            f"What is the {draw.say(shown)} of the {who}?",
            f"Show the {draw.say(shown)} of the {who}.",
            f"Find the {draw.say(shown)} of the {who}.",
        )
        return Asked(
            question,
            Query(select, tables(link), (on(link),), phrase.where, order=order, descending=top, limit=1),
        )
    by = (
        draw.pick("in descending order of", "from highest to lowest")
        if top
        else draw.pick("sorted by", "ordered by")
    )
    rest = f"{draw.nouns(link.child)} {of}, {by} {draw.say(key)}"
    question = draw.pick(f"List the {draw.says(shown)} of {rest}.", f"Show the {draw.says(shown)} of {rest}.")
    return Asked(
        question, Query(select, tables(link), (on(link),), phrase.where, order=order, descending=top)
    )


def group_by_parent(draw: Draw) -> Asked:
    """Count children per value of a parent's column, or show the value that has the most."""
    link = draw.link()
    by, many = draw.field(link.parent, "choice"), draw.nouns(link.child)
    column = f"T1.{by.name}"
    if draw.chance(0.6):
        question = draw.pick(
            f"How many {many} are there for each {draw.noun(link.parent)} {draw.say(by)}?",
            f"Show each {draw.noun(link.parent)} {draw.say(by)} and the number of {many}.",
            f"Count the {many} per {draw.noun(link.parent)} {draw.say(by)}.",
        )
        return Asked(question, Query((column, "count(*)"), tables(link), (on(link),), group=column))
    down = draw.chance(0.7)
    said = f"{draw.noun(link.parent)} {draw.say(by)}"
    question = draw.pick(
        f"Which {said} has the {'most' if down else 'fewest'} {many}?",
        f"What is the {said} with the {'most' if down else 'fewest'} {many}?",
    )
    query = Query(
        (column,), tables(link), (on(link),), group=column, order="count(*)", descending=down, limit=1
    )
    return Asked(question, query)


def three(draw: Draw) -> Asked:
    """Go over three tables: a table in the middle, its parent, and a third that joins the middle."""
    near, far = _chain(draw)
    middle = near.child
    if far.child is middle:
        third, join = far.parent, f"T2.{far.field.name} = T3.{far.parent.primary_key[0]}"
    else:
        third, join = far.child, f"T2.{middle.primary_key[0]} = T3.{far.field.name}"
    names, ons = (near.parent.name, middle.name, third.name), (on(near), join)
    phrase = condition(draw, near.parent, "T1.")
    which = f"{draw.nouns(near.parent)} {phrase.words}"
    if draw.chance(0.25):
        question = draw.pick(
            f"How many {draw.nouns(third)} are linked to {which}?",
            f"Count the {draw.nouns(third)} linked to {which}.",
        )
        return Asked(question, Query(("count(*)",), names, ons, phrase.where))
    shown = draw.shown(third)
    column, said = f"T3.{shown.name}", f"{draw.says(shown)} of {draw.nouns(third)}"
    if draw.chance(0.5):
        question = draw.pick(
            f"What are the different {said} linked to {which}?",
            f"List the distinct {said} that go with {which}.",
            f"Show the different {said} for {which}.",
        )
        return Asked(question, Query((column,), names, ons, phrase.where, distinct=True))
    words, key, top = extreme(draw, third)
    said = f"{draw.say(shown)} of the {words.format(draw.noun(third))}"
    question = draw.pick(
        f"What is the {said} linked to {which}?",
        f"Show the {said} that goes with {which}.",
        f"Find the {said} for {which}.",
    )
    return Asked(
        question, Query((column,), names, ons, phrase.where, order=f"T3.{key.name}", descending=top, limit=1)
    )


def _chain(draw: Draw) -> tuple[Link, Link]:
    """Take two links that share a table: the child of the first."""
    links = draw.domain.links
    chains = [
        (near, far)
        for near in links
        for far in links
        if far is not near
        and (far.child is near.child or (far.parent is near.child))
        and near.parent.plain
        and (far.parent if far.child is near.child else far.child).plain
        and near.parent is not far.parent
    ]
    if not chains:
        raise Nothing
    return draw.one_of(chains)
