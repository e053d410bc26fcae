"""Patterns over one table: projections, filters, aggregates, DISTINCT, sorting, grouping."""

from __future__ import annotations

from adapters.datasets.mini.conditions import condition, conditions, extreme
from adapters.datasets.mini.domain import Field
from adapters.datasets.mini.draw import NUMBERS, SORTABLE, Asked, Draw
from adapters.datasets.mini.query import Condition, Query

AGGREGATES = {
    "avg": ("average", "mean"),
    "max": ("highest", "maximum"),
    "min": ("lowest", "minimum"),
    "sum": ("total", "summed"),
}


def aggregation(draw: Draw, field: Field) -> str:
    """Take an aggregate function that makes sense: nobody sums years."""
    first = field.values[0] if field.values else 0
    is_year = isinstance(first, int) and 1400 < first < 2100
    return draw.one_of(("max", "min") if is_year else ("avg", "max", "min", "sum"))


def count(draw: Draw) -> Asked:
    """Count the rows of a table."""
    table = draw.entity()
    many = draw.nouns(table)
    question = draw.pick(
        f"How many {many} are there?",
        f"Count the {many}.",
        f"What is the number of {many}?",
        f"How many {many} do we have in total?",
        f"Give the total number of {many}.",
    )
    return Asked(question, Query(("count(*)",), (table.name,)))


def count_filtered(draw: Draw) -> Asked:
    """Count the rows that meet one or two conditions."""
    table = draw.entity()
    many, phrase = draw.nouns(table), (condition if draw.chance(0.75) else conditions)(draw, table)
    question = draw.pick(
        f"How many {many} {phrase.words} are there?",
        f"Count the {many} {phrase.words}.",
        f"What is the number of {many} {phrase.words}?",
        f"Find the number of {many} {phrase.words}.",
    )
    return Asked(question, Query(("count(*)",), (table.name,), where=phrase.where, joiner=phrase.joiner))


def project(draw: Draw) -> Asked:
    """List one or two columns of every row."""
    table = draw.entity()
    many, first = draw.nouns(table), draw.shown(table)
    if draw.chance(0.45):
        question = draw.pick(
            f"What are the {draw.says(first)} of all {many}?",
            f"List the {draw.say(first)} of every {draw.noun(table)}.",
            f"Show the {draw.says(first)} of all {many}.",
            f"Give me the {draw.say(first)} of each {draw.noun(table)}.",
        )
        return Asked(question, Query((first.name,), (table.name,)))
    second = draw.field(table, but=(first,))
    both = f"{draw.say(first)} and {draw.say(second)}"
    question = draw.pick(
        f"What are the {both} of all {many}?",
        f"List the {both} of every {draw.noun(table)}.",
        f"Show the {both} for each {draw.noun(table)}.",
        f"For all {many}, give the {both}.",
    )
    return Asked(question, Query((first.name, second.name), (table.name,)))


def select(draw: Draw) -> Asked:
    """List one or two columns of the rows that meet one or two conditions."""
    table = draw.entity()
    many, phrase = draw.nouns(table), (condition if draw.chance(0.65) else conditions)(draw, table)
    shown = [draw.shown(table, *phrase.fields)]
    said = draw.says(shown[0])
    if draw.chance(0.3):
        shown.append(draw.field(table, but=(shown[0],)))
        said = f"{draw.say(shown[0])} and {draw.say(shown[1])}"
    question = draw.pick(
        f"What are the {said} of {many} {phrase.words}?",
        f"List the {said} of {many} {phrase.words}.",
        f"Show the {said} of all {many} {phrase.words}.",
        f"Find the {said} of the {many} {phrase.words}.",
        f"For {many} {phrase.words}, give the {said}.",
        f"Which {said} belong to {many} {phrase.words}?",
    )
    columns = tuple([item.name for item in shown])
    return Asked(question, Query(columns, (table.name,), where=phrase.where, joiner=phrase.joiner))


def aggregate(draw: Draw) -> Asked:
    """Aggregate a number over all rows or over some."""
    table = draw.entity()
    field = draw.field(table, *NUMBERS)
    function = aggregation(draw, field)
    many, said = draw.nouns(table), f"{draw.pick(*AGGREGATES[function])} {draw.say(field)}"
    where: tuple[Condition, ...] = ()
    rest = f"all {many}"
    if draw.chance(0.6):
        phrase = condition(draw, table, but=(field,))
        where, rest = phrase.where, f"{many} {phrase.words}"
    question = draw.pick(
        f"What is the {said} of {rest}?",
        f"Find the {said} of {rest}.",
        f"Give the {said} for {rest}.",
        f"For {rest}, what is the {said}?",
    )
    return Asked(question, Query((f"{function}({field.name})",), (table.name,), where=where))


def aggregate_two(draw: Draw) -> Asked:
    """Aggregate a number in two ways."""
    table = draw.entity()
    field = draw.field(table, *NUMBERS)
    pair = (aggregation(draw, field), aggregation(draw, field))
    if pair[0] == pair[1]:
        pair = ("min", "max")
    words = " and ".join([draw.pick(*AGGREGATES[function]) for function in pair])
    where: tuple[Condition, ...] = ()
    rest = f"all {draw.nouns(table)}"
    if draw.chance(0.5):
        phrase = condition(draw, table, but=(field,))
        where, rest = phrase.where, f"{draw.nouns(table)} {phrase.words}"
    question = draw.pick(
        f"What are the {words} {draw.say(field)} of {rest}?",
        f"Find the {words} {draw.say(field)} of {rest}.",
        f"Show the {words} {draw.say(field)} for {rest}.",
    )
    return Asked(
        question, Query(tuple([f"{item}({field.name})" for item in pair]), (table.name,), where=where)
    )


def different(draw: Draw) -> Asked:
    """List or count the different values of a column."""
    table = draw.entity()
    field, many = draw.field(table, "choice", "integer"), draw.nouns(table)
    said = draw.says(field)
    where: tuple[Condition, ...] = ()
    rest = f"the {many}" if draw.chance(0.5) else many
    if draw.chance(0.4):
        phrase = condition(draw, table, but=(field,))
        where, rest = phrase.where, f"{many} {phrase.words}"
    if draw.chance(0.5):
        question = draw.pick(
            f"What are the different {said} of {rest}?",
            f"List the distinct {said} of {rest}.",
            f"Show all different {said} of {rest}.",
            f"Which different {said} do {rest} have?",
        )
        return Asked(question, Query((field.name,), (table.name,), where=where, distinct=True))
    question = draw.pick(
        f"How many different {said} do {rest} have?",
        f"Count the distinct {said} of {rest}.",
        f"How many distinct {said} are there among {rest}?",
    )
    return Asked(question, Query((f"count(DISTINCT {field.name})",), (table.name,), where=where))


def sort(draw: Draw) -> Asked:
    """List one or two columns in the order of a third, sometimes of some rows only."""
    table = draw.entity()
    key = draw.field(table, *SORTABLE)
    shown = [draw.shown(table, key)]
    said = draw.says(shown[0])
    if draw.chance(0.3):
        shown.append(draw.field(table, but=(shown[0],)))
        said = f"{draw.say(shown[0])} and {draw.say(shown[1])}"
    where: tuple[Condition, ...] = ()
    rest = f"all {draw.nouns(table)}"
    if draw.chance(0.3):
        phrase = condition(draw, table, but=(key,))
        where, rest = phrase.where, f"{draw.nouns(table)} {phrase.words}"
    down, by = draw.chance(0.5), draw.say(key)
    order = (
        draw.pick("in descending order of", "from highest to lowest")
        if down
        else draw.pick("in ascending order of", "from lowest to highest", "sorted by", "ordered by")
    )
    question = draw.pick(
        f"List the {said} of {rest} {order} {by}.",
        f"Show the {said} of {rest}, {order} {by}.",
        f"What are the {said} of {rest} {order} {by}?",
    )
    columns = tuple([item.name for item in shown])
    return Asked(question, Query(columns, (table.name,), where=where, order=key.name, descending=down))


def superlative(draw: Draw) -> Asked:
    """Show the one row at the top or the bottom, of all rows or of some."""
    table = draw.entity()
    words, key, top = extreme(draw, table)
    shown = [draw.shown(table, key)]
    said = draw.say(shown[0])
    if draw.chance(0.25):
        shown.append(draw.field(table, but=(shown[0],)))
        said += f" and {draw.say(shown[1])}"
    where: tuple[Condition, ...] = ()
    among = ""
    if draw.chance(0.4):
        phrase = condition(draw, table, but=(key,))
        where, among = phrase.where, f" among {draw.nouns(table)} {phrase.words}"
    who = words.format(draw.noun(table)) + among
    question = draw.pick(
        f"What is the {said} of the {who}?",
        f"Show the {said} of the {who}.",
        f"Find the {said} of the {who}.",
        f"Give me the {said} of the {who}.",
    )
    columns = tuple([item.name for item in shown])
    return Asked(
        question, Query(columns, (table.name,), where=where, order=key.name, descending=top, limit=1)
    )


def top(draw: Draw) -> Asked:
    """Show the first few rows by a column."""
    table = draw.entity()
    words, key, highest = extreme(draw, table)
    shown, limit = draw.shown(table, key), draw.one_of((2, 3, 4, 5))
    where: tuple[Condition, ...] = ()
    among = ""
    if draw.chance(0.3):
        phrase = condition(draw, table, but=(key,))
        where, among = phrase.where, f" among {draw.nouns(table)} {phrase.words}"
    who = f"{limit} {words.format(draw.nouns(table))}{among}"
    question = draw.pick(
        f"What are the {draw.says(shown)} of the {who}?",
        f"List the {draw.says(shown)} of the {who}.",
        f"Show the {draw.says(shown)} of the {who}.",
    )
    return Asked(
        question,
        Query((shown.name,), (table.name,), where=where, order=key.name, descending=highest, limit=limit),
    )


def group(draw: Draw) -> Asked:
    """Count or aggregate per value of a column."""
    table = draw.entity()
    by, of = draw.field(table, "choice"), ""
    where: tuple[Condition, ...] = ()
    if draw.chance(0.3):
        phrase = condition(draw, table, but=(by,))
        where, of = phrase.where, " " + phrase.words
    many = draw.nouns(table) + of
    if draw.chance(0.55):
        answer = "count(*)"
        question = draw.pick(
            f"How many {many} are there for each {draw.say(by)}?",
            f"Show each {draw.say(by)} and the number of {many}.",
            f"For every {draw.say(by)}, count the {many}.",
            f"Count the {many} per {draw.say(by)}.",
        )
    else:
        number = draw.field(table, *NUMBERS)
        function = aggregation(draw, number)
        answer, said = f"{function}({number.name})", f"{draw.pick(*AGGREGATES[function])} {draw.say(number)}"
        question = draw.pick(
            f"What is the {said} of {many} for each {draw.say(by)}?",
            f"Show each {draw.say(by)} and the {said} of {many}.",
            f"For every {draw.say(by)}, give the {said} of {many}.",
        )
    return Asked(question, Query((by.name, answer), (table.name,), where=where, group=by.name))


def having(draw: Draw) -> Asked:
    """Show the values of a column that enough rows share."""
    table = draw.entity()
    by, bound, many = draw.field(table, "choice"), draw.one_of((1, 2, 3, 4, 5, 6)), draw.nouns(table)
    op, said = draw.one_of(((">", "more than"), (">=", "at least"), ("<", "fewer than"), (">", "over")))
    select: tuple[str, ...] = (by.name,)
    extra = ""
    if draw.chance(0.3):
        select, extra = (by.name, "count(*)"), " and how many"
    question = draw.pick(
        f"Which {draw.says(by)} have {said} {bound} {many}{extra}?",
        f"List the {draw.says(by)} with {said} {bound} {many}{extra}.",
        f"Show the {draw.says(by)} shared by {said} {bound} {many}{extra}.",
    )
    query = Query(select, (table.name,), group=by.name, having=Condition("count(*)", op, str(bound)))
    return Asked(question, query)


def group_top(draw: Draw) -> Asked:
    """Show the value of a column with the most rows, or all of them from the most frequent down."""
    table = draw.entity()
    by, down, of = draw.field(table, "choice"), draw.chance(0.65), ""
    where: tuple[Condition, ...] = ()
    if draw.chance(0.3):
        phrase = condition(draw, table, but=(by,))
        where, of = phrase.where, " " + phrase.words
    many, extreme_word = draw.nouns(table) + of, "most" if down else "fewest"
    question = draw.pick(
        f"Which {draw.say(by)} has the {extreme_word} {many}?",
        f"What is the {draw.say(by)} with the {extreme_word} {many}?",
        f"Find the {draw.say(by)} that has the {extreme_word} {many}.",
        f"Which {draw.say(by)} is the {'most' if down else 'least'} common among {many}?",
    )
    return Asked(
        question,
        Query(
            (by.name,), (table.name,), where=where, group=by.name, order="count(*)", descending=down, limit=1
        ),
    )
